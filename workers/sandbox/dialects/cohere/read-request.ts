import type { ChatMessage, ChatRequest, ContentPart } from "../../../../schema/wire/openai-chat.ts";
import { type Failed, invalid } from "../../errors.ts";
import { toolHistoryBroken } from "../tool-history.ts";
import type { CohereRequest, Message } from "./wire.ts";

/** The rules between the fields of a request; the first that is broken, or null. */
export function ruleBroken(request: CohereRequest): Failed | null {
  if (request.tool_choice !== undefined && request.tools === undefined) {
    return invalid("tool_choice may only be used with tools", "tool_choice");
  }
  if (request.response_format?.type === "json_object" && (request.tools ?? request.documents) !== undefined) {
    return invalid("json_object response_format is not supported with tools or documents", "response_format");
  }
  const empty = request.messages.findIndex(isEmpty);
  if (empty !== -1) return invalid("all elements in history must have a message", `messages[${empty}].content`);
  return toolHistoryBroken(request.messages);
}

function isEmpty(message: Message): boolean {
  if (message.role === "tool") return false;
  if (message.role === "assistant" && (message.tool_calls ?? []).length > 0) return false;
  return (message.content ?? "").length === 0;
}

/** A chat request, already checked, as chat completions. */
export function toChatRequest(request: CohereRequest): ChatRequest {
  const { tool_choice: choice } = request;
  return {
    model: request.model,
    messages: request.messages.map(toMessage),
    stream: request.stream,
    max_tokens: request.max_tokens,
    stop: request.stop_sequences,
    ...(request.tools === undefined
      ? {}
      : {
          tools: request.tools,
          tool_choice: choice === undefined ? "auto" : choice === "NONE" ? "none" : "required",
        }),
    ...toFormat(request.response_format),
    ...(request.thinking?.type === "disabled" ? { reasoning_effort: "none" as const } : {}),
  };
}

function toFormat(format: CohereRequest["response_format"]): Pick<ChatRequest, "response_format"> {
  if (format?.type !== "json_object") return {};
  const schema = format.json_schema ?? format.schema;
  return schema === undefined
    ? { response_format: { type: "json_object" } }
    : { response_format: { type: "json_schema", json_schema: { name: "output", schema } } };
}

function toMessage(message: Message): ChatMessage {
  const content = toContent(message.content ?? "");
  switch (message.role) {
    case "assistant":
      return { role: "assistant", content, tool_calls: message.tool_calls };
    case "tool":
      return { role: "tool", tool_call_id: message.tool_call_id, content };
    default:
      return { role: message.role, content };
  }
}

function toContent(content: NonNullable<Message["content"]>): string | ContentPart[] {
  if (typeof content === "string") return content;
  return content.flatMap((part): readonly ContentPart[] => {
    switch (part.type) {
      case "text":
        return [part];
      case "image_url":
        return [{ type: "image_url", image_url: { url: part.image_url.url } }];
      case "document": {
        const { data } = part.document;
        return [{ type: "text", text: typeof data === "string" ? data : JSON.stringify(data) }];
      }
      default:
        return [];
    }
  });
}
