import type { Part } from "../../../../schema/canonical/parts.ts";
import { isJsonObject, type Json, tryParseJson } from "../../../../schema/kernel/json.ts";
import type { StreamFold, Translation } from "../kit/provider.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";
import { convertUsage } from "./convert-usage.ts";
import { isFailure, mapFinishReason } from "./map-finish-reason.ts";
import { errorFrom } from "./read-error.ts";
import { type AnswerPart, answerSchema } from "./wire.ts";

export interface GeminiState {
  readonly names: ReadonlyMap<string, string>;
  readonly started: boolean;
  readonly id: string;
  /** Calls so far: they are numbered over all chunks. */
  readonly calls: number;
}

/** Events of a generateContent stream as parts. Each event is a whole answer with what is new. */
export const streamFold: StreamFold<GeminiState> = {
  initial: ({ tool_names }: Pick<Translation, "tool_names">) => ({
    names: tool_names,
    started: false,
    id: "",
    calls: 0,
  }),
  step: (state, { data }) => readAnswer(state, tryParseJson(data)),
};

/** One answer, or one event, behind what was read before. */
export function readAnswer(
  state: GeminiState,
  value: Json | undefined,
): { readonly state: GeminiState; readonly parts: readonly Part[] } {
  const body = Array.isArray(value) ? value[0] : value;
  if (!isJsonObject(body)) return { state, parts: [] };
  if (isJsonObject(body.error)) return { state, parts: [{ type: "error", error: errorFrom(0, body, null) }] };
  const parsed = answerSchema.safeParse(body);
  if (!parsed.success) return { state, parts: [] };
  const { responseId, modelVersion, candidates, promptFeedback, usageMetadata } = parsed.data;
  const parts: Part[] = [];
  const id = state.started ? state.id : (responseId ?? "");
  if (!state.started) parts.push({ type: "start", id: responseId ?? null, model: modelVersion ?? null });
  const [candidate] = candidates ?? [];
  let { calls } = state;
  for (const part of candidate?.content?.parts ?? []) {
    parts.push(...readPart(part, { id, index: calls, names: state.names }));
    if (part.functionCall) calls += 1;
  }
  const reason = candidate?.finishReason ?? null;
  const next = { ...state, started: true, id, calls };
  if (reason !== null && isFailure(reason)) {
    const error = upstreamFailure(`The model wrote a tool call that cannot be read (${reason}).`);
    return { state: next, parts: [...parts, { type: "error", error: { ...error, code: reason } }] };
  }
  const blocked = promptFeedback?.blockReason ?? null;
  if (reason !== null) {
    parts.push({ type: "finish", choice: 0, reason: mapFinishReason(reason, calls > 0), raw: reason });
  } else if (blocked !== null) {
    parts.push({ type: "finish", choice: 0, reason: "content_filter", raw: blocked });
  }
  // Before the end: nothing is read behind it.
  if (usageMetadata) parts.push({ type: "usage", usage: convertUsage(usageMetadata) });
  if (reason !== null || blocked !== null) parts.push({ type: "end" });
  return { state: next, parts };
}

interface Place {
  readonly id: string;
  readonly index: number;
  readonly names: ReadonlyMap<string, string>;
}

function* readPart(part: AnswerPart, { id, index, names }: Place): Generator<Part> {
  if (part.functionCall) {
    const { id: own, name, args } = part.functionCall;
    const signature = part.thoughtSignature ?? null;
    yield {
      type: "tool_call",
      choice: 0,
      index,
      // The API need not give one; call and result must name each other all the same.
      id: own ?? `call_${id}_${index}`,
      name: names.get(name ?? "") ?? name ?? "",
      ...(signature === null ? {} : { signature }),
    };
    yield { type: "tool_arguments", choice: 0, index, json: JSON.stringify(args ?? {}) };
    return;
  }
  if (!part.text) return;
  yield { type: part.thought === true ? "reasoning" : "text", choice: 0, text: part.text };
}
