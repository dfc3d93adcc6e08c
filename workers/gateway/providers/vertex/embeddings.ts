import type { Part } from "../../../../schema/canonical/parts.ts";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import { isJsonObject, type Json } from "../../../../schema/kernel/json.ts";
import { leftOutOfEmbedding, textsToEmbed } from "../kit/embedding-inputs.ts";
import type { EmbeddingsProtocol } from "../kit/provider.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";
import { vertexUrl } from "./vertex-url.ts";

/** What becomes something in the request. */
const KNOWN: ReadonlySet<string> = new Set(["model", "input", "encoding_format", "dimensions"]);

/** Text embeddings by `predict`. Source: Vertex AI, text embeddings API. */
export const embeddings: EmbeddingsProtocol = {
  translate: (input) => {
    const { request } = input;
    const texts = textsToEmbed(request);
    if (isRefused(texts)) return texts;
    const place = vertexUrl(input, "predict");
    if (isRefused(place)) return place;
    const body = {
      instances: texts.texts.map((content) => ({ content })),
      // The provider's default cuts what is too long and says nothing; a caller is to know.
      parameters: {
        autoTruncate: false,
        ...(request.dimensions == null ? {} : { outputDimensionality: request.dimensions }),
      },
    };
    return {
      call: { url: place.url, headers: {}, body: JSON.stringify(body) },
      warnings: leftOutOfEmbedding(request, KNOWN),
      tool_names: new Map(),
      json_tool: null,
    };
  },
  readWhole: (body) => {
    const list = Array.isArray(body.predictions) ? body.predictions.filter(isJsonObject) : [];
    const embedded = list.map(({ embeddings: one }) => (isJsonObject(one) ? one : {}));
    const vectors = embedded.map(({ values }) =>
      Array.isArray(values) ? values.filter((value) => typeof value === "number") : [],
    );
    if (vectors.length === 0 || vectors.some((vector) => vector.length === 0)) {
      return {
        vectors: [],
        parts: [{ type: "error", error: upstreamFailure("The provider's answer has no embeddings.") }],
      };
    }
    const start: Part = { type: "start", id: null, model: null };
    return { vectors, parts: [start, ...usageOf(embedded.map(({ statistics }) => statistics)), { type: "end" }] };
  },
};

/** The sum over the texts; nothing where one has no count, so that the texts are counted. */
function usageOf(statistics: readonly (Json | undefined)[]): readonly Part[] {
  const counts = statistics.map((one) => (isJsonObject(one) ? one.token_count : undefined));
  const known = counts.filter((count) => typeof count === "number");
  if (known.length < counts.length) return [];
  return [{ type: "usage", usage: { input: known.reduce((sum, count) => sum + count, 0) } }];
}
