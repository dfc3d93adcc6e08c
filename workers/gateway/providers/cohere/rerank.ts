import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { documentText } from "../../../../schema/wire/rerank.ts";
import type { RerankAnswer, RerankInput, RerankProtocol, Translation } from "../kit/provider.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";
import { callTo } from "./call-to.ts";
import { fromUnits } from "./convert-usage.ts";
import { rerankSchema } from "./wire.ts";

/** Rerank v2, billed by the search unit. Documents go as texts: the API has no other form, and answers with their index. */
export const rerank: RerankProtocol = { translate, readWhole };

function translate({ request, account, model }: RerankInput): Translation {
  const { query, documents, top_n, max_tokens_per_doc } = request;
  const body = {
    model: model.upstream_id,
    query,
    documents: documents.map(documentText),
    ...(top_n == null ? {} : { top_n }),
    ...(max_tokens_per_doc == null ? {} : { max_tokens_per_doc }),
  };
  return { call: callTo(account, "/v2/rerank", body), warnings: [], tool_names: new Map(), json_tool: null };
}

function readWhole(body: JsonObject): RerankAnswer {
  const parsed = rerankSchema.safeParse(body);
  if (!parsed.success) {
    const error = upstreamFailure("The provider's answer is not a ranking.");
    return { results: [], parts: [{ type: "error", error }] };
  }
  const { id, results, meta } = parsed.data;
  return {
    results,
    parts: [
      { type: "start", id: id ?? null, model: null },
      ...(meta?.billed_units ? [{ type: "usage" as const, usage: fromUnits(meta.billed_units) }] : []),
      { type: "end" },
    ],
  };
}
