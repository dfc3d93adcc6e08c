import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { ChatJob } from "../../chat.ts";
import type { ProviderError } from "../../errors.ts";
import { namedEvent } from "../../frames.ts";
import { hashedId } from "../../hash.ts";
import type { GatheredChoice } from "../../models/gathered.ts";
import type { FinishReason, Piece } from "../../models/piece.ts";
import type { ReportedUsage } from "../../models/usage.ts";
import { jsonText } from "../../raw-json.ts";
import type { Renderer } from "../../render.ts";
import {
  callItem,
  itemId,
  messageItem,
  outputItems,
  outputText,
  reasoningItem,
  type Shown,
  summaryPart,
} from "./output-items.ts";
import type { ResponsesRequest } from "./wire.ts";

/** Responses as OpenAI writes them. */
export const responsesRenderer = (job: ChatJob, request: ResponsesRequest): Renderer =>
  new ResponsesRenderer(job, request);

/** The item that is being said. */
interface OpenItem {
  readonly kind: "content" | "reasoning" | "call";
  readonly id: string;
  readonly call: { readonly id: string; readonly name: string };
  text: string;
}

class ResponsesRenderer implements Renderer {
  readonly content_type = "text/event-stream; charset=utf-8";
  readonly #job: ChatJob;
  readonly #request: ResponsesRequest;
  readonly #shown: Shown;
  readonly #output: object[] = [];
  #open: OpenItem | null = null;
  #sequence = 0;
  #finish: FinishReason = "stop";

  constructor(job: ChatJob, request: ResponsesRequest) {
    this.#job = job;
    this.#request = request;
    const { reasoning, include } = request;
    this.#shown = {
      summary: Boolean(reasoning?.summary),
      encrypted: include?.includes("reasoning.encrypted_content") === true,
    };
  }

  open(): readonly Uint8Array[] {
    const response = this.#response("in_progress", [], null, null);
    return [this.#event("response.created", { response }), this.#event("response.in_progress", { response })];
  }

  piece(_choice: number, piece: Piece): readonly Uint8Array[] {
    switch (piece.kind) {
      case "content": {
        const begun = this.#begin("content", { id: "", name: "" });
        return [...begun, this.#delta("response.output_text.delta", { content_index: 0, logprobs: [] }, piece.text)];
      }
      case "reasoning": {
        const begun = this.#begin("reasoning", { id: "", name: "" });
        if (this.#shown.summary) {
          return [...begun, this.#delta("response.reasoning_summary_text.delta", { summary_index: 0 }, piece.text)];
        }
        if (this.#open !== null) this.#open.text += piece.text;
        return begun;
      }
      case "tool_call":
        return [...this.#end(), ...this.#begin("call", { id: piece.id, name: piece.name })];
      case "tool_arguments":
        return [this.#delta("response.function_call_arguments.delta", {}, piece.text)];
      default:
        return unreachable(piece);
    }
  }

  finish(_choice: number, reason: FinishReason): readonly Uint8Array[] {
    this.#finish = reason;
    return this.#end();
  }

  /** The last event holds the whole response again: a stream that lacks it is not complete. */
  close(usages: readonly ReportedUsage[], complete: boolean): readonly Uint8Array[] {
    if (!complete) return [];
    const status = statusOf(this.#finish);
    const response = this.#response(status, this.#output, usages.at(-1) ?? null, null);
    return [this.#event(`response.${status}`, { response })];
  }

  /** A response that had begun has failed; before that there is only an error. */
  error({ message, code, param }: ProviderError): readonly Uint8Array[] {
    const known = { code: code ?? "server_error", message };
    if (this.#sequence === 0) return [this.#event("error", { ...known, param })];
    return [this.#event("response.failed", { response: this.#response("failed", this.#output, null, known) })];
  }

  whole(choices: readonly GatheredChoice[], usage: ReportedUsage | null): string {
    const [choice] = choices;
    this.#finish = choice?.finish ?? "stop";
    const output = choice === undefined ? [] : outputItems(choice, this.#job.seed, this.#shown);
    return jsonText(this.#response(statusOf(this.#finish), output, usage, null));
  }

  #event(type: string, event: object): Uint8Array {
    const frame = namedEvent(type, jsonText({ type, sequence_number: this.#sequence, ...event }));
    this.#sequence += 1;
    return frame;
  }

  #delta(type: string, where: object, delta: string): Uint8Array {
    if (this.#open !== null) this.#open.text += delta;
    return this.#event(type, { item_id: this.#open?.id, output_index: this.#output.length, ...where, delta });
  }

  /** Opens an item, unless one of its kind is open. */
  #begin(kind: OpenItem["kind"], call: OpenItem["call"]): readonly Uint8Array[] {
    if (this.#open?.kind === kind) return [];
    const ended = this.#end();
    const output_index = this.#output.length;
    const id = itemId(PREFIXES[kind], this.#job.seed, output_index);
    this.#open = { kind, id, call, text: "" };
    const item = this.#item(this.#open, "in_progress");
    const added = this.#event("response.output_item.added", { output_index, item });
    return [...ended, added, ...this.#part("added", "")];
  }

  /** Closes the open item: its text, its part, itself. */
  #end(): readonly Uint8Array[] {
    const open = this.#open;
    if (open === null) return [];
    const output_index = this.#output.length;
    const at = { item_id: open.id, output_index };
    const told =
      open.kind === "content"
        ? [this.#event("response.output_text.done", { ...at, content_index: 0, text: open.text, logprobs: [] })]
        : open.kind === "call"
          ? [
              this.#event("response.function_call_arguments.done", {
                ...at,
                name: open.call.name,
                arguments: open.text,
              }),
            ]
          : this.#shown.summary
            ? [this.#event("response.reasoning_summary_text.done", { ...at, summary_index: 0, text: open.text })]
            : [];
    const part = this.#part("done", open.text);
    const item = this.#item(open, this.#finish === "length" ? "incomplete" : "completed");
    const done = this.#event("response.output_item.done", { output_index, item });
    this.#output.push(item);
    this.#open = null;
    return [...told, ...part, done];
  }

  #part(what: "added" | "done", text: string): readonly Uint8Array[] {
    const at = { item_id: this.#open?.id, output_index: this.#output.length };
    if (this.#open?.kind === "content") {
      return [this.#event(`response.content_part.${what}`, { ...at, content_index: 0, part: outputText(text) })];
    }
    if (this.#open?.kind === "reasoning" && this.#shown.summary) {
      const part = summaryPart(text);
      return [this.#event(`response.reasoning_summary_part.${what}`, { ...at, summary_index: 0, part })];
    }
    return [];
  }

  #item({ kind, id, call, text }: OpenItem, status: string): object {
    switch (kind) {
      case "content":
        return messageItem(id, status === "in_progress" ? null : text, status);
      case "call":
        return callItem(id, { ...call, arguments: text }, status);
      case "reasoning":
        return reasoningItem(id, text, this.#shown);
      default:
        return unreachable(kind);
    }
  }

  #response(status: string, output: readonly object[], usage: ReportedUsage | null, error: object | null): object {
    const { seed, created, request } = this.#job;
    const { instructions, max_output_tokens, tools, tool_choice, text, reasoning, metadata, store } = this.#request;
    return {
      id: `resp_${hashedId(seed, 48)}`,
      object: "response",
      created_at: created,
      status,
      error,
      incomplete_details: status === "incomplete" ? { reason: INCOMPLETE[this.#finish] ?? "max_output_tokens" } : null,
      instructions: instructions ?? null,
      max_output_tokens: max_output_tokens ?? null,
      model: request.model,
      output,
      parallel_tool_calls: this.#request.parallel_tool_calls ?? true,
      previous_response_id: null,
      reasoning: { effort: reasoning?.effort ?? null, summary: reasoning?.summary ?? null },
      service_tier: "default",
      store: store ?? true,
      temperature: this.#request.temperature ?? 1,
      text: { format: text?.format ?? { type: "text" } },
      tool_choice: tool_choice ?? "auto",
      tools: tools ?? [],
      top_p: this.#request.top_p ?? 1,
      truncation: "disabled",
      usage: usage === null ? null : usageObject(usage),
      metadata: metadata ?? {},
    };
  }
}

const PREFIXES = { content: "msg", reasoning: "rs", call: "fc" } as const;

const INCOMPLETE: Partial<Record<FinishReason, string>> = {
  length: "max_output_tokens",
  content_filter: "content_filter",
};

const statusOf = (finish: FinishReason): "completed" | "incomplete" =>
  INCOMPLETE[finish] === undefined ? "completed" : "incomplete";

const usageObject = ({ prompt, completion, total, cached, reasoning }: ReportedUsage): object => ({
  input_tokens: prompt,
  input_tokens_details: cached && { cached_tokens: cached },
  output_tokens: completion,
  output_tokens_details: reasoning && { reasoning_tokens: reasoning },
  total_tokens: total,
});
