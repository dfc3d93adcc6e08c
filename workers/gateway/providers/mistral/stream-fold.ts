import type { Part } from "../../../../schema/canonical/parts.ts";
import { isJsonObject, type JsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";
import type { StreamFold } from "../kit/provider.ts";
import { convertUsage } from "../openai/convert-usage.ts";
import { textOf } from "../openai/read-whole.ts";
import { type ChoiceState, readChoice } from "./read-choice.ts";
import { errorFromBody } from "./read-error.ts";
import { saysError } from "./read-whole.ts";

export interface MistralState extends ChoiceState {
  readonly started: boolean;
  /** After the end or an error nothing more is read. */
  readonly closed: boolean;
}

interface Step {
  readonly state: MistralState;
  readonly parts: readonly Part[];
}

/** The chunks of a stream. Without `[DONE]` there is no `end` part; after an error there is none either. */
export const streamFold: StreamFold<MistralState> = {
  initial: ({ tool_names }) => ({ started: false, closed: false, calls: new Map(), tool_names }),
  step: (state, { data }) => {
    if (state.closed) return { state, parts: [] };
    if (data === "[DONE]") return { state: { ...state, closed: true }, parts: [{ type: "end" }] };
    const chunk = tryParseJson(data);
    // A line that is no JSON object is either cut short, so that no terminal event follows, or none of ours.
    if (!isJsonObject(chunk)) return { state, parts: [] };
    if (saysError(chunk)) {
      return { state: { ...state, closed: true }, parts: [{ type: "error", error: errorFromBody(500, chunk, null) }] };
    }
    return readChunk(state, chunk);
  },
};

function readChunk(before: MistralState, chunk: JsonObject): Step {
  const parts: Part[] = [];
  if (!before.started) parts.push({ type: "start", id: textOf(chunk.id), model: textOf(chunk.model) });
  let state: MistralState = { ...before, started: true };
  let failed: Part | null = null;
  for (const [position, item] of (Array.isArray(chunk.choices) ? chunk.choices : []).entries()) {
    if (!isJsonObject(item)) continue;
    const step = readChoice(state, item, position);
    state = { ...state, ...step.state };
    for (const part of step.parts) {
      if (part.type === "error") failed = part;
      else parts.push(part);
    }
  }
  // What a failed answer cost is told before the failure: it is owed all the same.
  const usage = convertUsage(chunk.usage);
  if (usage !== null) parts.push({ type: "usage", usage });
  return failed === null ? { state, parts } : { state: { ...state, closed: true }, parts: [...parts, failed] };
}
