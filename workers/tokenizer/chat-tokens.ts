import { isJsonObject, type JsonObject } from "../../schema/kernel/json.ts";
import type { TextCounter } from "./text-counter.ts";
import { addTools, toolDefinitions } from "./tool-tokens.ts";

/**
 * What a chat prompt has beside its texts, by OpenAI's published rule (their cookbook, "How to count tokens with tiktoken"):
 * 3 tokens a message, 1 for a name, 3 to prime the answer. A tool call in an assistant's message is its name and
 * arguments and 3.
 */
const TOKENS = { message: 3, name: 1, priming: 3, tool_call: 3 } as const;

/** An image of unknown size: eight tiles of 170 and a base of 85, the most that OpenAI's tiled models charge. */
const IMAGE_TOKENS_MAX = 1_445;

/** Base64 characters of sound to a token, on the safe side: 10 tokens a second, at least 1,000 characters a second. */
const AUDIO_CHARS_PER_TOKEN = 16;

/** Adds the prompt of OpenAI chat `messages` and `tools` to the counter. Unknown shapes are skipped, never thrown on. */
export function addChat(counter: TextCounter, messages: readonly unknown[], tools: readonly unknown[]): void {
  counter.addTokens(TOKENS.priming);
  const definitions = toolDefinitions(tools);
  const system = messages.find((message) => isJsonObject(message) && message.role === "system");
  for (const message of messages) {
    if (!isJsonObject(message)) continue;
    // Tool definitions follow the first system message's text after a line break.
    addMessage(counter, message === system && definitions.length > 0 ? withLineBreak(message) : message);
  }
  addTools(counter, definitions, system !== undefined);
}

function withLineBreak(message: JsonObject): JsonObject {
  const { content } = message;
  if (typeof content !== "string" || content === "" || content.endsWith("\n")) return message;
  return { ...message, content: `${content}\n` };
}

function addMessage(counter: TextCounter, message: JsonObject): void {
  counter.addTokens(TOKENS.message);
  addText(counter, message.role);
  if (typeof message.name === "string") {
    addText(counter, message.name);
    counter.addTokens(TOKENS.name);
  }
  addContent(counter, message.content);
  addText(counter, message.refusal);
  addText(counter, message.reasoning_content);
  if (Array.isArray(message.tool_calls)) for (const call of message.tool_calls) addToolCall(counter, call);
}

function addContent(counter: TextCounter, content: unknown): void {
  if (typeof content === "string") addText(counter, content);
  else if (Array.isArray(content)) for (const part of content) addPart(counter, part);
}

function addPart(counter: TextCounter, part: unknown): void {
  if (!isJsonObject(part)) return;
  switch (part.type) {
    case "text":
      addText(counter, part.text);
      return;
    case "refusal":
      addText(counter, part.refusal);
      return;
    case "image_url":
      counter.addBound(IMAGE_TOKENS_MAX);
      return;
    case "input_audio":
      if (isJsonObject(part.input_audio)) addData(counter, part.input_audio.data, AUDIO_CHARS_PER_TOKEN);
      return;
    case "file":
      if (isJsonObject(part.file)) addData(counter, part.file.file_data, 1);
      return;
    default:
      return;
  }
}

function addToolCall(counter: TextCounter, call: unknown): void {
  if (!isJsonObject(call) || !isJsonObject(call.function)) return;
  addText(counter, call.function.name);
  addText(counter, call.function.arguments);
  counter.addTokens(TOKENS.tool_call);
}

function addData(counter: TextCounter, data: unknown, chars_per_token: number): void {
  counter.addBound(typeof data === "string" ? Math.ceil(data.length / chars_per_token) : 0);
}

function addText(counter: TextCounter, text: unknown): void {
  if (typeof text === "string" && text !== "") counter.count(text);
}
