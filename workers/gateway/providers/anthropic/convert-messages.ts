import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import { isJsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";
import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { ChatMessage, ToolCall } from "../../../../schema/wire/openai-chat.ts";
import { refuseFunctionRole } from "../kit/refuse-role.ts";
import { thinkingBlocks } from "../kit/thinking-signature.ts";
import { type ToolNames, upstreamCallId } from "../kit/tool-names.ts";
import { convertContent, convertText, markLast } from "./convert-content.ts";
import type { Block, TextBlock, ThinkingBlock, ToolResultBlock, ToolUseBlock, Turn } from "./wire.ts";

export interface Conversation {
  /** All system and developer messages, wherever they stood, in their order. */
  readonly system: readonly TextBlock[];
  readonly turns: readonly Turn[];
  readonly warnings: readonly string[];
}

type AssistantMessage = Extract<ChatMessage, { role: "assistant" }>;
type ToolMessage = Extract<ChatMessage, { role: "tool" }>;

/** What one message becomes. */
type Converted =
  | { readonly to: "system"; readonly blocks: readonly TextBlock[]; readonly warning?: string }
  | { readonly to: Turn["role"]; readonly blocks: readonly Block[]; readonly warning?: string };

/**
 * The conversation in the Messages API's form: instructions in one list, user and assistant in turns, tool results in
 * the user's. Neighbours of the same role become one turn, in which results come before everything else.
 */
export function convertMessages(messages: readonly ChatMessage[], names: ToolNames): Conversation | Refused {
  const system: TextBlock[] = [];
  const turns: { role: Turn["role"]; content: Block[] }[] = [];
  const warnings = new Set<string>();
  for (const [at, message] of messages.entries()) {
    const converted = convertMessage(message, `messages[${at}]`, names);
    if (isRefused(converted)) return converted;
    if (converted.warning !== undefined) warnings.add(converted.warning);
    if ("name" in message && message.name !== undefined) warnings.add("the name of a message left out");
    if (converted.to === "system") system.push(...converted.blocks);
    else if (converted.blocks.length === 0) warnings.add("a message without content left out");
    else if (turns.at(-1)?.role === converted.to) turns.at(-1)?.content.push(...converted.blocks);
    else turns.push({ role: converted.to, content: [...converted.blocks] });
  }
  if (turns.length === 0) {
    return refuse("invalid_request", { param: "messages", message: "There is no message for the model to answer." });
  }
  const ordered = turns.map(({ role, content }) => ({ role, content: resultsFirst(content) }));
  return { system, turns: ordered, warnings: [...warnings] };
}

const resultsFirst = (blocks: readonly Block[]): readonly Block[] => [
  ...blocks.filter((block) => block.type === "tool_result"),
  ...blocks.filter((block) => block.type !== "tool_result"),
];

function convertMessage(message: ChatMessage, path: string, names: ToolNames): Converted | Refused {
  switch (message.role) {
    case "system":
    case "developer": {
      const blocks = convertText(message.content, `${path}.content`, message.cache_control);
      return isRefused(blocks) ? blocks : { to: "system", blocks };
    }
    case "user": {
      const blocks = convertContent(message.content, `${path}.content`, message.cache_control);
      return isRefused(blocks) ? blocks : { to: "user", blocks };
    }
    case "assistant":
      return convertAssistant(message, path, names);
    case "tool":
      return convertToolResult(message, path);
    case "function":
      return refuseFunctionRole(path);
    default:
      return unreachable(message);
  }
}

/** Thinking first, then text, then calls: the order in which the API wants them back. */
function convertAssistant(message: AssistantMessage, path: string, names: ToolNames): Converted | Refused {
  const content = message.content ?? message.refusal ?? "";
  const text = convertText(content, `${path}.content`, undefined);
  if (isRefused(text)) return text;
  const calls: ToolUseBlock[] = [];
  for (const [at, call] of (message.tool_calls ?? []).entries()) {
    const converted = convertCall(call, `${path}.tool_calls[${at}]`, names);
    if (isRefused(converted)) return converted;
    calls.push(converted);
  }
  const thinking = convertReasoning(message);
  const visible = markLast<TextBlock | ToolUseBlock>([...text, ...calls], message.cache_control);
  const blocks = [...(thinking ?? []), ...visible];
  return thinking === null
    ? { to: "assistant", blocks, warning: "reasoning_content without its signature left out" }
    : { to: "assistant", blocks };
}

/** Null when there is reasoning that cannot be handed back: the API refuses thinking that it did not sign. */
function convertReasoning(message: AssistantMessage): readonly ThinkingBlock[] | null {
  const text = message.reasoning_content ?? "";
  const signature = message.reasoning_signature ?? "";
  return text === "" && signature === "" ? [] : thinkingBlocks(text, signature);
}

function convertCall(call: ToolCall, path: string, names: ToolNames): ToolUseBlock | Refused {
  const { name } = call.function;
  const input = call.function.arguments.trim() === "" ? {} : tryParseJson(call.function.arguments);
  if (!isJsonObject(input)) {
    return refuse("invalid_request", {
      param: `${path}.function.arguments`,
      message: "The arguments of a tool call must be a JSON object.",
    });
  }
  return { type: "tool_use", id: upstreamCallId(call.id), name: names.to_upstream.get(name) ?? name, input };
}

function convertToolResult(message: ToolMessage, path: string): Converted | Refused {
  const content = convertContent(message.content, `${path}.content`, undefined);
  if (isRefused(content)) return content;
  const result: ToolResultBlock = {
    type: "tool_result",
    tool_use_id: upstreamCallId(message.tool_call_id),
    ...(content.length === 0 ? {} : { content }),
    ...(message.is_error === true ? { is_error: true as const } : {}),
    ...(message.cache_control === undefined ? {} : { cache_control: message.cache_control }),
  };
  return { to: "user", blocks: [result] };
}
