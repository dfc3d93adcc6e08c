import { isJsonObject, type Json, type JsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";

/**
 * Custom tools are given free text. Elsewhere they are functions with that text as their only argument, and their calls are
 * made custom calls again on the way back.
 */

const PARAMETERS = {
  type: "object",
  properties: { input: { type: "string", description: "The tool's whole input, as plain text." } },
  required: ["input"],
  additionalProperties: false,
} as const;

/** A custom tool as a function. Its grammar is told and not enforced. */
export function customAsFunction(tool: JsonObject): object {
  const { name, description, format } = tool;
  const grammar = grammarOf(format);
  const text = [typeof description === "string" ? description : "", grammar === null ? "" : toldGrammar(grammar)];
  return {
    type: "function",
    function: { name, description: text.filter((part) => part !== "").join("\n\n"), parameters: PARAMETERS },
  };
}

/** Whether something of the tool is lost where it is a function. */
export const losesGrammar = ({ format }: JsonObject): boolean => grammarOf(format) !== null;

const grammarOf = (format: Json | undefined): JsonObject | null =>
  isJsonObject(format) && format.type === "grammar" ? format : null;

const toldGrammar = ({ syntax, definition }: JsonObject): string =>
  `The input must follow this grammar${typeof syntax === "string" ? ` (${syntax})` : ""}:\n${typeof definition === "string" ? definition : ""}`;

/** The names of a request's custom tools. */
export function customNames({ tools }: JsonObject): ReadonlySet<string> {
  const offered = Array.isArray(tools) ? tools.filter(isJsonObject) : [];
  return new Set(offered.flatMap(({ type, name }) => (type === "custom" && typeof name === "string" ? [name] : [])));
}

export const packInput = (input: string): string => JSON.stringify({ input });

/** The text in a call's arguments. A model that did not keep to the form has written it plainly, or was cut short. */
export function unpackInput(json: string): string {
  const value = tryParseJson(json);
  return isJsonObject(value) && typeof value.input === "string" ? value.input : json;
}
