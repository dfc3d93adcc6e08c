import { isJsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";
import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import { type ChatJob, reportsOf } from "../../chat.ts";
import type { ProviderError } from "../../errors.ts";
import { sseEvent } from "../../frames.ts";
import { hashedId } from "../../hash.ts";
import type { GatheredCall, GatheredChoice } from "../../models/gathered.ts";
import type { FinishReason, Piece } from "../../models/piece.ts";
import { signatureOf } from "../../models/signature.ts";
import { type ReportedUsage, without } from "../../models/usage.ts";
import { jsonText } from "../../raw-json.ts";
import type { Renderer } from "../../render.ts";
import { callSignature, wantsSignatures } from "./check-rules.ts";
import { errorJson } from "./errors.ts";

/** Answers as generateContent writes them; `thoughts` says whether the caller wants to read the reasoning. */
export function geminiRenderer(job: ChatJob, thoughts: boolean): Renderer {
  return new GeminiRenderer(job, thoughts);
}

class GeminiRenderer implements Renderer {
  readonly content_type = "text/event-stream";
  readonly #job: ChatJob;
  readonly #thoughts: boolean;
  /** Calls are told whole: the one of each choice whose arguments are still coming, and how many came before. */
  readonly #open = new Map<number, { call: { id: string; name: string; arguments: string }; before: number }>();
  #thought = "";

  constructor(job: ChatJob, thoughts: boolean) {
    this.#job = job;
    this.#thoughts = thoughts;
  }

  open(): readonly Uint8Array[] {
    return [];
  }

  piece(choice: number, piece: Piece): readonly Uint8Array[] {
    switch (piece.kind) {
      case "content":
        return [this.#chunk({ index: choice, content: { parts: [{ text: piece.text }], role: "model" } })];
      case "reasoning": {
        this.#thought += piece.text;
        if (!this.#thoughts) return [];
        return [
          this.#chunk({ index: choice, content: { parts: [{ text: piece.text, thought: true }], role: "model" } }),
        ];
      }
      case "tool_call": {
        const told = this.#told(choice);
        this.#open.set(choice, { call: { id: piece.id, name: piece.name, arguments: "" }, before: piece.index });
        return told;
      }
      case "tool_arguments": {
        const open = this.#open.get(choice);
        if (open !== undefined) open.call.arguments += piece.text;
        return [];
      }
      default:
        return unreachable(piece);
    }
  }

  /** The reason comes in a chunk of its own, whose text is empty and carries the signature of what was thought. */
  finish(choice: number, reason: FinishReason): readonly Uint8Array[] {
    const told = this.#told(choice);
    const signed = this.#thought === "" ? {} : { thoughtSignature: signatureOf(this.#thought) };
    const content = { parts: [{ text: "", ...signed }], role: "model" };
    return [...told, this.#chunk({ index: choice, content, finishReason: finishReason(reason) })];
  }

  /** Nothing marks the end of a stream but the last reason. */
  close(): readonly Uint8Array[] {
    return [];
  }

  error(error: ProviderError): readonly Uint8Array[] {
    return [sseEvent(errorJson(error))];
  }

  whole(choices: readonly GatheredChoice[], usage: ReportedUsage | null): string {
    const candidates = choices.map((choice, index) => ({
      content: { ...partsOf(this.#parts(choice)), role: "model" },
      finishReason: finishReason(choice.finish),
      index,
    }));
    return this.#answer(candidates, usage);
  }

  #parts({ content, reasoning, calls }: GatheredChoice): readonly object[] {
    return [
      ...(reasoning !== "" && this.#thoughts ? [{ text: reasoning, thought: true }] : []),
      ...(content === ""
        ? []
        : [{ text: content, ...(reasoning === "" ? {} : { thoughtSignature: signatureOf(reasoning) }) }]),
      ...calls.flatMap((call, index) => this.#callPart(call, index)),
    ];
  }

  /** Arguments that were cut are no JSON: such a call is not told. */
  #callPart(call: GatheredCall, before: number): readonly object[] {
    const args = tryParseJson(call.arguments);
    if (args === undefined || !isJsonObject(args)) return [];
    const { reasoning_tokens } = this.#job.tally;
    const signs = before === 0 && (reasoning_tokens > 0 || wantsSignatures(this.#job.request.model));
    const part = { functionCall: { name: call.name, args } };
    return [signs ? { ...part, thoughtSignature: callSignature(call.name, args) } : part];
  }

  #told(choice: number): readonly Uint8Array[] {
    const open = this.#open.get(choice);
    this.#open.delete(choice);
    if (open === undefined) return [];
    return this.#callPart(open.call, open.before).map((part) =>
      this.#chunk({ index: choice, content: { parts: [part], role: "model" } }),
    );
  }

  #chunk(candidate: object): Uint8Array {
    return sseEvent(this.#answer([candidate], reportsOf(this.#job).at(-1) ?? null));
  }

  #answer(candidates: readonly object[], usage: ReportedUsage | null): string {
    return jsonText({
      candidates,
      usageMetadata: usage === null ? undefined : usageMetadata(usage),
      ...answerFields(this.#job),
    });
  }
}

/** A candidate that said nothing has no parts at all. */
const partsOf = (parts: readonly object[]): object => (parts.length > 0 ? { parts } : {});

const answerFields = ({ request, seed }: ChatJob): object => ({
  modelVersion: request.model,
  responseId: hashedId(seed, 22),
});

/** Thoughts are counted apart from what was said; what is cached is part of the prompt. */
function usageMetadata({ prompt, completion, total, cached, reasoning }: ReportedUsage): object {
  return {
    promptTokenCount: prompt,
    candidatesTokenCount: without(completion, reasoning),
    totalTokenCount: total,
    cachedContentTokenCount: cached?.text === "0" ? undefined : cached,
    promptTokensDetails: prompt && [{ modality: "TEXT", tokenCount: prompt }],
    thoughtsTokenCount: reasoning?.text === "0" ? undefined : reasoning,
  };
}

/** How a blocked prompt is answered: without candidates. */
export function blockedPromptJson(job: ChatJob): string {
  const { prompt_tokens: promptTokenCount } = job.tally;
  return JSON.stringify({
    promptFeedback: { blockReason: "PROHIBITED_CONTENT" },
    usageMetadata: { promptTokenCount, totalTokenCount: promptTokenCount },
    ...answerFields(job),
  });
}

function finishReason(reason: FinishReason): string {
  switch (reason) {
    case "stop":
    case "tool_calls":
      return "STOP";
    case "length":
      return "MAX_TOKENS";
    case "content_filter":
      return "SAFETY";
    default:
      return unreachable(reason);
  }
}
