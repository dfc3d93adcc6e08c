import type { Part } from "../../../../schema/canonical/parts.ts";
import { isJsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";
import type { StreamFold } from "../kit/provider.ts";
import { mapFinishReason } from "./map-finish-reason.ts";
import { errorFromBody, isErrorBody } from "./read-error.ts";
import { readDelta, readUsage, textOf, type UsageReader, usagePart } from "./read-whole.ts";

export interface OpenAiStreamState {
  readonly started: boolean;
}

/** `chat.completion.chunk` events as parts, of a server that states what was used in a way of its own. */
export const createStreamFold = (usageOf: UsageReader): StreamFold<OpenAiStreamState> => ({
  initial: () => ({ started: false }),
  step: (state, { data }) => {
    if (data === "[DONE]") return { state, parts: [{ type: "end" }] };
    const chunk = tryParseJson(data);
    // A line that is no JSON object is either cut short, so that no terminal event follows, or none of ours.
    if (!isJsonObject(chunk)) return { state, parts: [] };
    if (isErrorBody(chunk)) {
      return { state, parts: [{ type: "error", error: errorFromBody(0, chunk, null) }] };
    }
    const parts: Part[] = [];
    const choices = Array.isArray(chunk.choices) ? chunk.choices : [];
    const id = textOf(chunk.id);
    // Azure begins with a chunk that has neither an id nor a choice: the stream starts with the one behind it.
    const starts = !state.started && (id !== null || choices.length > 0);
    if (starts) parts.push({ type: "start", id, model: textOf(chunk.model) });
    for (const item of choices) {
      if (!isJsonObject(item)) continue;
      const choice = typeof item.index === "number" ? item.index : 0;
      if (isJsonObject(item.delta)) parts.push(...readDelta(item.delta, choice));
      if (typeof item.finish_reason === "string") {
        parts.push({ type: "finish", choice, reason: mapFinishReason(item.finish_reason), raw: item.finish_reason });
      }
    }
    const usage = usageOf(chunk);
    if (usage !== null) parts.push(usagePart(usage, chunk.service_tier));
    return { state: starts ? { started: true } : state, parts };
  },
});

/** `chat.completion.chunk` events as parts. */
export const streamFold: StreamFold<OpenAiStreamState> = createStreamFold(readUsage);
