import { isJsonObject, type JsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";
import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { ChatJob } from "../../chat.ts";
import type { ProviderError } from "../../errors.ts";
import { namedEvent } from "../../frames.ts";
import { hashedId } from "../../hash.ts";
import type { CacheMark } from "../../models/cache-writes.ts";
import type { GatheredCall, GatheredChoice } from "../../models/gathered.ts";
import type { FinishReason, Piece } from "../../models/piece.ts";
import { signatureOf } from "../../models/signature.ts";
import type { ReportedUsage } from "../../models/usage.ts";
import { jsonText } from "../../raw-json.ts";
import type { Renderer } from "../../render.ts";
import { errorJson } from "./errors.ts";
import { usageObject } from "./usage.ts";

/** Messages as Anthropic writes them. */
export function anthropicRenderer(job: ChatJob, marks: readonly CacheMark[]): Renderer {
  return new MessagesRenderer(job, marks);
}

type Event = { readonly type: string } & Readonly<Record<string, unknown>>;

const frame = (event: Event): Uint8Array => namedEvent(event.type, jsonText(event));

class MessagesRenderer implements Renderer {
  readonly content_type = "text/event-stream; charset=utf-8";
  readonly #job: ChatJob;
  readonly #marks: readonly CacheMark[];
  #index = -1;
  /** The block that is being said, and its thinking so far, which its signature is made from. */
  #open: { readonly kind: "content" | "reasoning" | "tool_call"; thinking: string; begun: boolean } | null = null;
  #finish: FinishReason = "stop";

  constructor(job: ChatJob, marks: readonly CacheMark[]) {
    this.#job = job;
    this.#marks = marks;
  }

  open(usage: ReportedUsage | null): readonly Uint8Array[] {
    const counted = usage && this.#usage(usage);
    const message = {
      ...this.#message(),
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: counted ?? undefined,
    };
    return [frame({ type: "message_start", message })];
  }

  piece(_choice: number, piece: Piece): readonly Uint8Array[] {
    switch (piece.kind) {
      case "content":
        return [
          ...this.#block("content", { type: "text", text: "" }),
          this.#delta({ type: "text_delta", text: piece.text }),
        ];
      case "reasoning": {
        const begin = this.#block("reasoning", { type: "thinking", thinking: "", signature: "" });
        if (this.#open !== null) this.#open.thinking += piece.text;
        return [...begin, this.#delta({ type: "thinking_delta", thinking: piece.text })];
      }
      case "tool_call": {
        const { id, name } = piece;
        return [...this.#stop(), ...this.#block("tool_call", { type: "tool_use", id, name, input: {} })];
      }
      case "tool_arguments":
        return this.#arguments(piece.text);
      default:
        return unreachable(piece);
    }
  }

  finish(_choice: number, reason: FinishReason): readonly Uint8Array[] {
    this.#finish = reason;
    return this.#stop();
  }

  /** Usage is cumulative; the last report comes with the reason. */
  close(usages: readonly ReportedUsage[], complete: boolean): readonly Uint8Array[] {
    const reports = usages.map((usage) => this.#usage(usage));
    const early = reports.slice(0, -1).map((usage) => ({ type: "message_delta", delta: {}, usage }));
    const last = { type: "message_delta", delta: stopFields(this.#job, this.#finish), usage: reports.at(-1) };
    const stop = complete ? [{ type: "message_stop" }] : [];
    return [...early, last, ...stop].map(frame);
  }

  error(error: ProviderError): readonly Uint8Array[] {
    return [namedEvent("error", errorJson(error))];
  }

  whole(choices: readonly GatheredChoice[], usage: ReportedUsage | null): string {
    const [choice] = choices;
    return jsonText({
      ...this.#message(),
      content: choice === undefined ? [] : contentBlocks(choice),
      ...stopFields(this.#job, choice?.finish ?? "stop"),
      usage: usage === null ? undefined : this.#usage(usage),
    });
  }

  #message(): object {
    const { seed, request } = this.#job;
    return { id: `msg_${hashedId(seed, 24)}`, type: "message", role: "assistant", model: request.model };
  }

  #usage(usage: ReportedUsage): object {
    return usageObject(usage, this.#job, this.#marks);
  }

  /** Opens a block, unless one of its kind is open. */
  #block(kind: "content" | "reasoning" | "tool_call", content_block: object): readonly Uint8Array[] {
    if (this.#open?.kind === kind) return [];
    const stopped = this.#stop();
    this.#open = { kind, thinking: "", begun: false };
    this.#index += 1;
    const start = frame({ type: "content_block_start", index: this.#index, content_block });
    return [...stopped, start, ...(this.#index === 0 ? [frame({ type: "ping" })] : [])];
  }

  #stop(): readonly Uint8Array[] {
    if (this.#open === null) return [];
    const { kind, thinking } = this.#open;
    const signed =
      kind === "reasoning" ? [this.#delta({ type: "signature_delta", signature: signatureOf(thinking) })] : [];
    this.#open = null;
    return [...signed, frame({ type: "content_block_stop", index: this.#index })];
  }

  #delta(delta: object): Uint8Array {
    return frame({ type: "content_block_delta", index: this.#index, delta });
  }

  /** The first delta of a call is empty; a call without arguments has none at all. */
  #arguments(partial_json: string): readonly Uint8Array[] {
    if (this.#open === null || (!this.#open.begun && partial_json === "{}")) return [];
    const first = this.#open.begun ? [] : [this.#delta({ type: "input_json_delta", partial_json: "" })];
    this.#open.begun = true;
    return [...first, this.#delta({ type: "input_json_delta", partial_json })];
  }
}

function contentBlocks({ content, reasoning, calls }: GatheredChoice): readonly object[] {
  return [
    ...(reasoning === "" ? [] : [{ type: "thinking", thinking: reasoning, signature: signatureOf(reasoning) }]),
    ...(content === "" ? [] : [{ type: "text", text: content }]),
    ...calls.map((call) => ({ type: "tool_use", id: call.id, name: call.name, input: inputOf(call) })),
  ];
}

/** Arguments that were cut are no JSON, and the API shows none of them. */
function inputOf(call: GatheredCall): JsonObject {
  const input = tryParseJson(call.arguments);
  return input !== undefined && isJsonObject(input) ? input : {};
}

function stopFields({ tally }: ChatJob, reason: FinishReason): object {
  const stop_sequence = tally.stopped_by ?? null;
  switch (reason) {
    case "stop":
      return { stop_reason: stop_sequence === null ? "end_turn" : "stop_sequence", stop_sequence };
    case "length":
      return { stop_reason: "max_tokens", stop_sequence: null };
    case "tool_calls":
      return { stop_reason: "tool_use", stop_sequence: null };
    case "content_filter": {
      const explanation = "The sandbox refuses this answer, as its control says.";
      return {
        stop_reason: "refusal",
        stop_sequence: null,
        stop_details: { type: "refusal", category: null, explanation },
      };
    }
    default:
      return unreachable(reason);
  }
}
