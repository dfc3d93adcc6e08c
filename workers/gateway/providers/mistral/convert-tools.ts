import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import { type FunctionTool, functionTools, namedFunction } from "../kit/function-tools.ts";
import type { ToolNames } from "../kit/tool-names.ts";
import type { ChatBody, Tool, ToolChoice } from "./wire.ts";

export type ToolFields = Pick<ChatBody, "tools" | "tool_choice" | "parallel_tool_calls">;

/** The tools in the caller's order and the choice among them; nothing of it where there are none, which the API refuses. */
export function convertTools(request: ChatRequest, names: ToolNames): ToolFields | Refused {
  const functions = functionTools(request.tools);
  if (isRefused(functions)) return functions;
  const { offered } = functions;
  const choice = convertChoice(request.tool_choice, offered, names);
  if (typeof choice === "object" && choice !== null && "refused" in choice) return choice;
  if (offered.length === 0) return {};
  return {
    tools: offered.map((tool) => convertTool(tool, names)),
    ...(choice === null ? {} : { tool_choice: choice }),
    ...(request.parallel_tool_calls == null ? {} : { parallel_tool_calls: request.parallel_tool_calls }),
  };
}

function convertTool(tool: FunctionTool, names: ToolNames): Tool {
  const { name, description, parameters, strict } = tool.function;
  return {
    type: "function",
    function: {
      name: names.to_upstream.get(name) ?? name,
      ...(description ? { description } : {}),
      parameters: parameters ?? { type: "object", properties: {} },
      ...(strict == null ? {} : { strict }),
    },
  };
}

function convertChoice(
  choice: ChatRequest["tool_choice"],
  offered: readonly FunctionTool[],
  names: ToolNames,
): ToolChoice | Refused | null {
  if (choice === null || choice === undefined) return null;
  if (choice === "auto" || choice === "none") return choice;
  if (offered.length === 0) {
    return refuse("invalid_request", { param: "tool_choice", message: "tool_choice needs tools to choose from." });
  }
  if (choice === "required") return "any";
  const named = namedFunction(choice, offered);
  if (isRefused(named)) return named;
  return { type: "function", function: { name: names.to_upstream.get(named.name) ?? named.name } };
}
