import { unreachable } from "../../schema/kernel/unreachable.ts";
import type { FinishReason, Piece } from "./models/piece.ts";

/** The JSON of completions and their chunks. */

/** What is the same in every chunk of one answer. */
export interface Envelope {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

/** The `usage` member: its JSON text, or absent. In a chunk `"null"` stands for "not yet". */
export type UsageMember = string | null;

const encoder = new TextEncoder();

export const encode = (text: string): Uint8Array => encoder.encode(text);

/** One SSE event. */
export const sseEvent = (data: string): Uint8Array => encode(`data: ${data}\n\n`);

export const DONE = sseEvent("[DONE]");

/** A chunk with one choice, or with none if `choice` is null. */
export function chunkJson(envelope: Envelope, choice: object | null, usage: UsageMember): string {
  const chunk = {
    id: envelope.id,
    object: "chat.completion.chunk",
    created: envelope.created,
    model: envelope.model,
    service_tier: "default",
    system_fingerprint: "fp_sandbox",
    choices: choice === null ? [] : [choice],
  };
  return withUsage(JSON.stringify(chunk), usage);
}

/** `delta` for one choice, and its finish reason if this is the last. */
export function chunkChoice(index: number, delta: object, finish_reason: FinishReason | null): object {
  return { index, delta, logprobs: null, finish_reason };
}

/** The delta that carries a piece. */
export function pieceDelta(piece: Piece): object {
  switch (piece.kind) {
    case "content":
      return { content: piece.text };
    case "reasoning":
      return { reasoning_content: piece.text };
    case "tool_call": {
      const { index, id, name } = piece;
      return { tool_calls: [{ index, id, type: "function", function: { name, arguments: "" } }] };
    }
    case "tool_arguments":
      return { tool_calls: [{ index: piece.index, function: { arguments: piece.text } }] };
    default:
      return unreachable(piece);
  }
}

/** A whole completion. */
export function completionJson(envelope: Envelope, choices: readonly object[], usage: UsageMember): string {
  const completion = {
    id: envelope.id,
    object: "chat.completion",
    created: envelope.created,
    model: envelope.model,
    choices,
    service_tier: "default",
    system_fingerprint: "fp_sandbox",
  };
  return withUsage(JSON.stringify(completion), usage);
}

/** Adds the usage as text, since some usage is no number that JSON.stringify could write. */
function withUsage(json: string, usage: UsageMember): string {
  return usage === null ? json : `${json.slice(0, -1)},"usage":${usage}}`;
}

/** The message of a whole answer, gathered from its pieces. */
export class MessageBuilder {
  readonly #content: string[] = [];
  readonly #reasoning: string[] = [];
  readonly #calls: { id: string; name: string; arguments: string }[] = [];

  add(piece: Piece): void {
    switch (piece.kind) {
      case "content":
        this.#content.push(piece.text);
        return;
      case "reasoning":
        this.#reasoning.push(piece.text);
        return;
      case "tool_call":
        this.#calls.push({ id: piece.id, name: piece.name, arguments: "" });
        return;
      case "tool_arguments": {
        const call = this.#calls[piece.index];
        if (call !== undefined) call.arguments += piece.text;
        return;
      }
      default:
        unreachable(piece);
    }
  }

  choice(index: number, finish_reason: FinishReason): object {
    const content = this.#content.join("");
    const tool_calls = this.#calls.map(({ id, name, arguments: text }) => ({
      id,
      type: "function",
      function: { name, arguments: text },
    }));
    const message = {
      role: "assistant",
      content: tool_calls.length > 0 && content === "" ? null : content,
      refusal: null,
      annotations: [],
      ...(this.#reasoning.length > 0 ? { reasoning_content: this.#reasoning.join("") } : {}),
      ...(tool_calls.length > 0 ? { tool_calls } : {}),
    };
    return { index, message, logprobs: null, finish_reason };
  }
}
