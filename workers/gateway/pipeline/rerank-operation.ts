import type { Usage } from "../../../schema/canonical/usage.ts";
import { inputTokens } from "../../../schema/canonical/usage.ts";
import { describeIssue } from "../../../schema/http/describe-issue.ts";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../schema/kernel/json.ts";
import { textsInputBound } from "../../../schema/pricing/input-bound.ts";
import type { Price } from "../../../schema/pricing/price.ts";
import { documentText, type RerankRequest, rerankRequestSchema } from "../../../schema/wire/rerank.ts";
import { textsCaching } from "./cache/texts-caching.ts";
import { countTexts } from "./count-tokens.ts";
import { estimateInput } from "./estimate.ts";
import type { Operation } from "./operation.ts";
import type { Attempt } from "./plan.ts";

export function parseRerank(body: JsonObject): { readonly request: RerankRequest } | Refused {
  const parsed = rerankRequestSchema.safeParse(body);
  return parsed.success ? { request: parsed.data } : refuse("invalid_request", describeIssue(parsed.error));
}

/**
 * A hundred documents are one search unit, and a document of more than 500 tokens counts as several: one for each 500, and
 * a token is at least one byte. Source: Cohere's pricing page.
 */
const DOCUMENTS_PER_UNIT = 100;
const TOKENS_PER_CHUNK = 500;

/** A ranking of one provider, in the contract that most of them share. */
export function rerankOperation(request: RerankRequest, attempt: Attempt): Operation | Refused {
  const { adapter, account, model, name } = attempt;
  const protocol = adapter.rerank;
  if (protocol === undefined) {
    return refuse("unsupported_parameter", { param: "model", message: `The provider of ${name} offers no reranking.` });
  }
  const texts = request.documents.map(documentText);
  // The query is read again with each document.
  const prompts = texts.map((text) => `${request.query}${text}`);
  const bound = { ...textsInputBound(prompts), searches_max: searchUnits(prompts) };
  const by_search = attempt.price.rates.search !== undefined && attempt.price.rates.input === undefined;
  const priced = by_search ? withoutTokens(attempt) : attempt;
  return {
    attempt,
    dialect: "rerank",
    streamed: false,
    bounded_by_caller: true,
    id_prefix: "rerank-",
    estimate: (options) => estimateInput(bound, priced, options),
    ...(by_search ? { unreported_usage: { search: bound.searches_max } } : {}),
    countPrompt: (tokenizer) => countTexts(tokenizer, prompts, model),
    translate: () => protocol.translate({ request, account, model }),
    read: (body) => {
      const { results, parts } = protocol.readWhole(body);
      return {
        parts,
        render: ({ id, model: upstream }, usage) => ({
          id,
          model: upstream,
          results: results.map(({ index, relevance_score }) => ({
            index,
            relevance_score,
            ...(request.return_documents === true ? { document: { text: texts[index] ?? "" } } : {}),
          })),
          usage: usageOf(usage),
        }),
      };
    },
    fold: null,
    createRenderer: () => null,
    texts: () => ({ kind: "rerank", query: request.query, documents: JSON.parse(JSON.stringify(request.documents)) }),
    caching: textsCaching("rerank", request),
  };
}

/** A price by the search alone prices no tokens: without this they would be bounded at a guessed rate. */
const withoutTokens = (attempt: Attempt): Attempt => {
  const { price } = attempt;
  const free = ({ rates }: Pick<Price, "rates">) => ({ ...rates, input: 0, output: 0 });
  return {
    ...attempt,
    price: { ...price, rates: free(price), tiers: price.tiers.map((tier) => ({ ...tier, rates: free(tier) })) },
  };
};

const encoder = new TextEncoder();

function searchUnits(prompts: readonly string[]): number {
  const chunks = prompts.reduce(
    (sum, text) => sum + Math.max(1, Math.ceil(encoder.encode(text).length / TOKENS_PER_CHUNK)),
    0,
  );
  return Math.ceil(chunks / DOCUMENTS_PER_UNIT);
}

const usageOf = (usage: Usage) => ({ total_tokens: inputTokens(usage), search_units: usage.search ?? 0 });
