import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { ChatRequest, ChatTool } from "../../../../schema/wire/openai-chat.ts";
import type { ToolNames } from "../kit/tool-names.ts";
import type { ChatBody, JsonSchema, Tool } from "./wire.ts";

export interface ConvertedTools {
  readonly fields: Partial<Pick<ChatBody, "tools" | "tool_choice" | "strict_tools">>;
  readonly warnings: readonly string[];
}

type FunctionTool = Extract<ChatTool, { type: "function" }>;

/**
 * The tools in the caller's order, and the choice among them. The API cannot name one tool: the named one is offered alone
 * and required. Refuses custom tools, and choices of what is not offered.
 */
export function convertTools(request: ChatRequest, names: ToolNames): ConvertedTools | Refused {
  const asked = request.tools ?? [];
  const custom = asked.findIndex((tool) => tool.type === "custom");
  if (custom !== -1) {
    return refuse("unsupported_parameter", {
      param: `tools[${custom}]`,
      message: "The provider has no custom tools. Use a function tool.",
    });
  }
  const offered = asked.filter((tool) => tool.type === "function");
  const choice = convertChoice(request, offered);
  if ("refused" in choice) return choice;
  const tools = choice.tools.map((tool) => convertTool(tool, names));
  if (tools.length === 0) return { fields: {}, warnings: [] };
  const strict = choice.tools.filter((tool) => tool.function.strict === true).length;
  return {
    fields: {
      tools,
      ...(choice.tool_choice === null ? {} : { tool_choice: choice.tool_choice }),
      ...(strict === tools.length ? { strict_tools: true as const } : {}),
    },
    warnings:
      strict > 0 && strict < tools.length ? ["strict left out: the provider has it for all tools or for none"] : [],
  };
}

interface Choice {
  readonly tools: readonly FunctionTool[];
  readonly tool_choice: "REQUIRED" | "NONE" | null;
}

function convertChoice({ tool_choice }: ChatRequest, offered: readonly FunctionTool[]): Choice | Refused {
  if (tool_choice === null || tool_choice === undefined || tool_choice === "auto") {
    return { tools: offered, tool_choice: null };
  }
  if (tool_choice === "none") return { tools: offered, tool_choice: "NONE" };
  if (offered.length === 0) {
    return refuse("invalid_request", { param: "tool_choice", message: "tool_choice needs tools to choose from." });
  }
  if (tool_choice === "required") return { tools: offered, tool_choice: "REQUIRED" };
  const named = requestedName(tool_choice);
  if (named === null) {
    return refuse("unsupported_parameter", {
      param: "tool_choice",
      message: 'The provider takes tool_choice "auto", "none", "required" or one function.',
    });
  }
  const only = offered.filter((tool) => tool.function.name === named);
  if (only.length === 0) {
    return refuse("invalid_request", { param: "tool_choice", message: "tool_choice names a function not in tools." });
  }
  return { tools: only, tool_choice: "REQUIRED" };
}

function requestedName(choice: Exclude<ChatRequest["tool_choice"], string | null | undefined>): string | null {
  if (choice.type !== "function") return null;
  const named = choice.function;
  return typeof named === "object" && named !== null && "name" in named && typeof named.name === "string"
    ? named.name
    : null;
}

function convertTool(tool: FunctionTool, names: ToolNames): Tool {
  const { name, description, parameters } = tool.function;
  return {
    type: "function",
    function: {
      name: names.to_upstream.get(name) ?? name,
      ...(description ? { description } : {}),
      parameters: schemaOf(parameters ?? null),
    },
  };
}

/** The caller's schema, untouched where it says its type; the API wants an object at the root. */
function schemaOf(parameters: JsonSchema | null): JsonSchema {
  if (parameters === null) return { type: "object", properties: {} };
  return parameters.type === undefined ? { type: "object", ...parameters } : parameters;
}
