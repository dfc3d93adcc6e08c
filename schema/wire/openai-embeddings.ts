import * as z from "zod";
import { LIMITS } from "../kernel/limits.ts";

/**
 * OpenAI's Embeddings contract. Source: the OpenAI API reference, Embeddings. Extension: `input_type` ("query",
 * "document", …), which several providers want to know and OpenAI does not have.
 */
const tokens = z.array(z.int().min(0));

export const embeddingsRequestSchema = z.looseObject({
  model: z.string().min(1).max(LIMITS.model_name_chars),
  input: z.union(
    [
      z.string().min(1, "must not be empty"),
      z.array(z.string().min(1, "must not be empty")).min(1).max(LIMITS.embedding_inputs),
      tokens.min(1),
      z.array(tokens.min(1)).min(1).max(LIMITS.embedding_inputs),
    ],
    "must be a text, an array of texts, or tokens",
  ),
  dimensions: z.int().min(1).max(65_536).nullish(),
  encoding_format: z.enum(["float", "base64"]).nullish(),
  user: z.string().nullish(),
  input_type: z.string().nullish(),
});

export type EmbeddingsRequest = z.infer<typeof embeddingsRequestSchema>;

/** The inputs one by one: texts, or the tokens of each. */
export function embeddingInputs(input: EmbeddingsRequest["input"]): readonly (string | readonly number[])[] {
  if (typeof input === "string") return [input];
  const texts: (string | readonly number[])[] = [];
  const single: number[] = [];
  for (const item of input) {
    if (typeof item === "number") single.push(item);
    else texts.push(item);
  }
  return single.length > 0 ? [single] : texts;
}
