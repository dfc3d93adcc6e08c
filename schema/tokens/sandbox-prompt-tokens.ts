import type { ChatRequest } from "../wire/openai-chat.ts";
import { countTokens } from "./sandbox-tokens.ts";

/** What OpenAI charges for an image in low detail. */
const IMAGE_TOKENS = 85;

/** What of a chat request becomes prompt. */
export type SandboxPrompt = Pick<ChatRequest, "messages" | "tools" | "response_format">;

/**
 * The prompt's tokens as the sandbox counts them: one for the role of each message, those of every text, name and tool
 * argument in it, 85 for each part that is not text, and those of the tools and of the response format as JSON.
 */
export function promptTokens(request: SandboxPrompt): number {
  let tokens = 0;
  for (const message of request.messages) {
    tokens += 1 + contentTokens(message.content);
    if (typeof message.name === "string") tokens += countTokens(message.name);
    if (message.role !== "assistant") continue;
    for (const call of message.tool_calls ?? []) {
      tokens += countTokens(call.function.name) + countTokens(call.function.arguments);
    }
  }
  if (request.tools) tokens += countTokens(JSON.stringify(request.tools));
  if (request.response_format) tokens += countTokens(JSON.stringify(request.response_format));
  return tokens;
}

function contentTokens(content: ChatRequest["messages"][number]["content"]): number {
  if (content === null || content === undefined) return 0;
  if (typeof content === "string") return countTokens(content);
  const texts = content.map((part) => (part.type === "text" ? part.text : ""));
  return countTokens(texts.join("")) + IMAGE_TOKENS * content.filter((part) => part.type !== "text").length;
}
