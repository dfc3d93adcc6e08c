import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { validate } from "../../body.ts";
import { base64, DIMENSIONS_DEFAULT, type EmbeddedText, embedText } from "../../embeddings.ts";
import { type Failed, invalid, isFailed } from "../../errors.ts";
import type { PlainAnswer } from "../../generation.ts";
import { hashedId } from "../../hash.ts";
import { embedRequestSchema } from "./wire.ts";

/** Embeddings, by the types that are asked for. */
export function cohereEmbed(body: JsonObject): PlainAnswer | Failed {
  const request = validate(embedRequestSchema, body);
  if (isFailed(request)) return request;
  const all: EmbeddedText[] = [];
  for (const [at, text] of request.texts.entries()) {
    const embedded = embedText(text, request.output_dimension ?? DIMENSIONS_DEFAULT);
    if (embedded === undefined) return invalid("texts cannot be empty", `texts[${at}]`);
    all.push(embedded);
  }
  const prompt_tokens = all.reduce((sum, { tokens }) => sum + tokens, 0);
  const types = request.embedding_types ?? ["float"];
  const json = JSON.stringify({
    id: hashedId(JSON.stringify(request.texts), 32),
    texts: request.texts,
    embeddings: Object.fromEntries(types.map((type) => [type, all.map(({ values }) => AS[type](values))])),
    meta: { api_version: { version: "2" }, billed_units: { input_tokens: prompt_tokens } },
    response_type: "embeddings_by_type",
  });
  return { json, prompt_tokens };
}

const AS = {
  float: (values: readonly number[]) => values,
  int8: (values: readonly number[]) => values.map((value) => Math.round(value * 127)),
  base64: (values: readonly number[]) => base64(Float32Array.from(values)),
} as const;
