import type { Part } from "../../../../schema/canonical/parts.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../../schema/kernel/json.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";
import { isErrorBody } from "./read-error.ts";
import { textOf } from "./read-whole.ts";
import { responseError } from "./responses-error.ts";
import { isBilledSearch, responseUsage } from "./responses-usage.ts";

/** Items that are a call which the caller answers. */
export const CALLS: ReadonlySet<string> = new Set([
  "function_call",
  "custom_tool_call",
  "local_shell_call",
  "shell_call",
  "apply_patch_call",
  "computer_call",
]);

/** A whole response as parts. What is malformed is left out: the answer itself passes on as it came. */
export function readResponse(body: JsonObject): readonly Part[] {
  if (isErrorBody(body)) return [{ type: "error", error: responseError(body) }];
  if (body.status !== "completed" && body.status !== "incomplete") {
    return [{ type: "error", error: upstreamFailure("The provider's response is neither completed nor incomplete.") }];
  }
  const items = outputOf(body);
  let calls = 0;
  const content = items.flatMap((item) => {
    const parts = itemParts(item, calls);
    if (CALLS.has(String(item.type))) calls += 1;
    return parts;
  });
  return [startOf(body), ...content, ...endParts(body, items.filter(isBilledSearch).length)];
}

export const startOf = (response: JsonObject): Part => ({
  type: "start",
  id: textOf(response.id),
  model: textOf(response.model),
});

export const outputOf = ({ output }: JsonObject): readonly JsonObject[] =>
  Array.isArray(output) ? output.filter(isJsonObject) : [];

/** What a response that has ended says of its end: why, what was used, and that it is over. */
export function endParts(response: JsonObject, searches_seen: number): readonly Part[] {
  return [finishOf(response), ...responseUsage(response, searches_seen), { type: "end" }];
}

function finishOf(response: JsonObject): Part {
  const { status, incomplete_details } = response;
  if (status !== "incomplete") {
    const calls = outputOf(response).some(({ type }) => CALLS.has(String(type)));
    return { type: "finish", choice: 0, reason: calls ? "tool_calls" : "stop", raw: textOf(status) };
  }
  const raw = isJsonObject(incomplete_details) ? textOf(incomplete_details.reason) : null;
  return { type: "finish", choice: 0, reason: raw === "content_filter" ? "content_filter" : "length", raw };
}

/** The content of a finished item; `call` counts the calls before it. */
function itemParts(item: JsonObject, call: number): readonly Part[] {
  switch (item.type) {
    case "message":
      return partsIn(item.content);
    case "reasoning":
      return [...partsIn(item.summary), ...partsIn(item.content)];
    default:
      return CALLS.has(String(item.type)) ? [callPart(item, call), ...argumentParts(item, call)] : [];
  }
}

const partsIn = (content: Json | undefined): readonly Part[] =>
  (Array.isArray(content) ? content.filter(isJsonObject) : []).flatMap(contentPart);

function contentPart({ type, text, refusal }: JsonObject): readonly Part[] {
  switch (type) {
    case "output_text":
      return typeof text === "string" && text !== "" ? [{ type: "text", choice: 0, text }] : [];
    case "refusal":
      return typeof refusal === "string" && refusal !== "" ? [{ type: "refusal", choice: 0, text: refusal }] : [];
    case "summary_text":
    case "reasoning_text":
      return typeof text === "string" && text !== "" ? [{ type: "reasoning", choice: 0, text }] : [];
    default:
      return [];
  }
}

/** A call of a built-in tool has no name but its type. */
export const callPart = ({ type, call_id, name }: JsonObject, index: number): Part => ({
  type: "tool_call",
  choice: 0,
  index,
  id: textOf(call_id) ?? "",
  name: textOf(name) ?? textOf(type) ?? "",
});

/** A function is given JSON, a custom tool free text, a built-in tool an object of its own. */
export function argumentParts(item: JsonObject, index: number): readonly Part[] {
  const own = item.action ?? item.actions ?? item.operation;
  const json = textOf(item.arguments) ?? textOf(item.input) ?? (own === undefined ? null : JSON.stringify(own));
  return json === null ? [] : [{ type: "tool_arguments", choice: 0, index, json }];
}
