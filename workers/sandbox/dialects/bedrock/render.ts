import { isJsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";
import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { ChatJob } from "../../chat.ts";
import type { ProviderError } from "../../errors.ts";
import { eventStreamFrame } from "../../event-stream.ts";
import { type CacheMark, cacheWrites } from "../../models/cache-writes.ts";
import type { GatheredChoice } from "../../models/gathered.ts";
import type { FinishReason, Piece } from "../../models/piece.ts";
import { signatureOf } from "../../models/signature.ts";
import { count, type ReportedUsage, without } from "../../models/usage.ts";
import { jsonText } from "../../raw-json.ts";
import type { Renderer } from "../../render.ts";
import { errorJson, exceptionType } from "./errors.ts";

/** Answers as Converse writes them; streams are binary frames. */
export function bedrockRenderer(job: ChatJob, marks: readonly CacheMark[]): Renderer {
  return new ConverseRenderer(job, marks);
}

const METRICS = { latencyMs: 1 };

const frame = (event: string, payload: object): Uint8Array =>
  eventStreamFrame(
    { ":event-type": event, ":content-type": "application/json", ":message-type": "event" },
    jsonText(payload),
  );

class ConverseRenderer implements Renderer {
  readonly content_type = "application/vnd.amazon.eventstream";
  readonly binary = true;
  readonly #job: ChatJob;
  readonly #marks: readonly CacheMark[];
  #index = -1;
  #open: { readonly kind: "content" | "reasoning" | "tool_call"; thinking: string } | null = null;
  #finish: FinishReason = "stop";

  constructor(job: ChatJob, marks: readonly CacheMark[]) {
    this.#job = job;
    this.#marks = marks;
  }

  open(): readonly Uint8Array[] {
    return [frame("messageStart", { role: "assistant" })];
  }

  /** Only the block of a call has a beginning of its own. */
  piece(_choice: number, piece: Piece): readonly Uint8Array[] {
    switch (piece.kind) {
      case "content":
        return [...this.#block("content"), this.#delta({ text: piece.text })];
      case "reasoning": {
        const begun = this.#block("reasoning");
        if (this.#open !== null) this.#open.thinking += piece.text;
        return [...begun, this.#delta({ reasoningContent: { text: piece.text } })];
      }
      case "tool_call": {
        const begun = [...this.#stop(), ...this.#block("tool_call")];
        const start = { toolUse: { toolUseId: piece.id, name: piece.name } };
        return [...begun, frame("contentBlockStart", { contentBlockIndex: this.#index, start })];
      }
      case "tool_arguments":
        return piece.text === "{}" ? [] : [this.#delta({ toolUse: { input: piece.text } })];
      default:
        return unreachable(piece);
    }
  }

  finish(_choice: number, reason: FinishReason): readonly Uint8Array[] {
    this.#finish = reason;
    return this.#stop();
  }

  /** Usage comes after the end of the message. A stream that is not complete lacks both. */
  close(usages: readonly ReportedUsage[], complete: boolean): readonly Uint8Array[] {
    const metadata = usages.map((usage) => frame("metadata", { metrics: METRICS, usage: this.#usage(usage) }));
    return complete ? [frame("messageStop", { stopReason: stopReason(this.#job, this.#finish) }), ...metadata] : [];
  }

  error(error: ProviderError): readonly Uint8Array[] {
    const headers = {
      ":exception-type": exceptionType(error),
      ":content-type": "application/json",
      ":message-type": "exception",
    };
    return [eventStreamFrame(headers, errorJson(error))];
  }

  whole(choices: readonly GatheredChoice[], usage: ReportedUsage | null): string {
    const [choice] = choices;
    return jsonText({
      metrics: METRICS,
      output: { message: { content: choice === undefined ? [] : contentBlocks(choice), role: "assistant" } },
      stopReason: stopReason(this.#job, choice?.finish ?? "stop"),
      usage: usage === null ? undefined : this.#usage(usage),
    });
  }

  /** The input is counted without what was read from or written to a cache. */
  #usage({ prompt, completion, total, cached }: ReportedUsage): object {
    const { five_minutes, one_hour } =
      this.#job.model.usage === "zero" ? { five_minutes: 0, one_hour: 0 } : cacheWrites(this.#marks, this.#job.tally);
    const written = count(five_minutes + one_hour);
    return {
      inputTokens: without(without(prompt, cached), written),
      outputTokens: completion,
      totalTokens: total,
      cacheReadInputTokens: prompt && (cached ?? 0),
      cacheWriteInputTokens: prompt && written,
      cacheDetails:
        five_minutes + one_hour === 0
          ? undefined
          : [
              { ttl: "5m", inputTokens: five_minutes },
              { ttl: "1h", inputTokens: one_hour },
            ],
    };
  }

  #block(kind: "content" | "reasoning" | "tool_call"): readonly Uint8Array[] {
    if (this.#open?.kind === kind) return [];
    const stopped = this.#stop();
    this.#open = { kind, thinking: "" };
    this.#index += 1;
    return stopped;
  }

  #stop(): readonly Uint8Array[] {
    if (this.#open === null) return [];
    const { kind, thinking } = this.#open;
    const signed =
      kind === "reasoning" ? [this.#delta({ reasoningContent: { signature: signatureOf(thinking) } })] : [];
    this.#open = null;
    return [...signed, frame("contentBlockStop", { contentBlockIndex: this.#index })];
  }

  #delta(delta: object): Uint8Array {
    return frame("contentBlockDelta", { contentBlockIndex: this.#index, delta });
  }
}

function contentBlocks({ content, reasoning, calls }: GatheredChoice): readonly object[] {
  const reasoningText = { text: reasoning, signature: signatureOf(reasoning) };
  return [
    ...(reasoning === "" ? [] : [{ reasoningContent: { reasoningText } }]),
    ...(content === "" ? [] : [{ text: content }]),
    ...calls.map((call) => {
      const input = tryParseJson(call.arguments);
      return { toolUse: { toolUseId: call.id, name: call.name, input: isJsonObject(input) ? input : {} } };
    }),
  ];
}

function stopReason({ tally, controls }: ChatJob, reason: FinishReason): string {
  switch (reason) {
    case "stop":
      return tally.stopped_by === undefined ? "end_turn" : "stop_sequence";
    case "length":
      return "max_tokens";
    case "tool_calls":
      return "tool_use";
    case "content_filter":
      return controls.filter === "prompt" ? "guardrail_intervened" : "content_filtered";
    default:
      return unreachable(reason);
  }
}
