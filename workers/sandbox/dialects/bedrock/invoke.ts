import * as z from "zod";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { countTokens } from "../../../../schema/tokens/sandbox-tokens.ts";
import { validate } from "../../body.ts";
import { DIMENSIONS_DEFAULT, type EmbeddedText, embedText } from "../../embeddings.ts";
import { type Failed, invalid, isFailed } from "../../errors.ts";
import type { PlainAnswer } from "../../generation.ts";
import { hashedId } from "../../hash.ts";
import { rankByWords } from "../../models/rank-by-words.ts";

/**
 * InvokeModel for models that do not speak. A request is told by its fields, as a model is by its maker's name: Titan's has
 * `inputText`, Cohere's `texts`, a ranking `query`. Source: the Amazon Bedrock user guide, inference request parameters.
 */
export function invoke(body: JsonObject): PlainAnswer | Failed {
  if (body.inputText !== undefined) return titanEmbed(body);
  return body.query === undefined ? cohereEmbed(body) : rerank(body);
}

const titanSchema = z.strictObject({
  inputText: z.string().min(1),
  dimensions: z.union([z.literal(256), z.literal(512), z.literal(1_024)]).optional(),
  normalize: z.boolean().optional(),
  embeddingTypes: z.array(z.enum(["float", "binary"])).optional(),
});

function titanEmbed(body: JsonObject): PlainAnswer | Failed {
  const request = validate(titanSchema, body);
  if (isFailed(request)) return request;
  const embedded = embedText(request.inputText, request.dimensions ?? DIMENSIONS_DEFAULT);
  if (embedded === undefined) return invalid("inputText cannot be empty", "inputText");
  const { values, tokens } = embedded;
  return {
    json: JSON.stringify({ embedding: values, embeddingsByType: { float: values }, inputTextTokenCount: tokens }),
    prompt_tokens: tokens,
  };
}

const TEXTS_MAX = 96;

const cohereSchema = z.strictObject({
  texts: z.array(z.string().min(1)).min(1).max(TEXTS_MAX),
  input_type: z.enum(["search_document", "search_query", "classification", "clustering"]),
  truncate: z.enum(["NONE", "START", "END", "LEFT", "RIGHT"]).optional(),
  embedding_types: z.array(z.literal("float")).optional(),
  output_dimension: z.int().min(1).optional(),
});

/** The tokens stand in a header alone. */
function cohereEmbed(body: JsonObject): PlainAnswer | Failed {
  const request = validate(cohereSchema, body);
  if (isFailed(request)) return request;
  const all: EmbeddedText[] = [];
  for (const [at, text] of request.texts.entries()) {
    const embedded = embedText(text, request.output_dimension ?? DIMENSIONS_DEFAULT);
    if (embedded === undefined) return invalid("texts cannot be empty", `texts[${at}]`);
    all.push(embedded);
  }
  const vectors = all.map(({ values }) => values);
  const prompt_tokens = all.reduce((sum, { tokens }) => sum + tokens, 0);
  const json = JSON.stringify({
    id: hashedId(JSON.stringify(request.texts), 32),
    texts: request.texts,
    embeddings: request.embedding_types === undefined ? vectors : { float: vectors },
    response_type: request.embedding_types === undefined ? "embeddings_floats" : "embeddings_by_type",
  });
  return { json, prompt_tokens, headers: { "x-amzn-bedrock-input-token-count": String(prompt_tokens) } };
}

const rerankSchema = z.strictObject({
  query: z.string().min(1),
  documents: z.array(z.string()).min(1),
  top_n: z.int().min(1).optional(),
  api_version: z.literal(2).optional(),
});

function rerank(body: JsonObject): PlainAnswer | Failed {
  const request = validate(rerankSchema, body);
  if (isFailed(request)) return request;
  const { query, documents, top_n } = request;
  return {
    json: JSON.stringify({ results: rankByWords(query, documents).slice(0, top_n) }),
    prompt_tokens: [query, ...documents].reduce((sum, text) => sum + countTokens(text), 0),
  };
}
