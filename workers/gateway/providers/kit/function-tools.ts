import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { ChatRequest, ChatTool } from "../../../../schema/wire/openai-chat.ts";

export type FunctionTool = Extract<ChatTool, { type: "function" }>;

/** The offered functions in the caller's order. Refuses custom tools, naming the first. */
export function functionTools(tools: ChatRequest["tools"]): { readonly offered: readonly FunctionTool[] } | Refused {
  const asked = tools ?? [];
  const custom = asked.findIndex((tool) => tool.type === "custom");
  if (custom !== -1) {
    return refuse("unsupported_parameter", {
      param: `tools[${custom}]`,
      message: "The provider has no custom tools. Use a function tool.",
    });
  }
  return { offered: asked.filter((tool) => tool.type === "function") };
}

/** The function that a choice names, among those that are offered. Refuses any other kind of choice. */
export function namedFunction(
  choice: Exclude<ChatRequest["tool_choice"], string | null | undefined>,
  offered: readonly FunctionTool[],
): { readonly name: string } | Refused {
  const named = choice.type === "function" ? choice.function : null;
  if (typeof named !== "object" || named === null || !("name" in named) || typeof named.name !== "string") {
    return refuse("unsupported_parameter", {
      param: "tool_choice",
      message: 'The provider takes tool_choice "auto", "none", "required" or one function.',
    });
  }
  const { name } = named;
  return offered.some((tool) => tool.function.name === name)
    ? { name }
    : refuse("invalid_request", { param: "tool_choice", message: "tool_choice names a function not in tools." });
}

export type JsonSchema = Readonly<Record<string, unknown>>;

/** A function's parameters where the API wants an object at the root: untouched if they say their type. */
export function parametersSchema(parameters: JsonSchema | null): JsonSchema {
  if (parameters === null) return { type: "object", properties: {} };
  return parameters.type === undefined ? { type: "object", ...parameters } : parameters;
}
