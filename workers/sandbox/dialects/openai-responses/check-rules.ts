import { type Failed, invalid } from "../../errors.ts";
import { isSigned } from "../../models/signature.ts";
import type { Item, ResponsesRequest } from "./wire.ts";

/** The rules between the fields of a request; the first that is broken, or null. Nothing is stored here. */
export function ruleBroken(request: ResponsesRequest): Failed | null {
  const { input, previous_response_id, background, tools, tool_choice } = request;
  if (previous_response_id) {
    const message = `Previous response with id '${previous_response_id}' not found.`;
    return invalid(message, "previous_response_id", "previous_response_not_found");
  }
  if (background === true) return invalid("Background responses are not supported here.", "background");
  const offered = (tools ?? []).map((tool) => ("name" in tool ? tool.name : null));
  if (tool_choice === "required" && offered.length === 0) {
    return invalid("Tool choice 'required' must be specified with 'tools' parameter.", "tool_choice");
  }
  if (typeof tool_choice === "object" && tool_choice?.type === "function" && !offered.includes(tool_choice.name)) {
    return invalid(`Tool choice '${tool_choice.name}' not found in 'tools' parameter.`, "tool_choice");
  }
  return typeof input === "string" ? null : (inputEmpty(input) ?? callsBroken(input) ?? reasoningBroken(input));
}

const inputEmpty = (items: readonly Item[]): Failed | null =>
  items.length === 0 ? invalid("One of 'input' or 'previous_response_id' must be provided.", "input") : null;

const isOutput = (item: Item): item is Item & { readonly call_id: string; readonly output: unknown } =>
  item.type === "function_call_output" || item.type === "custom_tool_call_output";

/** Every output answers a call before it, and every call is answered. */
function callsBroken(items: readonly Item[]): Failed | null {
  const open = new Set<string>();
  for (const [at, item] of items.entries()) {
    if (item.type === "function_call" || item.type === "custom_tool_call") open.add(item.call_id);
    if (isOutput(item) && !open.delete(item.call_id)) {
      return invalid(`No tool call found for function call output with call_id ${item.call_id}.`, `input[${at}]`, null);
    }
  }
  const [unanswered] = open;
  return unanswered === undefined
    ? null
    : invalid(`No tool output found for function call ${unanswered}.`, "input", null);
}

/** Reasoning comes back encrypted, since none is stored, unchanged, and with what it led to. */
function reasoningBroken(items: readonly Item[]): Failed | null {
  for (const [at, item] of items.entries()) {
    if (item.type !== "reasoning") continue;
    const path = `input[${at}]`;
    if (!item.encrypted_content) {
      const message = `Item with id '${item.id ?? ""}' not found. Items are not persisted when 'store' is set to false.`;
      return invalid(message, path, null);
    }
    const text = item.summary.map((part) => part.text).join("");
    // Without a summary there is nothing to compare with, and any content of ours will do.
    if (text !== "" && !isSigned(text, item.encrypted_content)) {
      return invalid("The encrypted content could not be verified.", path, "invalid_encrypted_content");
    }
    const next = items[at + 1];
    if (next === undefined || isOutput(next) || ("role" in next && next.role !== "assistant")) {
      return invalid(
        `Item '${item.id ?? ""}' of type 'reasoning' was provided without its required following item.`,
        path,
        null,
      );
    }
  }
  return null;
}
