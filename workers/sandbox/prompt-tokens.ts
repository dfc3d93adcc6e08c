import type { ChatRequest } from "../../schema/wire/openai-chat.ts";
import { contentText } from "./models/text.ts";
import { countTokens } from "./tokens.ts";

/** What OpenAI charges for an image in low detail. */
const IMAGE_TOKENS = 85;

/**
 * The prompt's tokens: one for the role of each message, those of every text, name and tool argument in it, 85 for each
 * part that is not text, and those of the tools and of the response format as JSON.
 */
export function promptTokens(request: ChatRequest): number {
  let tokens = 0;
  for (const message of request.messages) {
    tokens += 1 + countTokens(contentText(message.content));
    if (Array.isArray(message.content)) {
      tokens += IMAGE_TOKENS * message.content.filter((part) => part.type !== "text").length;
    }
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
