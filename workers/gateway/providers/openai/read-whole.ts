import type { Part } from "../../../../schema/canonical/parts.ts";
import type { Usage } from "../../../../schema/canonical/usage.ts";
import { isJsonObject, type Json, type JsonObject } from "../../../../schema/kernel/json.ts";
import { convertUsage } from "./convert-usage.ts";
import { mapFinishReason } from "./map-finish-reason.ts";
import { errorFromBody, isErrorBody } from "./read-error.ts";

/** What a completion, or a chunk of one, says was used; null when it says nothing. */
export type UsageReader = (body: JsonObject) => Usage | null;

export const readUsage: UsageReader = (body) => convertUsage(body.usage);

/** A `chat.completion` as parts. What is malformed is left out: the answer itself passes on as it came. */
export const readWhole = (body: JsonObject): readonly Part[] => readWholeWith(readUsage, body);

/** The same of a server that states what was used in a way of its own. */
export function readWholeWith(usageOf: UsageReader, body: JsonObject): readonly Part[] {
  // Some servers answer 200 with an error object in place of a completion.
  if (isErrorBody(body)) return [{ type: "error", error: errorFromBody(0, body, null) }];
  const parts: Part[] = [{ type: "start", id: textOf(body.id), model: textOf(body.model) }];
  const choices = Array.isArray(body.choices) ? body.choices : [];
  for (const [position, choice] of choices.entries()) {
    if (isJsonObject(choice)) parts.push(...readChoice(choice, position));
  }
  const usage = usageOf(body);
  if (usage !== null) parts.push(usagePart(usage, body.service_tier));
  parts.push({ type: "end" });
  return parts;
}

/** Usage with the tier that served the request, which OpenAI tells beside it. */
export const usagePart = (usage: Usage, service_tier: Json | undefined): Part => {
  const tier = textOf(service_tier);
  return tier === null ? { type: "usage", usage } : { type: "usage", usage, service_tier: tier };
};

function readChoice(item: JsonObject, position: number): readonly Part[] {
  const choice = typeof item.index === "number" ? item.index : position;
  const parts: Part[] = isJsonObject(item.message) ? [...readDelta(item.message, choice)] : [];
  if (typeof item.finish_reason === "string") {
    parts.push({ type: "finish", choice, reason: mapFinishReason(item.finish_reason), raw: item.finish_reason });
  }
  return parts;
}

/** The content of a message, or of a stream's delta, which has the same members. */
export function* readDelta(delta: JsonObject, choice: number): Generator<Part> {
  // OpenAI hides its reasoning; compatible servers show it under one of two names. A caller of this dialect gets the name
  // that the provider uses, since its bytes pass; callers of other dialects get it as theirs has it.
  const reasoning = textOf(delta.reasoning_content) ?? textOf(delta.reasoning);
  if (reasoning !== null) yield { type: "reasoning", choice, text: reasoning };
  const text = textOf(delta.content);
  if (text !== null) yield { type: "text", choice, text };
  const refusal = textOf(delta.refusal);
  if (refusal !== null) yield { type: "refusal", choice, text: refusal };
  const calls = Array.isArray(delta.tool_calls) ? delta.tool_calls : [];
  for (const [position, call] of calls.entries()) {
    if (isJsonObject(call)) yield* readToolCall(call, choice, position);
  }
  // Deprecated by OpenAI, still answered to those who send `functions`.
  if (isJsonObject(delta.function_call)) yield* readToolCall({ function: delta.function_call }, choice, 0);
}

function* readToolCall(call: JsonObject, choice: number, position: number): Generator<Part> {
  const index = typeof call.index === "number" ? call.index : position;
  const fn = isJsonObject(call.function) ? call.function : isJsonObject(call.custom) ? call.custom : {};
  const id = textOf(call.id);
  const name = textOf(fn.name);
  if (id !== null || name !== null) yield { type: "tool_call", choice, index, id: id ?? "", name: name ?? "" };
  // A custom tool is given free text, under another name.
  const json = textOf(fn.arguments) ?? textOf(fn.input);
  if (json !== null) yield { type: "tool_arguments", choice, index, json };
}

/** A text that says something, or null. */
export const textOf = (value: Json | undefined): string | null =>
  typeof value === "string" && value !== "" ? value : null;
