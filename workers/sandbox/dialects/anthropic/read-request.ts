import { unreachable } from "../../../../schema/kernel/unreachable.ts";
import type { ChatMessage, ChatRequest, ChatTool, ContentPart } from "../../../../schema/wire/openai-chat.ts";
import { blocksOf } from "./check-rules.ts";
import type { Block, MessagesPrompt, MessagesRequest, OwnTool, Turn } from "./wire.ts";

/** A Messages request, already checked, as chat completions. Thinking is checked elsewhere and counts for nothing. */
export function toChatRequest(request: MessagesRequest): ChatRequest {
  return {
    ...toPrompt(request),
    max_tokens: request.max_tokens,
    stream: request.stream,
    stop: request.stop_sequences,
    ...(request.thinking?.type === "disabled" ? { reasoning_effort: "none" as const } : {}),
  };
}

/** What of a request is prompt. */
export function toPrompt(request: MessagesPrompt): ChatRequest {
  const { model, system, messages, tools, output_config } = request;
  const own = (tools ?? []).flatMap((tool) => (isOwn(tool) ? [tool] : []));
  const texts = typeof system === "string" ? [system] : (system ?? []).map(({ text }) => text);
  const schema = output_config?.format?.schema;
  return {
    model,
    messages: [...texts.map((content) => ({ role: "system" as const, content })), ...messages.flatMap(toMessages)],
    ...(own.length > 0 ? { tools: own.map(toTool), ...toChoice(request) } : {}),
    ...(schema ? { response_format: { type: "json_schema" as const, json_schema: { name: "output", schema } } } : {}),
  };
}

const isOwn = (tool: object): tool is OwnTool => "input_schema" in tool;

const toTool = ({ name, description, input_schema }: OwnTool): ChatTool => ({
  type: "function",
  function: { name, ...(description === undefined ? {} : { description }), parameters: input_schema },
});

function toChoice({ tool_choice: choice }: MessagesPrompt): Pick<ChatRequest, "tool_choice" | "parallel_tool_calls"> {
  if (choice === undefined) return {};
  const parallel_tool_calls = choice.type === "none" || choice.disable_parallel_tool_use !== true;
  switch (choice.type) {
    case "auto":
    case "none":
      return { tool_choice: choice.type, parallel_tool_calls };
    case "any":
      return { tool_choice: "required", parallel_tool_calls };
    case "tool":
      return { tool_choice: { type: "function", function: { name: choice.name } }, parallel_tool_calls };
    default:
      return unreachable(choice);
  }
}

/** A turn becomes a message for each result and one for the rest. */
function toMessages(turn: Turn): readonly ChatMessage[] {
  const blocks = blocksOf(turn);
  const parts = blocks.flatMap(toPart);
  if (turn.role === "user") {
    const results = blocks.flatMap((block) => (block.type === "tool_result" ? [toResult(block)] : []));
    return [...results, ...(parts.length > 0 ? [{ role: "user" as const, content: parts }] : [])];
  }
  const tool_calls = blocks.flatMap((block) =>
    block.type === "tool_use"
      ? [
          {
            id: block.id,
            type: "function" as const,
            function: { name: block.name, arguments: JSON.stringify(block.input) },
          },
        ]
      : [],
  );
  return [{ role: "assistant", content: parts, ...(tool_calls.length > 0 ? { tool_calls } : {}) }];
}

function toResult(block: Extract<Block, { type: "tool_result" }>): ChatMessage {
  const content = typeof block.content === "string" ? block.content : (block.content ?? []).flatMap(toPart);
  return { role: "tool", tool_call_id: block.tool_use_id, content };
}

/** What is not text counts, whatever it holds. */
function toPart(block: Block): readonly ContentPart[] {
  switch (block.type) {
    case "text":
      return [{ type: "text", text: block.text }];
    case "image":
      return [{ type: "image_url", image_url: { url: "" } }];
    case "document":
      return [{ type: "file", file: {} }];
    default:
      return [];
  }
}
