import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { ChatMessage, ChatRequest, ContentPart, ToolCall } from "../../../../schema/wire/openai-chat.ts";
import { type Failed, invalid, isFailed } from "../../errors.ts";
import { toolHistoryBroken } from "../tool-history.ts";
import type { ContentChunk, Message, MistralRequest } from "./wire.ts";

const CALL_ID = /^[a-zA-Z0-9]{9}$/;

/** A chat completion, its fields already checked, in the form that the models understand; or the rule that it breaks. */
export function toChatRequest(request: MistralRequest): ChatRequest | Failed {
  const messages: ChatMessage[] = [];
  for (const [at, message] of request.messages.entries()) {
    const converted = toMessage(message, `messages[${at}]`);
    if (isFailed(converted)) return converted;
    messages.push(converted);
  }
  const broken = toolHistoryBroken(messages) ?? lastRoleBroken(request.messages);
  if (broken !== null) return { failed: { ...broken.failed, code: "3230" } };
  const { model, stream, stop, n, metadata, response_format } = request;
  return {
    model,
    messages,
    stream,
    stop,
    n,
    metadata,
    response_format,
    max_tokens: request.max_tokens === 0 ? null : request.max_tokens,
    ...(request.reasoning_effort === "none" ? { reasoning_effort: "none" as const } : {}),
    ...toTools(request),
  };
}

function toTools(request: MistralRequest): Pick<ChatRequest, "tools" | "tool_choice" | "parallel_tool_calls"> {
  const { tools, tool_choice: choice, parallel_tool_calls } = request;
  if (!tools || tools.length === 0) return {};
  return {
    tools: tools.map((tool) => ({ type: "function", function: tool.function })),
    tool_choice:
      typeof choice === "object" && choice !== null
        ? { type: "function", function: choice.function }
        : choice === "any"
          ? "required"
          : (choice ?? "auto"),
    parallel_tool_calls,
  };
}

function toMessage(message: Message, path: string): ChatMessage | Failed {
  const content = toContent(message.content ?? "");
  switch (message.role) {
    case "system":
    case "user":
      return { role: message.role, content };
    case "tool": {
      const id = message.tool_call_id ?? "";
      return CALL_ID.test(id) ? { role: "tool", tool_call_id: id, content } : wrongId(id, path);
    }
    case "assistant": {
      const calls = message.tool_calls ?? [];
      const wrong = calls.find(({ id }) => !CALL_ID.test(id ?? ""));
      if (wrong !== undefined) return wrongId(wrong.id ?? "", path);
      if (calls.length === 0 && content.length === 0) {
        const rule = "Assistant message must have either content or tool_calls, but not none.";
        return invalid(rule, path, "3240");
      }
      return { role: "assistant", content, ...(calls.length > 0 ? { tool_calls: calls.map(toCall) } : {}) };
    }
    default:
      return unreachable(message);
  }
}

const wrongId = (id: string, path: string): Failed =>
  invalid(`Tool call id was ${id} but must be a-z, A-Z, 0-9, with a length of 9.`, path, "3280");

function toCall({
  id,
  function: called,
}: NonNullable<Extract<Message, { role: "assistant" }>["tool_calls"]>[number]): ToolCall {
  const text = typeof called.arguments === "string" ? called.arguments : JSON.stringify(called.arguments);
  return { id: id ?? "", type: "function", function: { name: called.name, arguments: text } };
}

function lastRoleBroken(messages: readonly Message[]): Failed | null {
  const last = messages.at(-1);
  if (last?.role === "user" || last?.role === "tool") return null;
  if (last?.role === "assistant" && last.prefix === true) return null;
  const rule = "Expected last role User or Tool (or Assistant with prefix True) for serving";
  return invalid(`${rule} but got ${last?.role}`, `messages[${messages.length - 1}].role`);
}

/** What was thought counts for nothing; what is not text counts, whatever it holds. */
function toContent(content: string | readonly ContentChunk[]): string | ContentPart[] {
  if (typeof content === "string") return content;
  return content.flatMap((one): readonly ContentPart[] => {
    if (one.type === "text") return [one];
    return one.type === "thinking" ? [] : [{ type: "image_url", image_url: { url: "" } }];
  });
}
