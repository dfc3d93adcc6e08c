import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import { isJsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";
import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { ChatMessage, ToolCall } from "../../../../schema/wire/openai-chat.ts";
import { contentItems, contentOf, textContent } from "../kit/openai-content.ts";
import { refuseFunctionRole } from "../kit/refuse-role.ts";
import type { ToolNames } from "../kit/tool-names.ts";
import { convertPart } from "./convert-content.ts";
import type { CallItem, Message } from "./wire.ts";

export interface Conversation {
  readonly messages: readonly Message[];
  readonly warnings: readonly string[];
}

type AssistantMessage = Extract<ChatMessage, { role: "assistant" }>;

/** What one message becomes: null when there is nothing in it. */
type Converted = { readonly message: Message | null; readonly warnings: readonly string[] };

/**
 * The conversation in Cohere's form, message by message and in the same order: calls and results keep the ids by which they
 * name each other. `reasons` is whether the model thinks, so that thinking may be handed back.
 */
export function convertMessages(
  messages: readonly ChatMessage[],
  names: ToolNames,
  reasons: boolean,
): Conversation | Refused {
  const converted: Message[] = [];
  const warnings = new Set<string>();
  for (const [at, message] of messages.entries()) {
    const next = convertMessage(message, `messages[${at}]`, names, reasons);
    if (isRefused(next)) return next;
    for (const warning of next.warnings) warnings.add(warning);
    if ("name" in message && message.name !== undefined) warnings.add("the name of a message left out");
    if (next.message === null) warnings.add("a message without content left out");
    else converted.push(next.message);
  }
  return { messages: converted, warnings: [...warnings] };
}

const quiet = (message: Message): Converted => ({ message, warnings: [] });

function convertMessage(message: ChatMessage, path: string, names: ToolNames, reasons: boolean): Converted | Refused {
  switch (message.role) {
    case "system":
    case "developer": {
      const content = textContent(message.content, `${path}.content`);
      return isRefused(content) ? content : quiet({ role: "system", content: contentOf(content) });
    }
    case "user": {
      const content = contentItems(message.content, `${path}.content`, convertPart);
      return isRefused(content) ? content : quiet({ role: "user", content: contentOf(content) });
    }
    case "assistant":
      return convertAssistant(message, path, names, reasons);
    case "tool": {
      const content = textContent(message.content, `${path}.content`);
      if (isRefused(content)) return content;
      const warnings = message.is_error === true ? ["is_error of a tool's result left out"] : [];
      return { message: { role: "tool", tool_call_id: message.tool_call_id, content: contentOf(content) }, warnings };
    }
    case "function":
      return refuseFunctionRole(path);
    default:
      return unreachable(message);
  }
}

/**
 * What the model said to itself goes back where it came from: as thinking to a model that thinks, as the plan of the calls
 * to one that does not. Without calls such a model has no place for it.
 */
function convertAssistant(
  message: AssistantMessage,
  path: string,
  names: ToolNames,
  reasons: boolean,
): Converted | Refused {
  const text = textContent(message.content ?? message.refusal ?? "", `${path}.content`);
  if (isRefused(text)) return text;
  const tool_calls: CallItem[] = [];
  for (const [at, call] of (message.tool_calls ?? []).entries()) {
    const item = convertCall(call, `${path}.tool_calls[${at}]`, names);
    if (isRefused(item)) return item;
    tool_calls.push(item);
  }
  const thought = message.reasoning_content ?? "";
  const called = tool_calls.length > 0;
  if (text.length === 0 && !called) return { message: null, warnings: [] };
  const content = thought !== "" && reasons ? [{ type: "thinking" as const, thinking: thought }, ...text] : text;
  return {
    message: {
      role: "assistant",
      ...(content.length === 0 ? {} : { content: contentOf(content) }),
      ...(thought !== "" && !reasons && called ? { tool_plan: thought } : {}),
      ...(called ? { tool_calls } : {}),
    },
    warnings: thought !== "" && !reasons && !called ? ["reasoning_content left out: the model takes no thinking"] : [],
  };
}

function convertCall(call: ToolCall, path: string, names: ToolNames): CallItem | Refused {
  const { name } = call.function;
  const written = call.function.arguments.trim() === "" ? "{}" : call.function.arguments;
  if (!isJsonObject(tryParseJson(written))) {
    return refuse("invalid_request", {
      param: `${path}.function.arguments`,
      message: "The arguments of a tool call must be a JSON object.",
    });
  }
  return {
    id: call.id,
    type: "function",
    function: { name: names.to_upstream.get(name) ?? name, arguments: written },
  };
}
