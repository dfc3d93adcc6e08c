import type { ChatMessage, ChatRequest, ContentPart, ToolCall } from "../../../../schema/wire/openai-chat.ts";
import type { FunctionTool, InputPart, Item, ResponsesRequest } from "./wire.ts";

/** A request for a response, already checked, as chat completions. */
export function toChatRequest(request: ResponsesRequest): ChatRequest {
  const { input, instructions } = request;
  const items: readonly Item[] = typeof input === "string" ? [{ role: "user", content: input }] : input;
  return {
    model: request.model,
    messages: [...(instructions ? [{ role: "system" as const, content: instructions }] : []), ...toMessages(items)],
    stream: request.stream,
    max_tokens: request.max_output_tokens,
    metadata: request.metadata,
    reasoning_effort: request.reasoning?.effort,
    ...toTools(request),
    ...toFormat(request),
  };
}

function toTools(request: ResponsesRequest): Pick<ChatRequest, "tools" | "tool_choice" | "parallel_tool_calls"> {
  const own = (request.tools ?? []).filter((tool): tool is FunctionTool => tool.type === "function");
  if (own.length === 0) return {};
  const { tool_choice: choice } = request;
  const named = typeof choice === "object" && choice?.type === "function" ? String(choice.name) : null;
  return {
    tools: own.map(({ name, description, parameters, strict }) => ({
      type: "function",
      function: { name, description, parameters, strict },
    })),
    tool_choice:
      named !== null ? { type: "function", function: { name: named } } : typeof choice === "string" ? choice : "auto",
    parallel_tool_calls: request.parallel_tool_calls,
  };
}

function toFormat({ text }: ResponsesRequest): Pick<ChatRequest, "response_format"> {
  const format = text?.format;
  if (!format) return {};
  if (format.type !== "json_schema") return { response_format: format };
  const { name, schema, strict } = format;
  return { response_format: { type: "json_schema", json_schema: { name, schema, strict } } };
}

/** Calls that follow each other, or what was said before them, are one turn. */
function toMessages(items: readonly Item[]): ChatMessage[] {
  const messages: ChatMessage[] = [];
  let turn: { tool_calls: ToolCall[] } | null = null;
  for (const item of items) {
    if (item.type === "reasoning") continue;
    if (item.type === "function_call" || item.type === "custom_tool_call") {
      const given = item.type === "function_call" ? item.arguments : JSON.stringify({ input: item.input });
      const call: ToolCall = {
        id: item.call_id,
        type: "function",
        function: { name: item.name, arguments: given },
      };
      if (turn !== null) {
        turn.tool_calls.push(call);
        continue;
      }
      const tool_calls = [call];
      turn = { tool_calls };
      messages.push({ role: "assistant", content: null, tool_calls });
    } else if (item.type === "function_call_output" || item.type === "custom_tool_call_output") {
      turn = null;
      messages.push({ role: "tool", tool_call_id: item.call_id, content: toContent(item.output) });
    } else if (item.role === "assistant") {
      const tool_calls: ToolCall[] = [];
      turn = { tool_calls };
      const content = typeof item.content === "string" ? item.content : item.content.map(toText);
      messages.push({ role: "assistant", content, tool_calls });
    } else {
      turn = null;
      messages.push({ role: item.role, content: toContent(item.content) });
    }
  }
  return messages;
}

const toText = (part: { text: string } | { refusal: string }): ContentPart => ({
  type: "text",
  text: "text" in part ? part.text : part.refusal,
});

function toContent(content: string | readonly InputPart[]): string | ContentPart[] {
  if (typeof content === "string") return content;
  return content.map((part): ContentPart => {
    if (part.type === "input_text") return { type: "text", text: part.text };
    return part.type === "input_image"
      ? { type: "image_url", image_url: { url: part.image_url ?? "" } }
      : { type: "file", file: {} };
  });
}
