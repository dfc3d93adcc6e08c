import * as z from "zod";

/**
 * The Messages API as it checks what it is sent: fields that it does not know are refused, wherever they stand.
 * Source: the Anthropic API reference, Messages; version 2023-06-01.
 */

const cacheControl = z.strictObject({ type: z.literal("ephemeral"), ttl: z.enum(["5m", "1h"]).optional() });
const cacheable = { cache_control: cacheControl.nullish() };

const IMAGE_TYPES = ["image/jpeg", "image/png", "image/gif", "image/webp"] as const;

const imageSource = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("base64"), media_type: z.enum(IMAGE_TYPES), data: z.base64().min(1) }),
  z.strictObject({ type: z.literal("url"), url: z.url({ protocol: /^https?$/ }) }),
]);
const documentSource = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("base64"), media_type: z.literal("application/pdf"), data: z.base64().min(1) }),
  z.strictObject({ type: z.literal("url"), url: z.url({ protocol: /^https?$/ }) }),
  z.strictObject({ type: z.literal("text"), media_type: z.literal("text/plain"), data: z.string() }),
]);

const visible = z.string().refine((text) => text.trim() !== "", "text content blocks must contain non-whitespace text");

const text = z.strictObject({ type: z.literal("text"), text: visible, ...cacheable });
const image = z.strictObject({ type: z.literal("image"), source: imageSource, ...cacheable });
const document = z.strictObject({
  type: z.literal("document"),
  source: documentSource,
  title: z.string().nullish(),
  context: z.string().nullish(),
  citations: z.strictObject({ enabled: z.boolean() }).nullish(),
  ...cacheable,
});
const toolName = z.string().regex(/^[a-zA-Z0-9_-]{1,128}$/);
const toolId = z.string().regex(/^[a-zA-Z0-9_-]+$/);
const toolUse = z.strictObject({
  type: z.literal("tool_use"),
  id: toolId,
  name: toolName,
  input: z.record(z.string(), z.json()),
  ...cacheable,
});
const toolResult = z.strictObject({
  type: z.literal("tool_result"),
  tool_use_id: toolId,
  content: z.union([z.string(), z.array(z.discriminatedUnion("type", [text, image, document]))]).nullish(),
  is_error: z.boolean().nullish(),
  ...cacheable,
});
const thinking = z.strictObject({ type: z.literal("thinking"), thinking: z.string(), signature: z.string() });
const redacted = z.strictObject({ type: z.literal("redacted_thinking"), data: z.string() });

const block = z.discriminatedUnion("type", [text, image, document, toolUse, toolResult, thinking, redacted]);
export type Block = z.infer<typeof block>;

const turn = z.strictObject({
  role: z.enum(["user", "assistant"]),
  content: z.union([z.string().min(1), z.array(block).min(1)]),
});
export type Turn = z.infer<typeof turn>;

const ownTool = z.strictObject({
  type: z.literal("custom").nullish(),
  name: toolName,
  description: z.string().optional(),
  input_schema: z.looseObject({ type: z.literal("object") }),
  strict: z.boolean().optional(),
  eager_input_streaming: z.boolean().nullish(),
  ...cacheable,
});
/** Tools that the provider runs itself; they are taken and never used. */
const serverTool = z.looseObject({ type: z.string().regex(/_\d{8}$/), name: z.string() });
export type OwnTool = z.infer<typeof ownTool>;

const parallel = { disable_parallel_tool_use: z.boolean().optional() };
const toolChoice = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("auto"), ...parallel }),
  z.strictObject({ type: z.literal("any"), ...parallel }),
  z.strictObject({ type: z.literal("tool"), name: z.string(), ...parallel }),
  z.strictObject({ type: z.literal("none") }),
]);

const thinkingConfig = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("enabled"),
    budget_tokens: z.int().min(1_024),
    display: z.enum(["summarized", "omitted"]).nullish(),
  }),
  z.strictObject({ type: z.literal("adaptive"), display: z.enum(["summarized", "omitted"]).nullish() }),
  z.strictObject({ type: z.literal("disabled") }),
]);

/** What is asked of a count of tokens too. */
const prompt = {
  model: z.string(),
  messages: z.array(turn).min(1),
  system: z.union([z.string(), z.array(text)]).optional(),
  tools: z.array(z.union([ownTool, serverTool])).optional(),
  tool_choice: toolChoice.optional(),
  thinking: thinkingConfig.optional(),
  output_config: z
    .strictObject({
      effort: z.enum(["low", "medium", "high", "xhigh", "max"]).nullish(),
      format: z.strictObject({ type: z.literal("json_schema"), schema: z.record(z.string(), z.json()) }).nullish(),
    })
    .optional(),
  ...cacheable,
};

export const countRequestSchema = z.strictObject(prompt);

export const messagesRequestSchema = z.strictObject({
  ...prompt,
  max_tokens: z.int().min(1),
  stream: z.boolean().optional(),
  stop_sequences: z
    .array(z.string().refine((stop) => stop.trim() !== "", "each stop sequence must contain non-whitespace"))
    .optional(),
  temperature: z.number().min(0).max(1).optional(),
  top_p: z.number().min(0).max(1).optional(),
  top_k: z.int().min(0).optional(),
  metadata: z.strictObject({ user_id: z.string().max(256).nullish() }).optional(),
  service_tier: z.enum(["auto", "standard_only"]).optional(),
  inference_geo: z.string().nullish(),
  /** Taken and ignored: what the provider runs itself. */
  container: z.json().optional(),
  context_management: z.json().optional(),
  mcp_servers: z.json().optional(),
});

export type MessagesRequest = z.infer<typeof messagesRequestSchema>;
export type MessagesPrompt = z.infer<typeof countRequestSchema>;
