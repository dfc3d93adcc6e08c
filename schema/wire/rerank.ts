import * as z from "zod";
import { LIMITS } from "../kernel/limits.ts";

/** Ranks documents by how well they answer a query: the contract that Cohere, Jina, Voyage, vLLM and others share. */
export const rerankRequestSchema = z.looseObject({
  model: z.string().min(1).max(LIMITS.model_name_chars),
  query: z.string().min(1, "must not be empty"),
  documents: z
    .array(z.union([z.string(), z.looseObject({ text: z.string() })], "must be a text or an object with `text`"))
    .min(1)
    .max(LIMITS.rerank_documents),
  top_n: z.int().min(1).nullish(),
  return_documents: z.boolean().nullish(),
  max_tokens_per_doc: z.int().min(1).nullish(),
});

export type RerankRequest = z.infer<typeof rerankRequestSchema>;

export const documentText = (document: RerankRequest["documents"][number]): string =>
  typeof document === "string" ? document : document.text;
