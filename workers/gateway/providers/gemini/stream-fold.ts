import type { Part } from "../../../../schema/canonical/parts.ts";
import { isJsonObject, type Json, tryParseJson } from "../../../../schema/kernel/json.ts";
import { END_OF_STREAM } from "../kit/end-of-stream.ts";
import type { StreamFold, Translation } from "../kit/provider.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";
import { convertUsage } from "./convert-usage.ts";
import { mapFinishReason, type Said } from "./map-finish-reason.ts";
import { errorFrom } from "./read-error.ts";
import { type Answer, type AnswerPart, answerSchema, type Candidate } from "./wire.ts";

interface Choice extends Said {
  readonly finished: boolean;
}

export interface GeminiState {
  readonly names: ReadonlyMap<string, string>;
  readonly started: boolean;
  /** What ids of calls are made of: the answer's own id, or else a random one. */
  readonly id: string;
  /** By index: calls are numbered over all chunks. */
  readonly choices: ReadonlyMap<number, Choice>;
}

interface Step {
  readonly state: GeminiState;
  readonly parts: readonly Part[];
}

/** Events of a generateContent stream as parts. Each event is a whole answer with what is new. */
export const streamFold: StreamFold<GeminiState> = {
  initial: ({ tool_names }: Pick<Translation, "tool_names">) => ({
    names: tool_names,
    started: false,
    id: crypto.randomUUID().replaceAll("-", ""),
    choices: new Map(),
  }),
  step: (state, { event, data }) =>
    event === END_OF_STREAM ? { state, parts: endOf(state) } : readAnswer(state, tryParseJson(data)),
  isComplete: (state) => endOf(state).length > 0,
};

/** The end, when all that began has finished. Nothing in the stream marks it, and usage may come behind the last reason. */
export function endOf({ choices }: GeminiState): readonly Part[] {
  const all = [...choices.values()];
  return all.length > 0 && all.every(({ finished }) => finished) ? [{ type: "end" }] : [];
}

/** One answer, or one event, behind what was read before. */
export function readAnswer(state: GeminiState, value: Json | undefined): Step {
  const body = Array.isArray(value) ? value[0] : value;
  if (!isJsonObject(body)) return { state, parts: [] };
  if (isJsonObject(body.error)) return { state, parts: [{ type: "error", error: errorFrom(0, body, null) }] };
  const parsed = answerSchema.safeParse(body);
  if (!parsed.success) return { state, parts: [] };
  const { responseId, modelVersion, candidates, promptFeedback, usageMetadata } = parsed.data;
  const id = state.started ? state.id : (responseId ?? state.id);
  const choices = new Map(state.choices);
  const parts: Part[] = state.started ? [] : [{ type: "start", id: responseId ?? null, model: modelVersion ?? null }];
  for (const candidate of candidates ?? []) {
    const at = candidate.index ?? 0;
    const read = readCandidate(candidate, { id, choice: at, names: state.names, before: choices.get(at) ?? SILENT });
    choices.set(at, read.choice);
    parts.push(...read.parts);
  }
  if (choices.size === 0) {
    const blocked = readBlocked(promptFeedback);
    if (blocked.length > 0) choices.set(0, { ...SILENT, finished: true });
    parts.push(...blocked);
  }
  if (usageMetadata) parts.push({ type: "usage", usage: convertUsage(usageMetadata) });
  return { state: { ...state, started: true, id, choices }, parts };
}

const SILENT: Choice = { calls: 0, anything: false, finished: false };

/** A prompt that was refused has no candidates: one choice that the filter ended. */
function readBlocked(feedback: Answer["promptFeedback"]): readonly Part[] {
  const rated = feedback?.safetyRatings?.some(({ blocked }) => blocked === true) === true;
  const raw = feedback?.blockReason ?? (rated ? "SAFETY" : null);
  if (raw === null) return [];
  const why = feedback?.blockReasonMessage ?? "";
  return [
    ...(why === "" ? [] : [{ type: "refusal", choice: 0, text: why } as const]),
    { type: "finish", choice: 0, reason: "content_filter", raw },
  ];
}

interface Place {
  readonly id: string;
  readonly choice: number;
  readonly names: ReadonlyMap<string, string>;
  readonly before: Choice;
}

function readCandidate(
  { content, finishReason }: Candidate,
  place: Place,
): { readonly choice: Choice; readonly parts: readonly Part[] } {
  const parts: Part[] = [];
  let { calls } = place.before;
  for (const part of content?.parts ?? []) {
    parts.push(...readPart(part, { ...place, index: calls }));
    if (part.functionCall) calls += 1;
  }
  const anything = place.before.anything || parts.some(({ type }) => type !== "reasoning");
  const said = { ...place.before, calls, anything };
  if (finishReason == null) return { choice: said, parts };
  const ended = mapFinishReason(finishReason, said);
  if ("failed" in ended) {
    return {
      choice: said,
      parts: [...parts, { type: "error", error: { ...upstreamFailure(ended.failed), code: finishReason } }],
    };
  }
  const finish: Part = { type: "finish", choice: place.choice, reason: ended.finish, raw: finishReason };
  return { choice: { ...said, finished: true }, parts: [...parts, finish] };
}

function* readPart(
  part: AnswerPart,
  { id, choice, index, names }: Place & { readonly index: number },
): Generator<Part> {
  if (part.functionCall) {
    const { id: own, name, args } = part.functionCall;
    const signature = part.thoughtSignature ?? null;
    yield {
      type: "tool_call",
      choice,
      index,
      // The API need not give one; call and result must name each other all the same.
      id: own ?? `call_${id}_${choice}_${index}`,
      name: names.get(name ?? "") ?? name ?? "",
      ...(signature === null ? {} : { signature }),
    };
    yield { type: "tool_arguments", choice, index, json: JSON.stringify(args ?? {}) };
    return;
  }
  if (!part.text) return;
  yield { type: part.thought === true ? "reasoning" : "text", choice, text: part.text };
}
