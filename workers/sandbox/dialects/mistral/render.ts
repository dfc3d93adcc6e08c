import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { ChatJob } from "../../chat.ts";
import type { ProviderError } from "../../errors.ts";
import { sseEvent } from "../../frames.ts";
import { hashedId } from "../../hash.ts";
import type { GatheredCall, GatheredChoice } from "../../models/gathered.ts";
import type { FinishReason, Piece } from "../../models/piece.ts";
import type { ReportedUsage } from "../../models/usage.ts";
import { jsonText } from "../../raw-json.ts";
import type { Renderer } from "../../render.ts";
import { DONE } from "../openai-chat/completion.ts";
import { errorJson } from "./errors.ts";

/** Chat completions as Mistral writes them. */
export const mistralRenderer = (job: ChatJob): Renderer => new MistralRenderer(job);

class MistralRenderer implements Renderer {
  readonly content_type = "text/event-stream; charset=utf-8";
  readonly #job: ChatJob;
  /** Calls are told whole, together with the reason. */
  readonly #calls = new Map<number, { id: string; name: string; arguments: string }[]>();
  readonly #finishes = new Map<number, FinishReason>();

  constructor(job: ChatJob) {
    this.#job = job;
  }

  open(): readonly Uint8Array[] {
    return Array.from({ length: this.#job.request.n ?? 1 }, (_, choice) =>
      this.#chunk(choice, { role: "assistant", content: "" }, null),
    );
  }

  piece(choice: number, piece: Piece): readonly Uint8Array[] {
    const calls = this.#calls.get(choice) ?? [];
    switch (piece.kind) {
      case "content":
        return [this.#chunk(choice, { content: piece.text }, null)];
      case "reasoning":
        return [this.#chunk(choice, { content: [thinkingChunk(piece.text)] }, null)];
      case "tool_call":
        this.#calls.set(choice, [...calls, { id: piece.id, name: piece.name, arguments: "" }]);
        return [];
      case "tool_arguments": {
        const call = calls[piece.index];
        if (call !== undefined) call.arguments += piece.text;
        return [];
      }
      default:
        return unreachable(piece);
    }
  }

  /** The last chunk of a choice waits for the usage that it carries. */
  finish(choice: number, reason: FinishReason): readonly Uint8Array[] {
    this.#finishes.set(choice, reason);
    return [];
  }

  close(usages: readonly ReportedUsage[], complete: boolean): readonly Uint8Array[] {
    const last = this.#finishes.size - 1;
    const ends = [...this.#finishes].map(([choice, reason], index) => {
      const calls = this.#calls.get(choice) ?? [];
      const delta = { content: "", ...(calls.length > 0 ? { tool_calls: calls.map(callObject) } : {}) };
      return this.#chunk(choice, delta, reason, index === last ? usages.at(-1) : undefined);
    });
    return [...ends, ...(complete ? [DONE] : [])];
  }

  error(error: ProviderError): readonly Uint8Array[] {
    return [sseEvent(errorJson(error))];
  }

  whole(choices: readonly GatheredChoice[], usage: ReportedUsage | null): string {
    return this.#answer(
      "chat.completion",
      choices.map((choice, index) => ({ index, finish_reason: finishReason(choice.finish), message: message(choice) })),
      usage ?? undefined,
    );
  }

  #chunk(index: number, delta: object, finish: FinishReason | null, usage?: ReportedUsage): Uint8Array {
    const choice = { index, delta, finish_reason: finish && finishReason(finish), logprobs: null };
    return sseEvent(this.#answer("chat.completion.chunk", [choice], usage));
  }

  #answer(object: string, choices: readonly object[], usage: ReportedUsage | undefined): string {
    const { seed, created, request } = this.#job;
    return jsonText({
      id: hashedId(seed, 32).toLowerCase(),
      object,
      created,
      model: request.model,
      choices,
      usage: usage && {
        prompt_tokens: usage.prompt,
        total_tokens: usage.total,
        completion_tokens: usage.completion,
        num_cached_tokens: usage.cached,
      },
    });
  }
}

const thinkingChunk = (text: string): object => ({ type: "thinking", thinking: [{ type: "text", text }] });

const callObject = ({ id, name, arguments: text }: GatheredCall, index: number): object => ({
  id,
  function: { name, arguments: text },
  index,
});

/** What was thought makes the content a list. */
function message({ content, reasoning, calls }: GatheredChoice): object {
  const said = reasoning === "" ? content : [thinkingChunk(reasoning), { type: "text", text: content }];
  return { role: "assistant", content: said, tool_calls: calls.length > 0 ? calls.map(callObject) : null };
}

const finishReason = (reason: FinishReason): string => (reason === "content_filter" ? "error" : reason);
