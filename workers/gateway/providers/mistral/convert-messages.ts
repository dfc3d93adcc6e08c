import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { ChatMessage, ContentPart } from "../../../../schema/wire/openai-chat.ts";
import { parseDataUrl } from "../kit/data-url.ts";
import type { ToolNames } from "../kit/tool-names.ts";
import { callIds } from "./call-ids.ts";
import type { CallItem, ImageChunk, Message, TextChunk } from "./wire.ts";

export interface Conversation {
  readonly messages: readonly Message[];
  readonly warnings: readonly string[];
}

type Content = NonNullable<ChatMessage["content"]>;
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
      const chunks = convertText(message.content, `${path}.content`);
      return isRefused(chunks) ? chunks : { message: { role: "system", content: contentOf(chunks) } };
    }
    case "user": {
      const chunks = convertContent(message.content, `${path}.content`);
      return isRefused(chunks) ? chunks : { message: { role: "user", content: contentOf(chunks) } };
    }
    case "assistant":
      return convertAssistant(message, path, context);
    case "tool": {
      const chunks = convertContent(message.content, `${path}.content`);
      if (isRefused(chunks)) return chunks;
      const tool_call_id = context.ids.get(message.tool_call_id) ?? message.tool_call_id;
      return {
        message: { role: "tool", tool_call_id, content: contentOf(chunks) },
        ...(message.is_error === true ? { warning: "is_error of a tool's result left out" } : {}),
      };
    }
    case "function":
      return refuse("unsupported_parameter", {
        param: `${path}.role`,
        message: 'The provider has no messages of role "function". Use tool_calls and role "tool".',
      });
    default:
      return unreachable(message);
  }
}

function convertAssistant(message: AssistantMessage, path: string, context: Context): Converted | Refused {
  const text = convertText(message.content ?? message.refusal ?? "", `${path}.content`);
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

const textChunks = (text: string): readonly TextChunk[] => (text === "" ? [] : [{ type: "text", text }]);

/** Chunks as content: one text alone is a string, which every model takes. */
function contentOf<Chunk extends { readonly type: string }>(
  chunks: readonly (Chunk | TextChunk)[],
): string | readonly (Chunk | TextChunk)[] {
  const [only] = chunks;
  if (only === undefined) return "";
  return chunks.length === 1 && "text" in only ? only.text : chunks;
}

/** Content of which only text makes sense: instructions, an assistant's turn. Anything else is refused. */
function convertText(content: Content, path: string): readonly TextChunk[] | Refused {
  if (typeof content === "string") return textChunks(content);
  const chunks: TextChunk[] = [];
  for (const [at, part] of content.entries()) {
    if (part.type !== "text" && part.type !== "refusal") {
      return refuse("unsupported_parameter", { param: `${path}[${at}]`, message: "Only text is possible here." });
    }
    chunks.push({ type: "text", text: part.type === "text" ? part.text : part.refusal });
  }
  return chunks;
}

function convertContent(content: Content, path: string): readonly (TextChunk | ImageChunk)[] | Refused {
  if (typeof content === "string") return textChunks(content);
  const chunks: (TextChunk | ImageChunk)[] = [];
  for (const [at, part] of content.entries()) {
    const chunk = convertPart(part, `${path}[${at}]`);
    if ("refused" in chunk) return chunk;
    chunks.push(chunk);
  }
  return chunks;
}

/** Sound and documents are billed by the second and by the page, which no component of a usage report says: refused. */
function convertPart(part: ContentPart, path: string): TextChunk | ImageChunk | Refused {
  switch (part.type) {
    case "text":
      return { type: "text", text: part.text };
    case "refusal":
      return { type: "text", text: part.refusal };
    case "image_url":
      return imageChunk(part.image_url, `${path}.image_url.url`);
    case "file":
      return refuse("unsupported_parameter", { param: path, message: "Files are not offered with this provider." });
    case "input_audio":
      return refuse("unsupported_parameter", { param: path, message: "Audio is not offered with this provider." });
    default:
      return unreachable(part);
  }
}

function imageChunk(
  { url, detail }: { readonly url: string; readonly detail?: string | undefined },
  path: string,
): ImageChunk | Refused {
  const level = detail === undefined ? {} : { detail };
  if (/^https?:\/\//i.test(url)) return { type: "image_url", image_url: { url, ...level } };
  const data = parseDataUrl(url);
  if (data === null || !data.media_type.startsWith("image/")) {
    const message = "The image must be an http(s) URL or a base64 data URL of an image.";
    return refuse("invalid_request", { param: path, message });
  }
  return { type: "image_url", image_url: { url: `data:${data.media_type};base64,${data.data}`, ...level } };
}
