import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { ChatMessage, ContentPart } from "../../../../schema/wire/openai-chat.ts";
import {
  contentItems,
  contentOf,
  type ImageItem,
  imageItem,
  type TextItem,
  textContent,
} from "../kit/openai-content.ts";
import { refuseFunctionRole } from "../kit/refuse-role.ts";
import type { ToolNames } from "../kit/tool-names.ts";
import { callIds } from "./call-ids.ts";
import type { CallItem, Message } from "./wire.ts";

export interface Conversation {
  readonly messages: readonly Message[];
  readonly warnings: readonly string[];
}

type AssistantMessage = Extract<ChatMessage, { role: "assistant" }>;

interface Context {
  readonly ids: ReadonlyMap<string, string>;
  readonly names: ToolNames;
  /** Whether the model thinks, so that thinking may be handed back. */
  readonly reasons: boolean;
}

/** Null when there is nothing in the message. */
type Converted = { readonly message: Message | null; readonly warning?: string };

/** The conversation with the fields that the API knows, message by message and in the same order. */
export function convertMessages(
  messages: readonly ChatMessage[],
  names: ToolNames,
  reasons: boolean,
): Conversation | Refused {
  const context = { ids: callIds(messages), names, reasons };
  const converted: Message[] = [];
  const warnings = new Set<string>();
  for (const [at, message] of messages.entries()) {
    const next = convertMessage(message, `messages[${at}]`, context);
    if (isRefused(next)) return next;
    if (next.warning !== undefined) warnings.add(next.warning);
    if ("name" in message && message.name !== undefined) warnings.add("the name of a message left out");
    if (next.message === null) warnings.add("a message without content left out");
    else converted.push(next.message);
  }
  return { messages: converted, warnings: [...warnings] };
}

function convertMessage(message: ChatMessage, path: string, context: Context): Converted | Refused {
  switch (message.role) {
    case "system":
    case "developer": {
      const chunks = textContent(message.content, `${path}.content`);
      return isRefused(chunks) ? chunks : { message: { role: "system", content: contentOf(chunks) } };
    }
    case "user": {
      const chunks = contentItems(message.content, `${path}.content`, convertPart);
      return isRefused(chunks) ? chunks : { message: { role: "user", content: contentOf(chunks) } };
    }
    case "assistant":
      return convertAssistant(message, path, context);
    case "tool": {
      const chunks = contentItems(message.content, `${path}.content`, convertPart);
      if (isRefused(chunks)) return chunks;
      const tool_call_id = context.ids.get(message.tool_call_id) ?? message.tool_call_id;
      return {
        message: { role: "tool", tool_call_id, content: contentOf(chunks) },
        ...(message.is_error === true ? { warning: "is_error of a tool's result left out" } : {}),
      };
    }
    case "function":
      return refuseFunctionRole(path);
    default:
      return unreachable(message);
  }
}

function convertAssistant(message: AssistantMessage, path: string, context: Context): Converted | Refused {
  const text = textContent(message.content ?? message.refusal ?? "", `${path}.content`);
  if (isRefused(text)) return text;
  const tool_calls = (message.tool_calls ?? []).map((call) => convertCall(call, context));
  if (text.length === 0 && tool_calls.length === 0) return { message: null };
  const thought = message.reasoning_content ?? "";
  const thinks = thought !== "" && context.reasons;
  const content = thinks
    ? [
        { type: "thinking" as const, thinking: [{ type: "text" as const, text: thought }], closed: true as const },
        ...text,
      ]
    : contentOf(text);
  return {
    message: {
      role: "assistant",
      content,
      ...(tool_calls.length === 0 ? {} : { tool_calls }),
      // The API's own way to have an answer continued, for callers who know it.
      ...(message.prefix === true ? { prefix: true as const } : {}),
    },
    ...(thought !== "" && !thinks ? { warning: "reasoning_content left out: the model takes no thinking" } : {}),
  };
}

function convertCall(call: NonNullable<AssistantMessage["tool_calls"]>[number], { ids, names }: Context): CallItem {
  const { name, arguments: written } = call.function;
  return {
    id: ids.get(call.id) ?? call.id,
    type: "function",
    function: { name: names.to_upstream.get(name) ?? name, arguments: written.trim() === "" ? "{}" : written },
  };
}

/** Sound and documents are billed by the second and by the page, which no component of a usage report says: refused. */
function convertPart(part: ContentPart, path: string): TextItem | ImageItem | Refused {
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text };
    case "refusal":
      return { type: "text", text: part.refusal };
    case "image_url":
      return imageItem(part.image_url, `${path}.image_url.url`, (data) =>
        data?.media_type.startsWith("image/") === true
          ? null
          : "The image must be an http(s) URL or a base64 data URL of an image.",
      );
    case "file":
      return refuse("unsupported_parameter", { param: path, message: "Files are not offered with this provider." });
    case "input_audio":
      return refuse("unsupported_parameter", { param: path, message: "Audio is not offered with this provider." });
    default:
      return unreachable(part);
  }
}
