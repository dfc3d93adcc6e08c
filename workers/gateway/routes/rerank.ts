import * as z from "zod";
import { rerankRequestSchema } from "../../../schema/wire/rerank.ts";
import type { Route } from "../http/route.ts";
import { handleRerank } from "../pipeline/inference.ts";
import { INFERENCE_ERRORS } from "./inference-errors.ts";
import { INFERENCE_HEADERS } from "./inference-headers.ts";

const PATH = "/v1/rerank";

const ranking = z.looseObject({
  id: z.string(),
  model: z.string(),
  results: z.array(z.looseObject({ index: z.int(), relevance_score: z.number() })),
  usage: z.looseObject({ total_tokens: z.int(), search_units: z.int() }),
});

/** POST /v1/rerank: documents ranked by a query, in the contract that Cohere, Jina and others share. */
export const rerank: Route = {
  method: "post",
  path: PATH,
  operation_id: "createRerank",
  tag: "Inference",
  summary: "Rank documents",
  description:
    "Ranks documents by how well they answer a query, with a provider that has reranking models. Charged by search units or tokens, as the provider bills it.",
  security: "key",
  spends: true,
  headers: INFERENCE_HEADERS,
  body: {
    schema: rerankRequestSchema,
    example: {
      model: "cohere/rerank-v3.5",
      query: "capital of France",
      documents: ["Paris is a city.", "A cat."],
      top_n: 1,
    },
  },
  responses: {
    200: {
      description: "The documents that fit best, best first, by their index.",
      content_type: "application/json",
      schema: ranking,
      example: {
        id: "rerank-1",
        model: "rerank-v3.5",
        results: [{ index: 0, relevance_score: 0.98 }],
        usage: { total_tokens: 0, search_units: 1 },
      },
    },
  },
  errors: INFERENCE_ERRORS,
  handle: handleRerank(PATH),
};
