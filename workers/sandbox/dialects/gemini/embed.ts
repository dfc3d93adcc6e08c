import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { validate } from "../../body.ts";
import { DIMENSIONS_DEFAULT, type EmbeddedText, embedText } from "../../embeddings.ts";
import { type Failed, invalid, isFailed } from "../../errors.ts";
import type { PlainAnswer } from "../../generation.ts";
import { batchEmbedRequestSchema, type EmbedRequest, embedRequestSchema, predictRequestSchema } from "./wire.ts";

export function embedContent(body: JsonObject, model: string): PlainAnswer | Failed {
  const request = validate(embedRequestSchema, body);
  if (isFailed(request)) return request;
  const embedded = embedOne(request, model, "content");
  if (isFailed(embedded)) return embedded;
  return { json: JSON.stringify({ embedding: { values: embedded.values } }), prompt_tokens: embedded.tokens };
}

/** Many at once; each names the model of the path again. */
export function batchEmbedContents(body: JsonObject, model: string): PlainAnswer | Failed {
  const request = validate(batchEmbedRequestSchema, body);
  if (isFailed(request)) return request;
  const all: EmbeddedText[] = [];
  for (const [at, one] of request.requests.entries()) {
    if (one.model === undefined) return invalid("the model of each request is required", `requests[${at}].model`);
    const embedded = embedOne(one, model, `requests[${at}].content`);
    if (isFailed(embedded)) return embedded;
    all.push(embedded);
  }
  const json = JSON.stringify({ embeddings: all.map(({ values }) => ({ values })) });
  return { json, prompt_tokens: all.reduce((sum, { tokens }) => sum + tokens, 0) };
}

/** Vertex's predictions, which tell how many tokens each text had. */
export function predict(body: JsonObject): PlainAnswer | Failed {
  const request = validate(predictRequestSchema, body);
  if (isFailed(request)) return request;
  const all: EmbeddedText[] = [];
  for (const [at, { content }] of request.instances.entries()) {
    const embedded = embedText(content, request.parameters?.outputDimensionality ?? DIMENSIONS_DEFAULT);
    if (embedded === undefined) return invalid("the text content is empty", `instances[${at}].content`);
    all.push(embedded);
  }
  const predictions = all.map(({ values, tokens }) => ({
    embeddings: { values, statistics: { token_count: tokens, truncated: false } },
  }));
  return { json: JSON.stringify({ predictions }), prompt_tokens: all.reduce((sum, { tokens }) => sum + tokens, 0) };
}

function embedOne(request: EmbedRequest, model: string, path: string): EmbeddedText | Failed {
  if (request.model !== undefined && request.model !== `models/${model}`) {
    return invalid(`the model of the request is not that of the path, 'models/${model}'`, "model");
  }
  const text = request.content.parts.map((part) => part.text).join("");
  const embedded = embedText(text, request.outputDimensionality ?? DIMENSIONS_DEFAULT);
  return embedded ?? invalid("the content is empty", path);
}
