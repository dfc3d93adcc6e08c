import * as z from "zod";
import { LIMITS } from "../kernel/limits.ts";

/**
 * Anthropic's Messages contract, as callers speak it to us. Strict about what is read, lenient about the rest: a provider of
 * the same dialect gets the body as it came. Source: Anthropic's API reference, Messages.
 */
const cacheControl = z.looseObject({ type: z.literal("ephemeral"), ttl: z.enum(["5m", "1h"]).optional() }).nullish();

const block = z.looseObject({ type: z.string(), cache_control: cacheControl });
export type MessagesBlock = z.infer<typeof block>;

const content = z.union([z.string(), z.array(block)], "must be a text or an array of content blocks");

const tool = z
  .looseObject({
    /** Anthropic's toolsets (`mcp_toolset`) have none. */
    name: z.string().min(1).optional(),
    type: z.string().nullish(),
    description: z.string().nullish(),
    input_schema: z.looseObject({}).nullish(),
    strict: z.boolean().nullish(),
    cache_control: cacheControl,
  })
  .refine(({ name, type }) => name !== undefined || (type ?? "custom") !== "custom", {
    path: ["name"],
    message: "a tool of your own has a name",
  });
export type MessagesTool = z.infer<typeof tool>;

const shared = {
  model: z.string().min(1).max(LIMITS.model_name_chars),
  system: content.nullish(),
  messages: z
    .array(z.looseObject({ role: z.enum(["user", "assistant"]), content }))
    .min(1)
    .max(LIMITS.messages),
  tools: z.array(tool).max(1_024).nullish(),
  tool_choice: z
    .looseObject({
      type: z.enum(["auto", "any", "tool", "none"]),
      name: z.string().optional(),
      disable_parallel_tool_use: z.boolean().nullish(),
    })
    .nullish(),
  thinking: z
    .looseObject({ type: z.enum(["enabled", "adaptive", "disabled"]), budget_tokens: z.int().min(1).nullish() })
    .nullish(),
  output_config: z
    .looseObject({
      effort: z.enum(["low", "medium", "high", "xhigh", "max"]).nullish(),
      format: z.looseObject({ type: z.literal("json_schema"), schema: z.looseObject({}) }).nullish(),
    })
    .nullish(),
};

export const countTokensRequestSchema = z.looseObject(shared);

export const messagesRequestSchema = z.looseObject({
  ...shared,
  max_tokens: z.int().min(1).max(10_000_000),
  stream: z.boolean().nullish(),
  stop_sequences: z.array(z.string()).max(16).nullish(),
  temperature: z.number().min(0).max(1).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.int().min(0).nullish(),
  metadata: z.looseObject({ user_id: z.string().nullish() }).nullish(),
  service_tier: z.string().nullish(),
});

export type MessagesRequest = z.infer<typeof messagesRequestSchema>;
