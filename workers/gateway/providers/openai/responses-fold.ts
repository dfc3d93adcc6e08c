import type { Part } from "../../../../schema/canonical/parts.ts";
import { isJsonObject, type JsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";
import { type FoldStep, withStart } from "../kit/fold-step.ts";
import type { StreamFold } from "../kit/provider.ts";
import { argumentParts, CALLS, callPart, endParts, startOf } from "./read-response.ts";
import { textOf } from "./read-whole.ts";
import { responseError } from "./responses-error.ts";
import { isBilledSearch, responseUsage } from "./responses-usage.ts";

interface OpenCall {
  readonly index: number;
  readonly has_arguments: boolean;
}

export interface ResponsesState {
  readonly started: boolean;
  /** After the end or an error nothing more is read. */
  readonly closed: boolean;
  readonly calls: number;
  /** Calls whose end has not come yet, by their place in the output. */
  readonly open: ReadonlyMap<number, OpenCall>;
  readonly searches: number;
}

type Step = FoldStep<ResponsesState>;

/**
 * The events of a response. Only `response.completed` and `response.incomplete` end one: a stream without either has no
 * `end` part. Source: the OpenAI API reference, Responses, streaming events.
 */
export const responsesFold: StreamFold<ResponsesState> = {
  initial: () => ({ started: false, closed: false, calls: 0, open: new Map(), searches: 0 }),
  step: (state, { event, data }) => {
    const json = state.closed ? undefined : tryParseJson(data);
    // A line that is no JSON object is either cut short, so that no terminal event follows, or none of ours.
    if (!isJsonObject(json)) return { state, parts: [] };
    return withStart(state, read(state, textOf(json.type) ?? event ?? "", json));
  },
};

function read(state: ResponsesState, type: string, json: JsonObject): Step {
  switch (type) {
    case "response.created":
    case "response.queued":
    case "response.in_progress":
      return began(state, json);
    case "response.output_text.delta":
      return said(state, "text", json);
    case "response.refusal.delta":
      return said(state, "refusal", json);
    case "response.reasoning_summary_text.delta":
    case "response.reasoning_text.delta":
      return said(state, "reasoning", json);
    case "response.output_item.added":
      return itemAdded(state, json);
    case "response.function_call_arguments.delta":
    case "response.custom_tool_call_input.delta":
      return argumentsDelta(state, json);
    case "response.output_item.done":
      return itemDone(state, json);
    case "response.completed":
    case "response.incomplete":
      return ended(state, json);
    case "response.failed":
      return failed(state, isJsonObject(json.response) ? json.response : {});
    case "error":
      return failed(state, json);
    // Beginnings and ends of what the deltas tell, progress of tools, and whatever is added.
    default:
      return { state, parts: [] };
  }
}

function began(state: ResponsesState, { response }: JsonObject): Step {
  if (state.started || !isJsonObject(response)) return { state, parts: [] };
  return { state: { ...state, started: true }, parts: [startOf(response)] };
}

function said(state: ResponsesState, type: "text" | "refusal" | "reasoning", { delta }: JsonObject): Step {
  const text = textOf(delta);
  return { state, parts: text === null ? [] : [{ type, choice: 0, text }] };
}

const placeOf = ({ output_index }: JsonObject): number => (typeof output_index === "number" ? output_index : 0);

function itemAdded(state: ResponsesState, json: JsonObject): Step {
  const { item } = json;
  if (!isJsonObject(item) || !CALLS.has(String(item.type))) return { state, parts: [] };
  const index = state.calls;
  const open = new Map(state.open).set(placeOf(json), { index, has_arguments: false });
  return { state: { ...state, calls: index + 1, open }, parts: [callPart(item, index)] };
}

function argumentsDelta(state: ResponsesState, json: JsonObject): Step {
  const call = state.open.get(placeOf(json));
  const delta = textOf(json.delta);
  if (call === undefined || delta === null) return { state, parts: [] };
  const parts: readonly Part[] = [{ type: "tool_arguments", choice: 0, index: call.index, json: delta }];
  if (call.has_arguments) return { state, parts };
  const open = new Map(state.open).set(placeOf(json), { ...call, has_arguments: true });
  return { state: { ...state, open }, parts };
}

/** The end of an item: of a call that had no deltas its arguments, of a search that it was made. */
function itemDone(state: ResponsesState, json: JsonObject): Step {
  const { item } = json;
  if (!isJsonObject(item)) return { state, parts: [] };
  if (isBilledSearch(item)) {
    const searches = state.searches + 1;
    // Told at once, so that a stream that breaks off is charged for it.
    return { state: { ...state, searches }, parts: [{ type: "usage", usage: { search: searches } }] };
  }
  if (!CALLS.has(String(item.type))) return { state, parts: [] };
  const known = state.open.get(placeOf(json));
  const added = known === undefined ? itemAdded(state, json) : { state, parts: [] };
  const call = added.state.open.get(placeOf(json));
  const open = new Map(added.state.open);
  open.delete(placeOf(json));
  const rest = call === undefined || call.has_arguments ? [] : argumentParts(item, call.index);
  return { state: { ...added.state, open }, parts: [...added.parts, ...rest] };
}

function ended(state: ResponsesState, { response }: JsonObject): Step {
  if (!isJsonObject(response)) return failed(state, {});
  const start = state.started ? [] : [startOf(response)];
  return {
    state: { ...state, started: true, closed: true },
    parts: [...start, ...endParts(response, state.searches)],
  };
}

/** A response that fails late may tell what it used until then. */
function failed(state: ResponsesState, holder: JsonObject): Step {
  const error: Part = { type: "error", error: responseError(holder) };
  return { state: { ...state, closed: true }, parts: [error, ...responseUsage(holder, state.searches)] };
}
