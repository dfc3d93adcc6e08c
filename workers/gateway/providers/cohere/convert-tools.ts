import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import { type FunctionTool, functionTools, namedFunction, parametersSchema } from "../kit/function-tools.ts";
import type { ToolNames } from "../kit/tool-names.ts";
import type { ChatBody, Tool } from "./wire.ts";

export interface ConvertedTools {
  readonly fields: Partial<Pick<ChatBody, "tools" | "tool_choice" | "strict_tools">>;
  readonly warnings: readonly string[];
}

/**
 * The tools in the caller's order, and the choice among them. The API cannot name one tool: the named one is offered alone
 * and required. Refuses custom tools, and choices of what is not offered.
 */
export function convertTools(request: ChatRequest, names: ToolNames): ConvertedTools | Refused {
  const functions = functionTools(request.tools);
  if (isRefused(functions)) return functions;
  const { offered } = functions;
  const choice = convertChoice(request, offered);
  if (isRefused(choice)) return choice;
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
  const named = namedFunction(tool_choice, offered);
  if (isRefused(named)) return named;
  const only = offered.filter((tool) => tool.function.name === named.name);
  return { tools: only, tool_choice: "REQUIRED" };
}

function convertTool(tool: FunctionTool, names: ToolNames): Tool {
  const { name, description, parameters } = tool.function;
  return {
    type: "function",
    function: {
      name: names.to_upstream.get(name) ?? name,
      ...(description ? { description } : {}),
      parameters: parametersSchema(parameters ?? null),
    },
  };
}
