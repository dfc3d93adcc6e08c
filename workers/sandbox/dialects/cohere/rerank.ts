import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { countTokens } from "../../../../schema/tokens/sandbox-tokens.ts";
import { validate } from "../../body.ts";
import { type Failed, isFailed } from "../../errors.ts";
import type { PlainAnswer } from "../../generation.ts";
import { hashedId } from "../../hash.ts";
import { rerankRequestSchema } from "./wire.ts";

const DOCUMENTS_PER_UNIT = 100;

/** Documents by the share of words that they have in common with the query, the best first. */
export function cohereRerank(body: JsonObject): PlainAnswer | Failed {
  const request = validate(rerankRequestSchema, body);
  if (isFailed(request)) return request;
  const { query, documents, top_n } = request;
  const results = documents
    .map((document, index) => ({ index, relevance_score: relevance(query, document) }))
    .sort((a, b) => b.relevance_score - a.relevance_score || a.index - b.index)
    .slice(0, top_n);
  const search_units = Math.ceil(documents.length / DOCUMENTS_PER_UNIT);
  const json = JSON.stringify({
    id: hashedId(query, 32),
    results,
    meta: { api_version: { version: "2" }, billed_units: { search_units } },
  });
  return { json, prompt_tokens: [query, ...documents].reduce((sum, text) => sum + countTokens(text), 0) };
}

/** From 0, no word in common, to 1, the same words; six digits. */
function relevance(query: string, document: string): number {
  const [asked, found] = [words(query), words(document)];
  const shared = [...asked].filter((word) => found.has(word)).length;
  const all = asked.size + found.size - shared;
  return all === 0 ? 0 : Math.round((shared / all) * 1e6) / 1e6;
}

const words = (text: string): Set<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
