import * as z from "zod";
import { embeddingsRequestSchema } from "../../../schema/wire/openai-embeddings.ts";
import type { Route } from "../http/route.ts";
import { handleEmbeddings } from "../pipeline/inference.ts";
import { INFERENCE_ERRORS } from "./inference-errors.ts";
import { INFERENCE_HEADERS } from "./inference-headers.ts";

const PATH = "/v1/embeddings";

const list = z.looseObject({
  object: z.literal("list"),
  data: z.array(
    z.looseObject({
      object: z.literal("embedding"),
      index: z.int(),
      embedding: z.union([z.array(z.number()), z.string()]),
    }),
  ),
  model: z.string(),
  usage: z.looseObject({ prompt_tokens: z.int(), total_tokens: z.int() }),
});

/** POST /v1/embeddings: OpenAI's contract, any provider that has embedding models behind it. */
export const embeddings: Route = {
  method: "post",
  path: PATH,
  operation_id: "createEmbeddings",
  tag: "Inference",
  summary: "Create embeddings",
  description:
    "OpenAI's Embeddings contract for every provider that has embedding models. `input` is a text, an array of texts, or tokens where the provider takes them; `encoding_format: base64` gives little-endian 32-bit floats. Priced and charged like every request.",
  security: "key",
  spends: true,
  headers: INFERENCE_HEADERS,
  body: { schema: embeddingsRequestSchema, example: { model: "sandbox/embed", input: ["Hello", "World"] } },
  responses: {
    200: {
      description: "One embedding per input, in their order.",
      content_type: "application/json",
      schema: list,
      example: {
        object: "list",
        data: [{ object: "embedding", index: 0, embedding: [0.1, -0.2] }],
        model: "embed",
        usage: { prompt_tokens: 1, total_tokens: 1 },
      },
    },
  },
  errors: INFERENCE_ERRORS,
  handle: handleEmbeddings(PATH),
};
