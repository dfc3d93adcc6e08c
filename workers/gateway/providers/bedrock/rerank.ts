import * as z from "zod";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { documentText } from "../../../../schema/wire/rerank.ts";
import type { RerankAnswer, RerankInput, RerankProtocol, Translation } from "../kit/provider.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";
import { modelUrl } from "./bedrock-url.ts";

/**
 * Rankings by InvokeModel: Amazon Rerank and Cohere Rerank take the same request, but for Cohere's version. Nothing is told
 * of what was used: a query is billed for each hundred documents. Source: the Amazon Bedrock user guide, Rerank.
 */
export const rerank: RerankProtocol = { translate, readWhole };

function translate({ request, account, model }: RerankInput): Translation {
  const { query, documents, top_n } = request;
  const body = {
    query,
    documents: documents.map(documentText),
    ...(top_n == null ? {} : { top_n }),
    ...(/amazon\.rerank/.test(model.upstream_id) ? {} : { api_version: 2 }),
  };
  return {
    call: { url: modelUrl(account, model.upstream_id, "invoke"), headers: {}, body: JSON.stringify(body) },
    warnings: request.max_tokens_per_doc == null ? [] : ["max_tokens_per_doc left out: the provider has no equivalent"],
    tool_names: new Map(),
    json_tool: null,
  };
}

const answerSchema = z.object({ results: z.array(z.object({ index: z.int().min(0), relevance_score: z.number() })) });

function readWhole(body: JsonObject): RerankAnswer {
  const parsed = answerSchema.safeParse(body);
  if (!parsed.success) {
    const error = upstreamFailure("The provider's answer is not a ranking.");
    return { results: [], parts: [{ type: "error", error }] };
  }
  return { results: parsed.data.results, parts: [{ type: "start", id: null, model: null }, { type: "end" }] };
}
