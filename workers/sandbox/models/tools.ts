import type { JsonObject } from "../../../schema/kernel/json.ts";
import { isJsonObject, tryParseJson } from "../../../schema/kernel/json.ts";
import { tokenise } from "../../../schema/tokens/sandbox-tokens.ts";
import type { ChatRequest } from "../../../schema/wire/openai-chat.ts";
import { hashedId } from "../hash.ts";
import { schemaInstance } from "../schema-instance.ts";
import type { Utterance } from "./piece.ts";
import { contentText, say, structuredText } from "./text.ts";

/**
 * Calls the functions it is offered, with arguments made from their schemas; once the last message is a tool's result,
 * answers with a text that quotes the results. Offers that are not functions are passed over.
 * `seed` makes the ids of the calls, `call_id` gives them their form.
 */
export function toolsUtterance(request: ChatRequest, seed: string, call_id: CallId): Utterance {
  const answered = request.messages.at(-1)?.role === "tool";
  const chosen = answered ? [] : chosenFunctions(request);
  if (chosen.length > 0) return calls(chosen, seed, call_id);
  return say(structuredText(request) ?? (answered ? quoteResults(request) : "No tool was called."));
}

/** The id of a call, which depends on the seed alone. */
export type CallId = (seed: string) => string;

export const openAiCallId: CallId = (seed) => `call_${hashedId(seed, 24)}`;

interface OfferedFunction {
  readonly name: string;
  readonly parameters: JsonObject;
}

function* calls(functions: readonly OfferedFunction[], seed: string, call_id: CallId): Utterance {
  for (const [index, { name, parameters }] of functions.entries()) {
    yield { kind: "tool_call", index, id: call_id(`${seed}:${index}`), name };
    for (const text of tokenise(argumentsText(parameters))) yield { kind: "tool_arguments", index, text };
  }
  return "tool_calls";
}

/** A function without parameters is still called with an object. */
function argumentsText(parameters: JsonObject): string {
  const value = schemaInstance(Object.keys(parameters).length === 0 ? { type: "object" } : parameters);
  return JSON.stringify(value);
}

function chosenFunctions(request: ChatRequest): readonly OfferedFunction[] {
  const offered = (request.tools ?? []).flatMap((tool) => {
    if (tool.type !== "function") return [];
    const parameters = tryParseJson(JSON.stringify(tool.function.parameters ?? {}));
    return [
      { name: tool.function.name, parameters: parameters !== undefined && isJsonObject(parameters) ? parameters : {} },
    ];
  });
  const choice = request.tool_choice;
  if (choice === "none") return [];
  const named =
    typeof choice === "object" && choice !== null && isJsonObject(choice.function) ? choice.function.name : null;
  if (named !== null) return offered.filter((one) => one.name === named).slice(0, 1);
  return request.parallel_tool_calls === false ? offered.slice(0, 1) : offered;
}

function quoteResults(request: ChatRequest): string {
  const from = request.messages.findLastIndex((message) => message.role === "assistant");
  const names = new Map<string, string>();
  const assistant = request.messages[from];
  if (assistant?.role === "assistant") {
    for (const call of assistant.tool_calls ?? []) names.set(call.id, call.function.name);
  }
  const quotes = request.messages.slice(from + 1).flatMap((message) => {
    if (message.role !== "tool") return [];
    return [`${names.get(message.tool_call_id) ?? message.tool_call_id} said "${contentText(message.content)}"`];
  });
  return `The tools answered: ${quotes.join("; ")}.`;
}
