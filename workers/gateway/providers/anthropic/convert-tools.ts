import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { ModelInfo } from "../../../../schema/pricing/price.ts";
import type { ChatRequest, ChatTool } from "../../../../schema/wire/openai-chat.ts";
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
  const offered = request.tools ?? [];
  const custom = offered.findIndex((tool) => tool.type === "custom");
  if (custom !== -1) {
    return refuse("unsupported_parameter", {
      param: `tools[${custom}]`,
      message: "The provider has no custom tools. Use a function tool.",
    });
  }
  const choice = convertChoice(request, names, json);
  if ("refused" in choice) return choice;
  const forced = choice.choice?.type === "any" || choice.choice?.type === "tool";
  if (forced && !traits.forced_tool) {
    return refuse("unsupported_parameter", {
      param: "tool_choice",
      message: 'This model cannot be forced to call a tool. Use tool_choice "auto" or "none".',
    });
  }
  const strict = model.capabilities.includes("json_schema");
  const own = offered.flatMap((tool) => convertTool(tool, names, strict));
  const lost = !strict && offered.some((tool) => tool.type === "function" && tool.function.strict === true);
  return {
    tools: json.type === "tool" ? [...own, jsonTool(names, json)] : own,
    choice: choice.choice,
    forced_by: forced ? (json.type === "tool" ? "json" : "caller") : null,
    warnings: [...(lost ? ["strict left out: the model has no strict tools"] : []), ...choice.warnings],
  };
}

function convertTool(tool: ChatTool, names: ToolNames, strict: boolean): readonly Tool[] {
  if (tool.type !== "function") return [];
  const { name, description, parameters } = tool.function;
  return [
    {
      name: names.to_upstream.get(name) ?? name,
      ...(description ? { description } : {}),
      input_schema: inputSchema(parameters ?? null),
      ...(strict && tool.function.strict === true ? { strict: true as const } : {}),
      ...(tool.cache_control === undefined ? {} : { cache_control: tool.cache_control }),
    },
  ];
}

/** The caller's schema, untouched where it says its type; the API wants an object at the root. */
function inputSchema(parameters: Readonly<Record<string, unknown>> | null): Readonly<Record<string, unknown>> {
  if (parameters === null) return { type: "object", properties: {} };
  return parameters.type === undefined ? { type: "object", ...parameters } : parameters;
}

const jsonTool = (names: ToolNames, json: JsonMode & { type: "tool" }): Tool => ({
  name: names.json_tool,
  description: json.description,
  input_schema: json.schema,
});

type Choice = { readonly choice: ToolChoice | null; readonly warnings: readonly string[] };

const chosen = (choice: ToolChoice | null, ...warnings: readonly string[]): Choice => ({ choice, warnings });

function convertChoice(request: ChatRequest, names: ToolNames, json: JsonMode): Choice | Refused {
  const { tool_choice } = request;
  const has_tools = (request.tools ?? []).length > 0;
  if (json.type === "tool") return jsonChoice(request, names, has_tools);
  if (!has_tools) {
    return tool_choice === "required" || (typeof tool_choice === "object" && tool_choice !== null)
      ? refuse("invalid_request", { param: "tool_choice", message: "tool_choice needs tools to choose from." })
      : chosen(null);
  }
  const single = request.parallel_tool_calls === false ? { disable_parallel_tool_use: true as const } : {};
  if (tool_choice === "none") return chosen({ type: "none" });
  if (tool_choice === "required") return chosen({ type: "any", ...single });
  if (typeof tool_choice === "object" && tool_choice !== null) return namedChoice(request, names, single);
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

function namedChoice(
  { tools, tool_choice }: ChatRequest,
  names: ToolNames,
  single: { readonly disable_parallel_tool_use?: true },
): Choice | Refused {
  const named = requestedName(tool_choice);
  if (named === null) {
    return refuse("unsupported_parameter", {
      param: "tool_choice",
      message: 'The provider takes tool_choice "auto", "none", "required" or one function.',
    });
  }
  const offered = (tools ?? []).some((tool) => tool.type === "function" && tool.function.name === named);
  if (!offered) {
    return refuse("invalid_request", { param: "tool_choice", message: "tool_choice names a function not in tools." });
  }
  return chosen({ type: "tool", name: names.to_upstream.get(named) ?? named, ...single });
}

function requestedName(choice: ChatRequest["tool_choice"]): string | null {
  if (typeof choice !== "object" || choice === null || choice.type !== "function") return null;
  const named = choice.function;
  return typeof named === "object" && named !== null && "name" in named && typeof named.name === "string"
    ? named.name
    : null;
}
