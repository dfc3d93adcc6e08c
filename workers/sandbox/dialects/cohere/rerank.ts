import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { countTokens } from "../../../../schema/tokens/sandbox-tokens.ts";
import { validate } from "../../body.ts";
import { type Failed, isFailed } from "../../errors.ts";
import type { PlainAnswer } from "../../generation.ts";
import { hashedId } from "../../hash.ts";
import { rankByWords } from "../../models/rank-by-words.ts";
import { rerankRequestSchema } from "./wire.ts";

const DOCUMENTS_PER_UNIT = 100;

/** Documents by the words that they have in common with the query, billed by the hundred. */
export function cohereRerank(body: JsonObject): PlainAnswer | Failed {
  const request = validate(rerankRequestSchema, body);
  if (isFailed(request)) return request;
  const { query, documents, top_n } = request;
  const results = rankByWords(query, documents).slice(0, top_n);
  const search_units = Math.ceil(documents.length / DOCUMENTS_PER_UNIT);
  const json = JSON.stringify({
    id: hashedId(query, 32),
    results,
    meta: { api_version: { version: "2" }, billed_units: { search_units } },
  });
  return { json, prompt_tokens: [query, ...documents].reduce((sum, text) => sum + countTokens(text), 0) };
}
