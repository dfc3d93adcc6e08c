import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { ModelInfo } from "../../../../schema/pricing/price.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import { type FunctionTool, functionTools, namedFunction, parametersSchema } from "../kit/function-tools.ts";
import type { ToolNames } from "../kit/tool-names.ts";
import type { JsonMode } from "./convert-response-format.ts";
import type { ModelTraits } from "./model-traits.ts";
import type { Tool, ToolChoice } from "./wire.ts";

export interface ConvertedTools {
  readonly tools: readonly Tool[];
  readonly choice: ToolChoice | null;
  /** Who forces a call, if anybody: thinking cannot be combined with it. */
  readonly forced_by: "caller" | "json" | null;
  readonly warnings: readonly string[];
}

/**
 * The tools in the caller's order (prompt caches depend on it), schemas whole, and the choice among them.
 * Refuses custom tools, choices that the Messages API has no word for, and choices of a tool that is not offered.
 */
export function convertTools(
  request: ChatRequest,
  model: ModelInfo,
  traits: ModelTraits,
  names: ToolNames,
  json: JsonMode,
): ConvertedTools | Refused {
  const functions = functionTools(request.tools);
  if (isRefused(functions)) return functions;
  const { offered } = functions;
  const choice = convertChoice(request, offered, names, json);
  if (isRefused(choice)) return choice;
  const forced = choice.choice?.type === "any" || choice.choice?.type === "tool";
  if (forced && !traits.forced_tool) {
    return refuse("unsupported_parameter", {
      param: "tool_choice",
      message: 'This model cannot be forced to call a tool. Use tool_choice "auto" or "none".',
    });
  }
  const strict = model.capabilities.includes("json_schema");
  const own = offered.map((tool) => convertTool(tool, names, strict));
  const lost = !strict && offered.some((tool) => tool.function.strict === true);
  return {
    tools: json.type === "tool" ? [...own, jsonTool(names, json)] : own,
    choice: choice.choice,
    forced_by: forced ? (json.type === "tool" ? "json" : "caller") : null,
    warnings: [...(lost ? ["strict left out: the model has no strict tools"] : []), ...choice.warnings],
  };
}

function convertTool({ function: fn, cache_control }: FunctionTool, names: ToolNames, strict: boolean): Tool {
  const { name, description, parameters } = fn;
  return {
    name: names.to_upstream.get(name) ?? name,
    ...(description ? { description } : {}),
    input_schema: parametersSchema(parameters ?? null),
    ...(strict && fn.strict === true ? { strict: true as const } : {}),
    ...(cache_control === undefined ? {} : { cache_control }),
  };
}

const jsonTool = (names: ToolNames, json: JsonMode & { type: "tool" }): Tool => ({
  name: names.json_tool,
  description: json.description,
  input_schema: json.schema,
});

type Choice = { readonly choice: ToolChoice | null; readonly warnings: readonly string[] };

const chosen = (choice: ToolChoice | null, ...warnings: readonly string[]): Choice => ({ choice, warnings });

function convertChoice(
  request: ChatRequest,
  offered: readonly FunctionTool[],
  names: ToolNames,
  json: JsonMode,
): Choice | Refused {
  const { tool_choice } = request;
  const has_tools = offered.length > 0;
  if (json.type === "tool") return jsonChoice(request, names, has_tools);
  if (!has_tools) {
    return tool_choice === "required" || (typeof tool_choice === "object" && tool_choice !== null)
      ? refuse("invalid_request", { param: "tool_choice", message: "tool_choice needs tools to choose from." })
      : chosen(null);
  }
  const single = request.parallel_tool_calls === false ? { disable_parallel_tool_use: true as const } : {};
  if (tool_choice === "none") return chosen({ type: "none" });
  if (tool_choice === "required") return chosen({ type: "any", ...single });
  if (typeof tool_choice === "object" && tool_choice !== null) {
    const named = namedFunction(tool_choice, offered);
    if (isRefused(named)) return named;
    return chosen({ type: "tool", name: names.to_upstream.get(named.name) ?? named.name, ...single });
  }
  return chosen(request.parallel_tool_calls === false ? { type: "auto", ...single } : null);
}

/** One call only: either the answer or one of the caller's tools, never the answer twice. */
function jsonChoice(request: ChatRequest, names: ToolNames, has_tools: boolean): Choice {
  if (!has_tools || request.tool_choice === "none") {
    return chosen({ type: "tool", name: names.json_tool, disable_parallel_tool_use: true });
  }
  const lost = "parallel tool calls are off: with this response_format the model makes one call, or answers";
  const warnings = request.parallel_tool_calls === false ? [] : [lost];
  return chosen({ type: "any", disable_parallel_tool_use: true }, ...warnings);
}
