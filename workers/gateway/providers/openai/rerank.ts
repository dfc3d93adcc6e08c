import { isJsonObject, type Json, type JsonObject } from "../../../../schema/kernel/json.ts";
import { documentText } from "../../../../schema/wire/rerank.ts";
import type { RerankAnswer, RerankProtocol } from "../kit/provider.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";
import { headersFor } from "./convert-request.ts";
import { convertUsage } from "./convert-usage.ts";
import type { OpenAiFlavour } from "./create-adapter.ts";
import { errorFromBody, isErrorBody } from "./read-error.ts";
import { textOf } from "./read-whole.ts";

/**
 * Reranking as servers of OpenAI's dialect have it, which is Jina's contract: POST /rerank. Documents go as texts, which
 * all of them take, and are not asked back: the gateway has them. Source: the API references of Together AI, Jina and vLLM.
 */
export const createRerank = (flavour: Pick<OpenAiFlavour, "url" | "headers">): RerankProtocol => ({
  translate: ({ request, account, model }) => {
    const { return_documents: _ours, documents, ...rest } = request;
    return {
      call: {
        url: flavour.url?.({ account, model }, "/rerank") ?? `${account.base_url}/rerank`,
        headers: (flavour.headers ?? headersFor)(account.credential),
        body: JSON.stringify({ ...rest, documents: documents.map(documentText), model: model.upstream_id }),
      },
      warnings: [],
      tool_names: new Map(),
      json_tool: null,
    };
  },
  readWhole: readRerank,
});

/** A ranking as results, best first. */
export function readRerank(body: JsonObject): RerankAnswer {
  if (isErrorBody(body)) {
    return { results: [], parts: [{ type: "error", error: errorFromBody(0, body, null) }] };
  }
  const listed = Array.isArray(body.results) ? body.results : [];
  const results = listed.flatMap((item) => {
    const read = readResult(item);
    return read === null ? [] : [read];
  });
  if (listed.length === 0 || results.length !== listed.length) {
    return { results: [], parts: [{ type: "error", error: upstreamFailure("The provider's answer has no ranking.") }] };
  }
  const usage = convertUsage(promptOnly(body.usage));
  return {
    results: results.toSorted((a, b) => b.relevance_score - a.relevance_score),
    parts: [
      { type: "start", id: textOf(body.id), model: textOf(body.model) },
      ...(usage === null ? [] : [{ type: "usage" as const, usage }]),
      { type: "end" },
    ],
  };
}

function readResult(item: Json): RerankAnswer["results"][number] | null {
  if (!isJsonObject(item)) return null;
  const { index, relevance_score } = item;
  return typeof index === "number" && typeof relevance_score === "number" ? { index, relevance_score } : null;
}

/** Some state the total alone, which is all prompt: a ranking writes nothing. */
const promptOnly = (usage: Json | undefined): Json | undefined =>
  isJsonObject(usage) && usage.prompt_tokens === undefined
    ? { ...usage, prompt_tokens: usage.total_tokens ?? null }
    : usage;
