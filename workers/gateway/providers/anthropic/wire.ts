import * as z from "zod";
import { MAX_USAGE_COUNT } from "../../../../schema/canonical/usage.ts";

/**
 * The Messages API as far as we read and write it. What we write is typed exactly; of what we read, only the fields that
 * we use, each nullish, so that an addition or an omission of theirs breaks nothing.
 * Source: the Anthropic API reference, Messages; version 2023-06-01.
 */

// What we send.

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface CacheControl {
  readonly type: "ephemeral";
  readonly ttl?: "5m" | "1h" | undefined;
}

interface Cacheable {
  readonly cache_control?: CacheControl | undefined;
}

export type MediaSource =
  | { readonly type: "base64"; readonly media_type: string; readonly data: string }
  | { readonly type: "url"; readonly url: string };

export type TextBlock = Cacheable & { readonly type: "text"; readonly text: string };
export type ImageBlock = Cacheable & { readonly type: "image"; readonly source: MediaSource };
export type DocumentBlock = Cacheable & {
  readonly type: "document";
  readonly source: MediaSource;
  readonly title?: string;
};
/** What a user turn and a tool's result may hold. */
export type ContentBlock = TextBlock | ImageBlock | DocumentBlock;

export type ThinkingBlock =
  | { readonly type: "thinking"; readonly thinking: string; readonly signature: string }
  | { readonly type: "redacted_thinking"; readonly data: string };
export type ToolUseBlock = Cacheable & {
  readonly type: "tool_use";
  readonly id: string;
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
};
export type ToolResultBlock = Cacheable & {
  readonly type: "tool_result";
  readonly tool_use_id: string;
  readonly content?: readonly ContentBlock[];
  readonly is_error?: true;
};
export type Block = ContentBlock | ThinkingBlock | ToolUseBlock | ToolResultBlock;

export interface Turn {
  readonly role: "user" | "assistant";
  readonly content: readonly Block[];
}

export interface Tool extends Cacheable {
  readonly name: string;
  readonly description?: string;
  readonly input_schema: JsonSchema;
  readonly strict?: true;
}

export type ToolChoice =
  | { readonly type: "auto" | "any"; readonly disable_parallel_tool_use?: true }
  | { readonly type: "tool"; readonly name: string; readonly disable_parallel_tool_use?: true }
  | { readonly type: "none" };

export type Effort = "low" | "medium" | "high" | "xhigh" | "max";

export type Thinking =
  | { readonly type: "enabled"; readonly budget_tokens: number }
  | { readonly type: "adaptive"; readonly display: "summarized" }
  | { readonly type: "disabled" };

export interface OutputConfig {
  readonly effort?: Effort;
  readonly format?: { readonly type: "json_schema"; readonly schema: JsonSchema };
}

export interface MessagesRequest {
  readonly model: string;
  readonly max_tokens: number;
  readonly system?: readonly TextBlock[];
  readonly messages: readonly Turn[];
  readonly tools?: readonly Tool[];
  readonly tool_choice?: ToolChoice;
  readonly stream?: true;
  readonly stop_sequences?: readonly string[];
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
  readonly thinking?: Thinking;
  readonly output_config?: OutputConfig;
  readonly service_tier?: "auto" | "standard_only";
  readonly metadata?: { readonly user_id: string };
}

// What we read.

/**
 * A count of theirs. One that is none (negative, fractional, too large, a string) becomes NaN and stays it in every sum:
 * the meter refuses the whole report, where leaving out the one figure would charge too little.
 */
const count = z.int().min(0).max(MAX_USAGE_COUNT).nullish().catch(Number.NaN);

const usage = z.object({
  input_tokens: count,
  output_tokens: count,
  cache_read_input_tokens: count,
  cache_creation_input_tokens: count,
  cache_creation: z
    .object({ ephemeral_5m_input_tokens: count, ephemeral_1h_input_tokens: count })
    .nullish()
    .catch(undefined),
  output_tokens_details: z.object({ thinking_tokens: count }).nullish().catch(undefined),
  server_tool_use: z.object({ web_search_requests: count }).nullish().catch(undefined),
});
export type MessagesUsage = z.infer<typeof usage>;

const stopDetails = z.object({ explanation: z.string().nullish() }).nullish().catch(undefined);

const block = z.object({
  type: z.string(),
  text: z.string().nullish(),
  thinking: z.string().nullish(),
  signature: z.string().nullish(),
  data: z.string().nullish(),
  id: z.string().nullish(),
  name: z.string().nullish(),
  input: z.unknown().optional(),
});
export type AnswerBlock = z.infer<typeof block>;

/** A whole answer. */
export const messageSchema = z.object({
  id: z.string().nullish(),
  model: z.string().nullish(),
  content: z.array(block),
  stop_reason: z.string().nullish(),
  stop_details: stopDetails,
  usage: usage.nullish(),
});

const errorDetail = z.object({
  type: z.string().nullish(),
  message: z.string().nullish(),
  details: z.object({ error_code: z.string().nullish() }).nullish().catch(undefined),
});
export type ErrorDetail = z.infer<typeof errorDetail>;

/** The body of a refusal, and the data of an `error` event. */
export const errorSchema = z.object({ error: errorDetail });

const index = z.int().min(0);

/** The events of a stream that we read; every other type is ignored, as their versioning policy asks. */
export const eventSchemas = {
  message_start: z.object({
    message: z.object({ id: z.string().nullish(), model: z.string().nullish(), usage: usage.nullish() }),
  }),
  content_block_start: z.object({ index, content_block: block }),
  content_block_delta: z.object({
    index,
    delta: z.object({
      type: z.string(),
      text: z.string().nullish(),
      thinking: z.string().nullish(),
      signature: z.string().nullish(),
      partial_json: z.string().nullish(),
    }),
  }),
  content_block_stop: z.object({ index }),
  message_delta: z.object({
    delta: z.object({ stop_reason: z.string().nullish(), stop_details: stopDetails }).nullish(),
    usage: usage.nullish(),
  }),
  message_stop: z.object({}),
  error: errorSchema,
} as const;
