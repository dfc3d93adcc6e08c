import type { Part } from "../../../../schema/canonical/parts.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import type { Translation } from "../kit/provider.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";
import { endOf, readAnswer, streamFold } from "./stream-fold.ts";

/** A whole generateContent answer: one event of a stream, and its end. */
export function readWhole(body: JsonObject, translation: Translation): readonly Part[] {
  const { state, parts } = readAnswer(streamFold.initial(translation), body);
  if (parts.some(({ type }) => type === "error")) return parts;
  const end = endOf(state);
  if (end.length > 0) return [...parts, ...end];
  const error = upstreamFailure("The provider's answer is not complete, and says not why.");
  return [...parts, { type: "error", error }];
}
