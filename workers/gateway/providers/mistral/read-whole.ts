import type { Part } from "../../../../schema/canonical/parts.ts";
import { isJsonObject, type JsonObject } from "../../../../schema/kernel/json.ts";
import type { Translation } from "../kit/provider.ts";
import { convertUsage } from "../openai/convert-usage.ts";
import { textOf } from "../openai/read-whole.ts";
import { type ChoiceState, readChoice } from "./read-choice.ts";
import { errorFromBody } from "./read-error.ts";

/** A whole answer as parts. An error in its place, or a choice that failed, is one error part and no end. */
export function readWhole(body: JsonObject, { tool_names }: Pick<Translation, "tool_names">): readonly Part[] {
  if (saysError(body)) return [{ type: "error", error: errorFromBody(500, body, null) }];
  const parts: Part[] = [{ type: "start", id: textOf(body.id), model: textOf(body.model) }];
  let state: ChoiceState = { calls: new Map(), tool_names };
  for (const [position, item] of (Array.isArray(body.choices) ? body.choices : []).entries()) {
    if (!isJsonObject(item)) continue;
    const step = readChoice(state, item, position);
    state = step.state;
    parts.push(...step.parts);
  }
  const failed = parts.find(({ type }) => type === "error");
  if (failed !== undefined) return [failed];
  const usage = convertUsage(body.usage);
  if (usage !== null) parts.push({ type: "usage", usage });
  parts.push({ type: "end" });
  return parts;
}

/** An error in the place of an answer or of a chunk, in any of the shapes that the API has. */
export const saysError = (body: JsonObject): boolean =>
  body.object === "error" || isJsonObject(body.error) || Array.isArray(body.detail);
