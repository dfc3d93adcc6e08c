import { isRefused, type Refused } from "../../../../schema/kernel/errors.ts";
import type { ModelInfo } from "../../../../schema/pricing/price.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import type { JsonMode } from "../anthropic/convert-response-format.ts";
import { type ConvertedTools as MessagesTools, convertTools as messagesTools } from "../anthropic/convert-tools.ts";
import type { ToolChoice as MessagesChoice, Tool } from "../anthropic/wire.ts";
import type { ToolNames } from "../kit/tool-names.ts";
import { cachePoint } from "./cache-point.ts";
import type { ModelTraits } from "./model-traits.ts";
import type { ToolChoice, ToolConfig, ToolEntry } from "./wire.ts";

export interface ConvertedTools {
  readonly config: ToolConfig | null;
  readonly forced_by: MessagesTools["forced_by"];
  readonly warnings: readonly string[];
}

/** A tool that is there only because a history with calls must have one. */
const NO_TOOL: ToolEntry = {
  toolSpec: {
    name: "no_tool",
    description: "Not available. Never call this tool.",
    inputSchema: { json: { type: "object", properties: {} } },
  },
};

/**
 * Tools and the choice among them in Converse's words. Without tools nothing is sent, whatever is chosen. Converse cannot
 * forbid calls: with `tool_choice: "none"` the tools are left out, unless the history holds calls, which demands them.
 */
export function convertTools(
  request: ChatRequest,
  model: ModelInfo,
  traits: ModelTraits,
  names: ToolNames,
  json: JsonMode,
): ConvertedTools | Refused {
  const none_offered = (request.tools ?? []).length === 0;
  // A choice among nothing is no question: the API refuses it, so it is not asked.
  const pointless = none_offered && request.tool_choice != null;
  const converted = messagesTools(
    pointless ? { ...request, tool_choice: null } : request,
    model,
    traits.claude,
    names,
    json,
  );
  if (isRefused(converted)) return converted;
  const history = hasCalls(request);
  const forbidden = request.tool_choice === "none" && json.type !== "tool";
  const sent = forbidden && !history ? [] : converted.tools;
  const tools = sent.flatMap((tool) => toolEntries(tool, traits));
  const needed = tools.length === 0 && history ? [NO_TOOL] : tools;
  const toolChoice = convertChoice(converted.choice);
  return {
    config:
      needed.length === 0
        ? null
        : { tools: needed, ...(toolChoice === null || tools.length === 0 ? {} : { toolChoice }) },
    forced_by: converted.forced_by,
    warnings: [
      ...converted.warnings,
      ...(pointless && request.tool_choice !== "auto" && request.tool_choice !== "none"
        ? ["tool_choice left out: there are no tools"]
        : []),
      ...(forbidden && history && tools.length > 0
        ? ["tool_choice none left out: the provider wants the tools of the history and cannot forbid calls"]
        : []),
      ...(request.parallel_tool_calls === false && sent.length > 0
        ? ["parallel_tool_calls left out: the provider has no equivalent"]
        : []),
    ],
  };
}

const hasCalls = ({ messages }: ChatRequest): boolean =>
  messages.some(
    (message) => message.role === "tool" || (message.role === "assistant" && (message.tool_calls ?? []).length > 0),
  );

function toolEntries(tool: Tool, { cache }: ModelTraits): readonly ToolEntry[] {
  const { name, description, input_schema, strict, cache_control } = tool;
  const toolSpec = {
    name,
    ...(description === undefined ? {} : { description }),
    inputSchema: { json: input_schema },
    ...(strict === undefined ? {} : { strict }),
  };
  return [{ toolSpec }, ...cachePoint(cache_control, cache)];
}

/** Null for what needs no word, and for what there is none for. */
function convertChoice(choice: MessagesChoice | null): ToolChoice | null {
  if (choice === null || choice.type === "none" || choice.type === "auto") return null;
  return choice.type === "tool" ? { tool: { name: choice.name } } : { any: {} };
}
