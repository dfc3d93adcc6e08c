import type { Part } from "../../../../schema/canonical/parts.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../../schema/kernel/json.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";
import { readDelta, textOf } from "../openai/read-whole.ts";
import { mapFinishReason } from "./map-finish-reason.ts";

/** What the parts of a choice depend on: the tool calls before, and the names that were changed. */
export interface ChoiceState {
  /** The ids of the calls so far, by choice, at their index: an index belongs to one call. */
  readonly calls: ReadonlyMap<number, readonly string[]>;
  readonly tool_names: ReadonlyMap<string, string>;
}

interface Step {
  readonly state: ChoiceState;
  readonly parts: readonly Part[];
}

/**
 * A choice of an answer or of a chunk. Its content may be a list, of text and of thinking, which is no part of the answer.
 * Calls often come without an index, each whole in one chunk: they are counted here.
 */
export function readChoice(state: ChoiceState, item: JsonObject, position: number): Step {
  const choice = typeof item.index === "number" ? item.index : position;
  const said = isJsonObject(item.delta) ? item.delta : isJsonObject(item.message) ? item.message : {};
  const numbered = numberCalls(state.calls.get(choice) ?? [], said.tool_calls);
  const parts: Part[] = [];
  const delta = { ...said, ...flatContent(said.content), tool_calls: numbered.tool_calls };
  for (const part of readDelta(delta, choice)) {
    if (part.type !== "tool_call") parts.push(part);
    // The name is told once; further pieces of the same call repeat it.
    else if (numbered.begun.has(part.index))
      parts.push({ ...part, name: state.tool_names.get(part.name) ?? part.name });
  }
  parts.push(...finishParts(item.finish_reason, choice));
  return { state: { ...state, calls: new Map(state.calls).set(choice, numbered.ids) }, parts };
}

function finishParts(raw: Json | undefined, choice: number): readonly Part[] {
  if (typeof raw !== "string") return [];
  const reason = mapFinishReason(raw);
  return reason === null
    ? [{ type: "error", error: upstreamFailure("The provider's model failed while it answered.") }]
    : [{ type: "finish", choice, reason, raw }];
}

interface Numbered {
  readonly tool_calls: JsonObject[];
  readonly ids: readonly string[];
  /** The indexes of the calls that begin here. */
  readonly begun: ReadonlySet<number>;
}

function numberCalls(before: readonly string[], calls: Json | undefined): Numbered {
  const ids = [...before];
  const begun = new Set<number>();
  const tool_calls: JsonObject[] = [];
  for (const call of Array.isArray(calls) ? calls.filter(isJsonObject) : []) {
    // The API writes "null" where a call has no id.
    const id = textOf(call.id === "null" ? null : call.id);
    const index = indexOf(call, id, ids);
    if (index === ids.length) {
      ids.push(id ?? "");
      begun.add(index);
    }
    tool_calls.push({ ...withTextArguments(call), id: id ?? "", index });
  }
  return { tool_calls, ids, begun };
}

/** Of the call that it continues: the one of its id, without one that of its index, or the last; else of a new call. */
function indexOf(call: JsonObject, id: string | null, ids: readonly string[]): number {
  const known = id === null ? -1 : ids.indexOf(id);
  if (known !== -1) return known;
  const named = isJsonObject(call.function) && textOf(call.function.name) !== null;
  if (id !== null || named || ids.length === 0) return ids.length;
  return typeof call.index === "number" && call.index < ids.length ? call.index : ids.length - 1;
}

/** Arguments are a text, or, as the API's schema allows, an object. */
function withTextArguments(call: JsonObject): JsonObject {
  const { function: called } = call;
  if (!isJsonObject(called) || !isJsonObject(called.arguments)) return call;
  return { ...call, function: { ...called, arguments: JSON.stringify(called.arguments) } };
}

/** Content in chunks as OpenAI's two fields; other kinds of chunks, references for one, are no text. */
function flatContent(content: Json | undefined): JsonObject {
  if (!Array.isArray(content)) return {};
  const chunks = content.filter(isJsonObject);
  return {
    content: chunks.map((chunk) => (chunk.type === "text" ? (textOf(chunk.text) ?? "") : "")).join(""),
    reasoning_content: chunks.map((chunk) => (chunk.type === "thinking" ? thoughtOf(chunk.thinking) : "")).join(""),
  };
}

function thoughtOf(thinking: Json | undefined): string {
  if (typeof thinking === "string") return thinking;
  const chunks = Array.isArray(thinking) ? thinking.filter(isJsonObject) : [];
  return chunks.map((chunk) => textOf(chunk.text) ?? "").join("");
}
