import { isJsonObject, type JsonObject } from "../../schema/kernel/json.ts";
import type { TextCounter } from "./text-counter.ts";

/**
 * Tools reach an OpenAI model as a TypeScript namespace in the first system message. That form is not published; it was
 * found by comparing many counts with the usage that the API reported, and is exact for plain JSON schemas of
 * gpt-3.5 to gpt-4o: 9 tokens around the namespace, 4 less when there is a system message to put it into. Schemas beyond
 * it (anyOf, $ref) are written as `any`.
 */
const TOKENS = { namespace: 9, system_message_saves: 4 } as const;

/** The definitions among `tools` that a prompt is made of. */
export function toolDefinitions(tools: readonly unknown[]): readonly JsonObject[] {
  return tools.map(definitionOf).filter((definition) => definition !== null);
}

/** Adds tool definitions to the counter. */
export function addTools(counter: TextCounter, definitions: readonly JsonObject[], hasSystemMessage: boolean): void {
  if (definitions.length === 0) return;
  counter.count(namespaceText(definitions));
  counter.addTokens(TOKENS.namespace - (hasSystemMessage ? TOKENS.system_message_saves : 0));
}

/** Exported for its test: what a text of several tools looks like. */
export function namespaceText(functions: readonly JsonObject[]): string {
  return ["namespace functions {", "", ...functions.flatMap(functionLines), "} // namespace functions"].join("\n");
}

function definitionOf(tool: unknown): JsonObject | null {
  if (!isJsonObject(tool)) return null;
  if (isJsonObject(tool.function)) return tool.function;
  return isJsonObject(tool.custom) ? tool.custom : null;
}

function functionLines(definition: JsonObject): string[] {
  const { name, description, parameters } = definition;
  const comment = typeof description === "string" && description !== "" ? [`// ${description}`] : [];
  const properties = isJsonObject(parameters) ? propertyLines(parameters, 0) : [];
  return properties.length === 0
    ? [...comment, `type ${name} = () => any;`, ""]
    : [...comment, `type ${name} = (_: {`, ...properties, "}) => any;", ""];
}

function propertyLines(schema: JsonObject, indent: number): string[] {
  if (!isJsonObject(schema.properties)) return [];
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const margin = " ".repeat(indent);
  return Object.entries(schema.properties).flatMap(([name, property]) => {
    if (!isJsonObject(property)) return [];
    const { description } = property;
    // Deeper than the first level descriptions do not reach the model.
    const comment = typeof description === "string" && description !== "" && indent < 2;
    const line = `${margin}${name}${required.has(name) ? "" : "?"}: ${typeText(property, indent)},`;
    return comment ? [`${margin}// ${description}`, line] : [line];
  });
}

function typeText(schema: JsonObject, indent: number): string {
  const values = Array.isArray(schema.enum) ? schema.enum : null;
  switch (schema.type) {
    case "string":
      return values?.map((value) => JSON.stringify(value)).join(" | ") ?? "string";
    case "integer":
    case "number":
      return values?.map((value) => String(value)).join(" | ") ?? "number";
    case "boolean":
      return "boolean";
    case "null":
      return "null";
    case "array":
      return isJsonObject(schema.items) ? `${typeText(schema.items, indent)}[]` : "any[]";
    case "object":
      return `{\n${propertyLines(schema, indent + 2).join("\n")}\n${" ".repeat(indent)}}`;
    default:
      return "any";
  }
}
