import * as z from "zod";
import { MAX_USAGE_COUNT } from "../../../../schema/canonical/usage.ts";

/**
 * Converse as far as we read and write it. What we write is typed exactly; of what we read, only the fields that we use,
 * each nullish, so that an addition or an omission of theirs breaks nothing.
 * Source: the Amazon Bedrock API reference, Converse and ConverseStream.
 */

// What we send.

export type JsonObjectFields = Readonly<Record<string, unknown>>;

export interface CachePoint {
  readonly type: "default";
  readonly ttl?: "5m" | "1h";
}

export type ImageFormat = "png" | "jpeg" | "gif" | "webp";

/** An image or a document; `name` of documents only. Bytes in base64. */
export interface Media {
  readonly format: ImageFormat | "pdf";
  readonly name?: string;
  readonly source: { readonly bytes: string };
}

type ResultContent = { readonly text: string } | { readonly image: Media } | { readonly document: Media };

/** Exactly one member each. */
export type Block =
  | ResultContent
  | {
      readonly reasoningContent:
        | { readonly reasoningText: { readonly text: string; readonly signature: string } }
        | { readonly redactedContent: string };
    }
  | { readonly toolUse: { readonly toolUseId: string; readonly name: string; readonly input: JsonObjectFields } }
  | {
      readonly toolResult: {
        readonly toolUseId: string;
        readonly content: readonly ResultContent[];
        readonly status?: "error";
      };
    }
  | { readonly cachePoint: CachePoint };

export interface Turn {
  readonly role: "user" | "assistant";
  readonly content: readonly Block[];
}

export type SystemBlock = { readonly text: string } | { readonly cachePoint: CachePoint };

export type ToolEntry =
  | {
      readonly toolSpec: {
        readonly name: string;
        readonly description?: string;
        readonly inputSchema: { readonly json: JsonObjectFields };
        readonly strict?: true;
      };
    }
  | { readonly cachePoint: CachePoint };

export type ToolChoice = { readonly any: object } | { readonly tool: { readonly name: string } };

export interface ToolConfig {
  readonly tools: readonly ToolEntry[];
  readonly toolChoice?: ToolChoice;
}

export interface InferenceConfig {
  readonly maxTokens: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly stopSequences?: readonly string[];
}

export interface OutputConfig {
  readonly textFormat: {
    readonly type: "json_schema";
    readonly structure: { readonly jsonSchema: { readonly name: string; readonly schema: string } };
  };
}

export interface ConverseRequest {
  readonly system?: readonly SystemBlock[];
  readonly messages: readonly Turn[];
  readonly inferenceConfig: InferenceConfig;
  readonly toolConfig?: ToolConfig;
  readonly outputConfig?: OutputConfig;
  /** The maker's own fields, which Converse hands on as they are. */
  readonly additionalModelRequestFields?: JsonObjectFields;
}

// What we read.

/** Counts as they came: an impossible figure is NaN, which the meter refuses. */
const count = z.number().int().min(0).max(MAX_USAGE_COUNT).catch(Number.NaN).nullish();

export const usageSchema = z.object({
  inputTokens: count,
  outputTokens: count,
  cacheReadInputTokens: count,
  cacheWriteInputTokens: count,
  /** How the written ones are split by their time to live. */
  cacheDetails: z.array(z.object({ ttl: z.string().nullish(), inputTokens: count })).nullish(),
});
export type ConverseUsage = z.infer<typeof usageSchema>;

const text = z.string().nullish();

const answerBlock = z.object({
  text,
  toolUse: z.object({ toolUseId: text, name: text, input: z.unknown() }).nullish(),
  reasoningContent: z
    .object({ reasoningText: z.object({ text, signature: text }).nullish(), redactedContent: text })
    .nullish(),
});
export type AnswerBlock = z.infer<typeof answerBlock>;

export const answerSchema = z.object({
  output: z.object({ message: z.object({ content: z.array(answerBlock) }) }),
  stopReason: text,
  usage: usageSchema.nullish(),
});

const contentBlockIndex = z.number().int().min(0).catch(0);

/** By the name of the event. Others are ignored: new ones may come at any time. */
export const eventSchemas = {
  contentBlockStart: z.object({
    contentBlockIndex,
    start: z.object({ toolUse: z.object({ toolUseId: text, name: text }).nullish() }).nullish(),
  }),
  contentBlockDelta: z.object({
    contentBlockIndex,
    delta: z
      .object({
        text,
        toolUse: z.object({ input: text }).nullish(),
        reasoningContent: z.object({ text, signature: text, redactedContent: text }).nullish(),
      })
      .nullish(),
  }),
  contentBlockStop: z.object({ contentBlockIndex }),
  messageStop: z.object({ stopReason: text }),
  metadata: z.object({ usage: usageSchema.nullish() }),
};

export const errorSchema = z.object({ message: text, Message: text, __type: text, code: text });
