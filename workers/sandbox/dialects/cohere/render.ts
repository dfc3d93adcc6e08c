import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { ChatJob } from "../../chat.ts";
import type { ProviderError } from "../../errors.ts";
import { namedEvent, sseEvent } from "../../frames.ts";
import { hashedId } from "../../hash.ts";
import type { GatheredChoice } from "../../models/gathered.ts";
import type { FinishReason, Piece } from "../../models/piece.ts";
import { type Count, count, type ReportedUsage, without } from "../../models/usage.ts";
import { jsonText } from "../../raw-json.ts";
import type { Renderer } from "../../render.ts";

/** Chats as Cohere writes them. */
export const cohereRenderer = (job: ChatJob): Renderer => new CohereRenderer(job);

/** What the model says it will do before it calls tools. It is no content and is not counted. */
const TOOL_PLAN = ["I will", " use", " a tool."];

/** The provider's own words around a prompt: counted as tokens and not billed. */
const PREAMBLE_TOKENS = 100;

const frame = (type: string, event: object): Uint8Array => namedEvent(type, jsonText({ type, ...event }));

class CohereRenderer implements Renderer {
  readonly content_type = "text/event-stream";
  readonly #job: ChatJob;
  #index = -1;
  #open: "content" | "reasoning" | { readonly call: number } | null = null;
  #finish: FinishReason = "stop";

  constructor(job: ChatJob) {
    this.#job = job;
  }

  open(): readonly Uint8Array[] {
    const message = { role: "assistant", content: [], tool_plan: "", tool_calls: [], citations: [] };
    return [frame("message-start", { id: answerId(this.#job), delta: { message } })];
  }

  piece(_choice: number, piece: Piece): readonly Uint8Array[] {
    switch (piece.kind) {
      case "content":
        return [...this.#content("content"), this.#delta({ text: piece.text })];
      case "reasoning":
        return [...this.#content("reasoning"), this.#delta({ thinking: piece.text })];
      case "tool_call": {
        const stopped = this.#stop();
        this.#open = { call: piece.index };
        const call = { id: piece.id, type: "function", function: { name: piece.name, arguments: "" } };
        const start = { index: piece.index, delta: { message: { tool_calls: call } } };
        return [...stopped, ...(piece.index === 0 ? plan() : []), frame("tool-call-start", start)];
      }
      case "tool_arguments": {
        const delta = { message: { tool_calls: { function: { arguments: piece.text } } } };
        return [frame("tool-call-delta", { index: piece.index, delta })];
      }
      default:
        return unreachable(piece);
    }
  }

  finish(_choice: number, reason: FinishReason): readonly Uint8Array[] {
    this.#finish = reason;
    return this.#stop();
  }

  /** The last event tells reason and usage together: a stream that lacks it is not complete. */
  close(usages: readonly ReportedUsage[], complete: boolean): readonly Uint8Array[] {
    if (!complete) return [];
    const usage = usages.at(-1);
    const finish_reason = finishReason(this.#job, this.#finish);
    const delta = { finish_reason, usage: usage && usageObject(usage) };
    return [frame("message-end", { id: answerId(this.#job), delta }), sseEvent("[DONE]")];
  }

  /** A failure is an end too. */
  error({ message }: ProviderError): readonly Uint8Array[] {
    return [frame("message-end", { delta: { error: message, finish_reason: "ERROR" } })];
  }

  whole(choices: readonly GatheredChoice[], usage: ReportedUsage | null): string {
    const [choice] = choices;
    return jsonText({
      id: answerId(this.#job),
      message: { role: "assistant", ...(choice && messageFields(choice)) },
      finish_reason: finishReason(this.#job, choice?.finish ?? "stop"),
      usage: usage === null ? undefined : usageObject(usage),
    });
  }

  #content(kind: "content" | "reasoning"): readonly Uint8Array[] {
    if (this.#open === kind) return [];
    const stopped = this.#stop();
    this.#open = kind;
    this.#index += 1;
    const content = kind === "content" ? { type: "text", text: "" } : { type: "thinking", thinking: "" };
    return [...stopped, frame("content-start", { index: this.#index, delta: { message: { content } } })];
  }

  #delta(content: object): Uint8Array {
    return frame("content-delta", { index: this.#index, delta: { message: { content } } });
  }

  #stop(): readonly Uint8Array[] {
    const open = this.#open;
    this.#open = null;
    if (open === null) return [];
    return typeof open === "object"
      ? [frame("tool-call-end", { index: open.call })]
      : [frame("content-end", { index: this.#index })];
  }
}

const plan = (): readonly Uint8Array[] =>
  TOOL_PLAN.map((tool_plan) => frame("tool-plan-delta", { delta: { message: { tool_plan } } }));

const answerId = ({ seed }: ChatJob): string => hashedId(seed, 32);

function messageFields({ content, reasoning, calls }: GatheredChoice): object {
  const blocks = [
    ...(reasoning === "" ? [] : [{ type: "thinking", thinking: reasoning }]),
    ...(content === "" ? [] : [{ type: "text", text: content }]),
  ];
  const tool_calls = calls.map(({ id, name, arguments: text }) => ({
    id,
    type: "function",
    function: { name, arguments: text },
  }));
  return {
    ...(blocks.length > 0 ? { content: blocks } : {}),
    ...(calls.length > 0 ? { tool_plan: TOOL_PLAN.join(""), tool_calls } : {}),
  };
}

/** What is billed is the caller's; what is counted includes the provider's own words. */
function usageObject({ prompt, completion, cached }: ReportedUsage): object {
  return {
    billed_units: { input_tokens: prompt, output_tokens: completion },
    tokens: { input_tokens: withPreamble(prompt), output_tokens: completion },
    cached_tokens: cached,
  };
}

/** Only what was counted honestly has a preamble. */
const withPreamble = (prompt: Count): Count =>
  prompt !== undefined && /^[1-9]\d*$/.test(prompt.text) ? without(prompt, count(-PREAMBLE_TOKENS)) : prompt;

function finishReason({ tally }: ChatJob, reason: FinishReason): string {
  switch (reason) {
    case "stop":
      return tally.stopped_by === undefined ? "COMPLETE" : "STOP_SEQUENCE";
    case "length":
      return "MAX_TOKENS";
    case "tool_calls":
      return "TOOL_CALL";
    case "content_filter":
      return "ERROR";
    default:
      return unreachable(reason);
  }
}
