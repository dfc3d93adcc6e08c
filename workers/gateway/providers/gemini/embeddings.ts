import { isRefused } from "../../../../schema/kernel/errors.ts";
import { isJsonObject } from "../../../../schema/kernel/json.ts";
import { leftOutOfEmbedding, textsToEmbed } from "../kit/embedding-inputs.ts";
import type { EmbeddingsProtocol } from "../kit/provider.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";
import { keyHeader } from "./key-header.ts";

/** What becomes something in the request. */
const KNOWN: ReadonlySet<string> = new Set(["model", "input", "encoding_format", "dimensions"]);

/** batchEmbedContents. It reports no usage: what is charged is counted. */
export const embeddings: EmbeddingsProtocol = {
  translate: ({ request, account, model }) => {
    const texts = textsToEmbed(request);
    if (isRefused(texts)) return texts;
    const name = `models/${model.upstream_id}`;
    const requests = texts.texts.map((text) => ({
      model: name,
      content: { parts: [{ text }] },
      ...(request.dimensions == null ? {} : { outputDimensionality: request.dimensions }),
    }));
    return {
      call: {
        url: `${account.base_url}/${name}:batchEmbedContents`,
        headers: keyHeader(account),
        body: JSON.stringify({ requests }),
      },
      warnings: leftOutOfEmbedding(request, KNOWN),
      tool_names: new Map(),
      json_tool: null,
    };
  },
  readWhole: (body) => {
    const list = Array.isArray(body.embeddings) ? body.embeddings.filter(isJsonObject) : [];
    const vectors = list.map(({ values }) =>
      Array.isArray(values) ? values.filter((value) => typeof value === "number") : [],
    );
    if (vectors.length === 0 || vectors.some((vector) => vector.length === 0)) {
      const error = upstreamFailure("The provider's answer has no embeddings.");
      return { vectors: [], parts: [{ type: "error", error }] };
    }
    return { vectors, parts: [{ type: "start", id: null, model: null }, { type: "end" }] };
  },
};
