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

/** A whole answer, and each event of a stream. Source: the Gemini API reference, GenerateContentResponse. */
export const answerSchema = z.object({
  responseId: z.string().nullish(),
  modelVersion: z.string().nullish(),
  candidates: z
    .array(
      z.object({
        content: z.object({ parts: z.array(part).nullish() }).nullish(),
        finishReason: z.string().nullish(),
      }),
    )
    .nullish(),
  promptFeedback: z.object({ blockReason: z.string().nullish() }).nullish(),
  usageMetadata: z
    .object({
      promptTokenCount: count,
      cachedContentTokenCount: count,
      candidatesTokenCount: count,
      thoughtsTokenCount: count,
      toolUsePromptTokenCount: count,
    })
    .nullish(),
});
export type Answer = z.infer<typeof answerSchema>;
