import * as z from "zod";
import { MAX_USAGE_COUNT } from "../../../../schema/canonical/usage.ts";
import type { ImageItem, TextItem } from "../kit/openai-content.ts";

/**
 * Cohere's API v2 as far as we read and write it. What we write is typed exactly; of what we read, only the fields that we
 * use, each nullish, so that an addition or an omission of theirs breaks nothing.
 * Source: the Cohere API reference, v2: Chat, Embed, Rerank.
 */

// What we send.

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface ThinkingItem {
  readonly type: "thinking";
  readonly thinking: string;
}

export interface CallItem {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
}

export type Message =
  | { readonly role: "system"; readonly content: string | readonly TextItem[] }
  | { readonly role: "user"; readonly content: string | readonly (TextItem | ImageItem)[] }
  | {
      readonly role: "assistant";
      readonly content?: string | readonly (TextItem | ThinkingItem)[];
      readonly tool_plan?: string;
      readonly tool_calls?: readonly CallItem[];
    }
  | { readonly role: "tool"; readonly tool_call_id: string; readonly content: string | readonly TextItem[] };

export interface Tool {
  readonly type: "function";
  readonly function: { readonly name: string; readonly description?: string; readonly parameters: JsonSchema };
}

export type Thinking = { readonly type: "enabled"; readonly token_budget: number } | { readonly type: "disabled" };

export interface ChatBody {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly stream: boolean;
  readonly tools?: readonly Tool[];
  readonly tool_choice?: "REQUIRED" | "NONE";
  readonly strict_tools?: true;
  readonly response_format?: { readonly type: "json_object"; readonly json_schema?: JsonSchema };
  readonly max_tokens?: number;
  readonly stop_sequences?: readonly string[];
  readonly temperature?: number;
  readonly p?: number;
  readonly k?: number;
  readonly seed?: number;
  readonly frequency_penalty?: number;
  readonly presence_penalty?: number;
  readonly thinking?: Thinking;
}

// What we read.

/**
 * A count of theirs. One that is none (negative, fractional, too large, a string) becomes NaN and stays it: the meter
 * refuses the whole report, where leaving out the one figure would charge too little.
 */
const count = z.int().min(0).max(MAX_USAGE_COUNT).nullish().catch(Number.NaN);

const units = z.object({
  input_tokens: count,
  output_tokens: count,
  search_units: count,
  image_tokens: count,
});

const usage = z.object({ billed_units: units.nullish(), tokens: units.nullish() }).nullish().catch(undefined);
export type CohereUsage = z.infer<typeof usage>;

const item = z.object({ type: z.string().nullish(), text: z.string().nullish(), thinking: z.string().nullish() });
export type ContentItem = z.infer<typeof item>;

const call = z.object({
  id: z.string().nullish(),
  function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).nullish(),
});
export type AnswerCall = z.infer<typeof call>;

/** A whole answer. */
export const chatSchema = z.object({
  id: z.string().nullish(),
  message: z.object({
    content: z.array(item).nullish(),
    tool_plan: z.string().nullish(),
    tool_calls: z.array(call).nullish(),
  }),
  finish_reason: z.string().nullish(),
  usage,
});

/** One where the reference has one and some versions sent a list of one. */
const single = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (Array.isArray(value) ? value[0] : value), schema);

const index = z.int().min(0).nullish();

const content = z.object({ message: z.object({ content: single(item.nullish()) }).nullish() }).nullish();
const calls = z.object({ message: z.object({ tool_calls: single(call.nullish()) }).nullish() }).nullish();

/** The events of a stream that we read; every other type is ignored: citations, and what they may add. */
export const eventSchemas = {
  "message-start": z.object({ id: z.string().nullish() }),
  "content-start": z.object({ delta: content }),
  "content-delta": z.object({ delta: content }),
  "tool-plan-delta": z.object({
    delta: z.object({ message: z.object({ tool_plan: z.string().nullish() }).nullish() }).nullish(),
  }),
  "tool-call-start": z.object({ index, delta: calls }),
  "tool-call-delta": z.object({ index, delta: calls }),
  "tool-call-end": z.object({ index }),
  "message-end": z.object({
    delta: z.object({ finish_reason: z.string().nullish(), error: z.string().nullish(), usage }).nullish(),
  }),
} as const;

const meta = z.object({ billed_units: units.nullish() }).nullish().catch(undefined);

export const embedSchema = z.object({
  id: z.string().nullish(),
  embeddings: z.object({ float: z.array(z.array(z.number())).nullish(), base64: z.array(z.string()).nullish() }),
  meta,
});

export const rerankSchema = z.object({
  id: z.string().nullish(),
  results: z.array(z.object({ index: z.int().min(0), relevance_score: z.number() })),
  meta,
});

/** The body of a refusal. */
export const errorSchema = z.object({ message: z.string() });
