import * as z from "zod";
import { MAX_USAGE_COUNT } from "../../../../schema/canonical/usage.ts";

/** A count of theirs; one that is none becomes NaN, so that the meter refuses the report as a whole. */
const count = z.int().min(0).max(MAX_USAGE_COUNT).nullish().catch(Number.NaN);

const part = z.object({
  text: z.string().nullish(),
  thought: z.boolean().nullish(),
  thoughtSignature: z.string().nullish(),
  functionCall: z
    .object({ id: z.string().nullish(), name: z.string().nullish(), args: z.unknown().optional() })
    .nullish(),
});
export type AnswerPart = z.infer<typeof part>;

const candidate = z.object({
  index: z.int().min(0).nullish(),
  content: z.object({ parts: z.array(part).nullish() }).nullish(),
  finishReason: z.string().nullish(),
});
export type Candidate = z.infer<typeof candidate>;

/** Counts by modality: TEXT, IMAGE, AUDIO, VIDEO, DOCUMENT. */
const details = z.array(z.object({ modality: z.string().nullish(), tokenCount: count })).nullish();

/** A whole answer, and each event of a stream. Source: the Gemini API reference, GenerateContentResponse. */
export const answerSchema = z.object({
  responseId: z.string().nullish(),
  modelVersion: z.string().nullish(),
  candidates: z.array(candidate).nullish(),
  promptFeedback: z
    .object({
      blockReason: z.string().nullish(),
      /** Vertex AI's. */
      blockReasonMessage: z.string().nullish(),
      safetyRatings: z.array(z.object({ blocked: z.boolean().nullish() })).nullish(),
    })
    .nullish(),
  usageMetadata: z
    .object({
      promptTokenCount: count,
      cachedContentTokenCount: count,
      candidatesTokenCount: count,
      thoughtsTokenCount: count,
      toolUsePromptTokenCount: count,
      promptTokensDetails: details,
      cacheTokensDetails: details,
      toolUsePromptTokensDetails: details,
      candidatesTokensDetails: details,
    })
    .nullish(),
});
export type Answer = z.infer<typeof answerSchema>;
