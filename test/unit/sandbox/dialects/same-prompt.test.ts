import { describe, expect, it } from "vitest";
import { isJsonObject } from "../../../../schema/kernel/json.ts";
import { promptTokens } from "../../../../schema/tokens/sandbox-prompt-tokens.ts";
import { type ChatRequest, chatRequestSchema } from "../../../../schema/wire/openai-chat.ts";
import { openSandbox } from "../sandbox-client.ts";
import { placeSchema } from "./conformance.ts";

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
const ARGUMENTS = { place: "here" };

/** A conversation with everything that is counted: instructions, an image, a call and its result, tools. */
const CHAT: ChatRequest = chatRequestSchema.parse({
  model: "echo",
  messages: [
    { role: "system", content: "Be brief, please." },
    {
      role: "user",
      content: [
        { type: "text", text: "What is this, and where?" },
        { type: "image_url", image_url: { url: `data:image/png;base64,${PIXEL}` } },
      ],
    },
    {
      role: "assistant",
      content: "I shall look.",
      tool_calls: [
        { id: "call12345", type: "function", function: { name: "look", arguments: JSON.stringify(ARGUMENTS) } },
      ],
    },
    { role: "tool", tool_call_id: "call12345", content: "a single pixel" },
  ],
  tools: [{ type: "function", function: { name: "look", parameters: placeSchema } }],
});

/** The same conversation in each dialect, and where its answer tells the tokens of the prompt. */
const SAME: readonly (readonly [string, string, Record<string, string>, object, readonly string[]])[] = [
  ["OpenAI", "/v1/chat/completions", {}, CHAT, ["usage", "prompt_tokens"]],
  [
    "Responses",
    "/v1/responses",
    {},
    {
      model: "echo",
      instructions: "Be brief, please.",
      input: [
        {
          role: "user",
          content: [
            { type: "input_text", text: "What is this, and where?" },
            { type: "input_image", image_url: `data:image/png;base64,${PIXEL}` },
          ],
        },
        { role: "assistant", content: "I shall look." },
        { type: "function_call", call_id: "call12345", name: "look", arguments: JSON.stringify(ARGUMENTS) },
        { type: "function_call_output", call_id: "call12345", output: "a single pixel" },
      ],
      tools: [{ type: "function", name: "look", parameters: placeSchema }],
    },
    ["usage", "input_tokens"],
  ],
  [
    "Anthropic",
    "/anthropic/v1/messages",
    { "x-api-key": "any", "anthropic-version": "2023-06-01" },
    {
      model: "echo",
      max_tokens: 100,
      system: "Be brief, please.",
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "What is this, and where?" },
            { type: "image", source: { type: "base64", media_type: "image/png", data: PIXEL } },
          ],
        },
        {
          role: "assistant",
          content: [
            { type: "text", text: "I shall look." },
            { type: "tool_use", id: "call12345", name: "look", input: ARGUMENTS },
          ],
        },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "call12345", content: "a single pixel" }] },
      ],
      tools: [{ name: "look", input_schema: placeSchema }],
    },
    ["usage", "input_tokens"],
  ],
  [
    "Gemini",
    "/gemini/v1beta/models/echo:generateContent",
    { "x-goog-api-key": "any" },
    {
      systemInstruction: { parts: [{ text: "Be brief, please." }] },
      contents: [
        {
          role: "user",
          parts: [{ text: "What is this, and where?" }, { inlineData: { mimeType: "image/png", data: PIXEL } }],
        },
        { role: "model", parts: [{ text: "I shall look." }, { functionCall: { name: "look", args: ARGUMENTS } }] },
        { role: "user", parts: [{ functionResponse: { name: "look", response: { result: "a single pixel" } } }] },
      ],
      tools: [{ functionDeclarations: [{ name: "look", parametersJsonSchema: placeSchema }] }],
    },
    ["usageMetadata", "promptTokenCount"],
  ],
  [
    "Bedrock",
    "/bedrock/model/echo/converse",
    { authorization: "Bearer any" },
    {
      system: [{ text: "Be brief, please." }],
      messages: [
        {
          role: "user",
          content: [{ text: "What is this, and where?" }, { image: { format: "png", source: { bytes: PIXEL } } }],
        },
        {
          role: "assistant",
          content: [{ text: "I shall look." }, { toolUse: { toolUseId: "call12345", name: "look", input: ARGUMENTS } }],
        },
        { role: "user", content: [{ toolResult: { toolUseId: "call12345", content: [{ text: "a single pixel" }] } }] },
      ],
      toolConfig: { tools: [{ toolSpec: { name: "look", inputSchema: { json: placeSchema } } }] },
    },
    ["usage", "inputTokens"],
  ],
  ["Cohere", "/cohere/v2/chat", { authorization: "Bearer any" }, CHAT, ["usage", "billed_units", "input_tokens"]],
  [
    "Azure",
    "/azure/openai/deployments/echo/chat/completions?api-version=2024-10-21",
    { "api-key": "any" },
    CHAT,
    ["usage", "prompt_tokens"],
  ],
  ["Mistral", "/mistral/v1/chat/completions", { authorization: "Bearer any" }, CHAT, ["usage", "prompt_tokens"]],
];

describe("one conversation has the same tokens in every dialect", () => {
  it.each(SAME)("%s", async (_name, path, headers, body, where) => {
    const response = await openSandbox().send(path, body, { headers });
    const json: unknown = await response.json();
    const told = where.reduce((at: unknown, step) => (isJsonObject(at) ? at[step] : undefined), json);
    expect(told, JSON.stringify(json)).toBe(promptTokens(CHAT));
  });
});
