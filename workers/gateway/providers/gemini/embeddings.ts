import { refuse } from "../../../../schema/kernel/errors.ts";
import { isJsonObject } from "../../../../schema/kernel/json.ts";
import { embeddingInputs } from "../../../../schema/wire/openai-embeddings.ts";
import type { EmbeddingsProtocol } from "../kit/provider.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";

/** batchEmbedContents. It reports no usage: what is charged is counted. */
export const embeddings: EmbeddingsProtocol = {
  translate: ({ request, account, model }) => {
    const inputs = embeddingInputs(request.input);
    if (inputs.some((input) => typeof input !== "string")) {
      return refuse("unsupported_parameter", { param: "input", message: "The provider takes texts and no tokens." });
    }
    const name = `models/${model.upstream_id}`;
    const requests = inputs.map((text) => ({
      model: name,
      content: { parts: [{ text }] },
      ...(request.dimensions == null ? {} : { outputDimensionality: request.dimensions }),
    }));
    return {
      call: {
        url: `${account.base_url}/${name}:batchEmbedContents`,
        headers: { "x-goog-api-key": account.credential.api_key ?? "" },
        body: JSON.stringify({ requests }),
      },
      warnings: request.user == null ? [] : ["user left out: the provider has no equivalent"],
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
