import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { ChatJob } from "../../chat.ts";
import { sseEvent } from "../../frames.ts";
import { hashedId } from "../../hash.ts";
import type { GatheredChoice } from "../../models/gathered.ts";
import type { FinishReason, Piece } from "../../models/piece.ts";

/** The JSON of completions and their chunks. */

/** What is the same in every chunk of one answer. */
export interface Envelope {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

export const envelopeOf = ({ seed, created, request }: ChatJob): Envelope => ({
  id: `chatcmpl-${hashedId(seed, 29)}`,
  created,
  model: request.model,
});

/** The `usage` member: its JSON text, or absent. In a chunk `"null"` stands for "not yet". */
export type UsageMember = string | null;

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

/** A choice of a whole completion. */
export function completionChoice(index: number, choice: GatheredChoice): object {
  const { content, reasoning, calls, finish } = choice;
  const tool_calls = calls.map(({ id, name, arguments: text }) => ({
    id,
    type: "function",
    function: { name, arguments: text },
  }));
  const message = {
    role: "assistant",
    content: tool_calls.length > 0 && content === "" ? null : content,
    refusal: null,
    annotations: [],
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(tool_calls.length > 0 ? { tool_calls } : {}),
  };
  return { index, message, logprobs: null, finish_reason: finish };
}
