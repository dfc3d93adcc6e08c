import { isJsonObject, type Json, type JsonObject } from "../../../../schema/kernel/json.ts";
import type { EmbeddingsAnswer, EmbeddingsProtocol } from "../kit/provider.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";
import { headersFor } from "./convert-request.ts";
import { convertUsage } from "./convert-usage.ts";
import type { OpenAiFlavour } from "./create-adapter.ts";
import { errorFromBody, isErrorBody } from "./read-error.ts";
import { textOf } from "./read-whole.ts";

/** Embeddings as OpenAI has them: the caller's body with the model's own name. */
export const createEmbeddings = (flavour: Pick<OpenAiFlavour, "url" | "headers">): EmbeddingsProtocol => ({
  translate: ({ request, account, model }) => ({
    call: {
      url: flavour.url?.({ account, model }, "/embeddings") ?? `${account.base_url}/embeddings`,
      headers: (flavour.headers ?? headersFor)(account.credential),
      body: JSON.stringify({ ...request, model: model.upstream_id }),
    },
    warnings: [],
    tool_names: new Map(),
    json_tool: null,
  }),
  readWhole: readEmbeddings,
});

/** An embeddings list as vectors in the order of their index. */
export function readEmbeddings(body: JsonObject): EmbeddingsAnswer {
  if (isErrorBody(body)) {
    return { vectors: [], parts: [{ type: "error", error: errorFromBody(0, body, null) }] };
  }
  const data = Array.isArray(body.data) ? body.data.filter(isJsonObject) : [];
  const ordered = data.toSorted((a, b) => indexOf(a) - indexOf(b));
  const vectors = ordered.map(({ embedding }) => vectorOf(embedding));
  if (vectors.length === 0 || vectors.some((vector) => vector === null)) {
    return {
      vectors: [],
      parts: [{ type: "error", error: upstreamFailure("The provider's answer has no embeddings.") }],
    };
  }
  const usage = convertUsage(body.usage);
  return {
    vectors: vectors.filter((vector) => vector !== null),
    parts: [
      { type: "start", id: textOf(body.id), model: textOf(body.model) },
      ...(usage === null ? [] : [{ type: "usage" as const, usage }]),
      { type: "end" },
    ],
  };
}

const indexOf = ({ index }: JsonObject): number => (typeof index === "number" ? index : 0);

function vectorOf(embedding: Json | undefined): readonly number[] | string | null {
  if (typeof embedding === "string") return embedding;
  if (!Array.isArray(embedding)) return null;
  const numbers = embedding.filter((value) => typeof value === "number");
  return numbers.length === embedding.length ? numbers : null;
}
