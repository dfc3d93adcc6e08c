import * as z from "zod";
import { LIMITS } from "../kernel/limits.ts";

/**
 * OpenAI's Chat Completions contract, and at once our canonical request: other dialects are translated to it, every
 * provider folder translates from it. Strict about what we read (types, bounds), lenient about the rest: unknown fields
 * survive and are passed on to a provider that speaks this dialect.
 *
 * Extensions, all optional: `cache_control` on content parts, messages and tools (Anthropic's prompt caching);
 * `reasoning_content` and `reasoning_signature` on assistant messages (a reasoning block to hand back), and
 * `extra_content.google.thought_signature` on tool calls (the same for a call).
 * Source: the OpenAI API reference, Chat Completions.
 */

const cacheControl = z.looseObject({ type: z.literal("ephemeral"), ttl: z.enum(["5m", "1h"]).optional() });

const textPart = z.looseObject({ type: z.literal("text"), text: z.string(), cache_control: cacheControl.optional() });
/** A provider that cannot reach it would answer without having seen it. */
const mediaUrl = z.string().regex(/^(?:https?:\/\/|data:)/i, "must be an http(s) URL or a data URL");

const imagePart = z.looseObject({
  type: z.literal("image_url"),
  image_url: z.looseObject({ url: mediaUrl, detail: z.string().optional() }),
  cache_control: cacheControl.optional(),
});
const audioPart = z.looseObject({
  type: z.literal("input_audio"),
  input_audio: z.looseObject({ data: z.string(), format: z.string() }),
});
const filePart = z.looseObject({ type: z.literal("file"), file: z.looseObject({}) });
const refusalPart = z.looseObject({ type: z.literal("refusal"), refusal: z.string() });

const contentPart = z.discriminatedUnion("type", [textPart, imagePart, audioPart, filePart, refusalPart]);
export type ContentPart = z.infer<typeof contentPart>;

const content = z.union([z.string(), z.array(contentPart)], "must be a string or an array of content parts");

const toolCall = z.looseObject({
  id: z.string(),
  type: z.literal("function").default("function"),
  function: z.looseObject({ name: z.string(), arguments: z.string() }),
  extra_content: z
    .looseObject({ google: z.looseObject({ thought_signature: z.string().nullish() }).nullish() })
    .nullish(),
});
export type ToolCall = z.infer<typeof toolCall>;

const systemMessage = z.looseObject({
  role: z.literal("system"),
  content,
  name: z.string().optional(),
  cache_control: cacheControl.optional(),
});
const developerMessage = z.looseObject({
  role: z.literal("developer"),
  content,
  name: z.string().optional(),
  cache_control: cacheControl.optional(),
});
const userMessage = z.looseObject({
  role: z.literal("user"),
  content,
  name: z.string().optional(),
  cache_control: cacheControl.optional(),
});
const assistantMessage = z.looseObject({
  role: z.literal("assistant"),
  content: content.nullish(),
  name: z.string().optional(),
  refusal: z.string().nullish(),
  tool_calls: z.array(toolCall).nullish(),
  reasoning_content: z.string().nullish(),
  reasoning_signature: z.string().nullish(),
  cache_control: cacheControl.optional(),
});
const toolMessage = z.looseObject({
  role: z.literal("tool"),
  content,
  tool_call_id: z.string(),
  is_error: z.boolean().optional(),
  cache_control: cacheControl.optional(),
});
/** Deprecated by OpenAI, still sent by old apps; passed on, refused by providers that have no such thing. */
const functionMessage = z.looseObject({
  role: z.literal("function"),
  content: z.string().nullable(),
  name: z.string(),
});

const message = z.discriminatedUnion("role", [
  systemMessage,
  developerMessage,
  userMessage,
  assistantMessage,
  toolMessage,
  functionMessage,
]);
export type ChatMessage = z.infer<typeof message>;

const functionTool = z.looseObject({
  type: z.literal("function"),
  function: z.looseObject({
    name: z.string(),
    description: z.string().nullish(),
    parameters: z.looseObject({}).nullish(),
    strict: z.boolean().nullish(),
  }),
  cache_control: cacheControl.optional(),
});
const customTool = z.looseObject({ type: z.literal("custom"), custom: z.looseObject({ name: z.string() }) });
const tool = z.discriminatedUnion("type", [functionTool, customTool]);
export type ChatTool = z.infer<typeof tool>;

const toolChoice = z.union(
  [
    z.enum(["none", "auto", "required"]),
    z.looseObject({ type: z.literal("function"), function: z.looseObject({ name: z.string() }) }),
    z.looseObject({ type: z.enum(["allowed_tools", "custom"]) }),
  ],
  'must be "none", "auto", "required" or name a function',
);

const responseFormat = z.discriminatedUnion("type", [
  z.looseObject({ type: z.literal("text") }),
  z.looseObject({ type: z.literal("json_object") }),
  z.looseObject({
    type: z.literal("json_schema"),
    json_schema: z.looseObject({
      name: z.string(),
      description: z.string().nullish(),
      schema: z.looseObject({}).nullish(),
      strict: z.boolean().nullish(),
    }),
  }),
]);

const positiveTokens = z.int().min(1).max(10_000_000);

export const chatRequestSchema = z.looseObject({
  model: z.string().min(1).max(LIMITS.model_name_chars),
  messages: z.array(message).min(1).max(LIMITS.messages),
  stream: z.boolean().nullish(),
  stream_options: z
    .looseObject({ include_usage: z.boolean().nullish(), include_obfuscation: z.boolean().nullish() })
    .nullish(),
  max_tokens: positiveTokens.nullish(),
  max_completion_tokens: positiveTokens.nullish(),
  n: z.int().min(1).max(128).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  /** Not OpenAI's; most others have it. */
  top_k: z.int().min(0).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(16)], "must be a string or an array of strings").nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  logit_bias: z.record(z.string(), z.number()).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  seed: z.int().nullish(),
  user: z.string().nullish(),
  tools: z.array(tool).max(1_024).nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  response_format: responseFormat.nullish(),
  reasoning_effort: z.enum(["none", "minimal", "low", "medium", "high", "xhigh", "max"]).nullish(),
  service_tier: z.string().nullish(),
  prediction: z.looseObject({}).nullish(),
  modalities: z.array(z.string()).nullish(),
  audio: z.looseObject({}).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  store: z.boolean().nullish(),
  web_search_options: z.looseObject({}).nullish(),
});

export type ChatRequest = z.infer<typeof chatRequestSchema>;
