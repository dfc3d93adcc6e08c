import { isRefused, type Refused } from "../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { cohereInputType, leftOutOfEmbedding, textsToEmbed } from "../kit/embedding-inputs.ts";
import type { EmbeddingsAnswer, EmbeddingsInput, EmbeddingsProtocol, Translation } from "../kit/provider.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";
import { callTo } from "./call-to.ts";
import { fromUnits } from "./convert-usage.ts";
import { embedSchema } from "./wire.ts";

/** The most texts that one call takes. Source: the Cohere API reference, v2, Embed. */
const TEXTS_MAX = 96;

const TRUNCATIONS: ReadonlySet<unknown> = new Set(["NONE", "START", "END"]);

/** Embed v2 behind OpenAI's contract. A text that is too long is refused, as OpenAI does, unless `truncate` says otherwise. */
export const embeddings: EmbeddingsProtocol = { translate, readWhole };

function translate({ request, account, model }: EmbeddingsInput): Translation | Refused {
  const texts = textsToEmbed(request, TEXTS_MAX);
  if (isRefused(texts)) return texts;
  const type = cohereInputType(request);
  if (isRefused(type)) return type;
  const body = {
    model: model.upstream_id,
    texts: texts.texts,
    input_type: type.input_type,
    embedding_types: [request.encoding_format ?? "float"],
    ...(request.dimensions == null ? {} : { output_dimension: request.dimensions }),
    truncate: TRUNCATIONS.has(request.truncate) ? request.truncate : "NONE",
  };
  return {
    call: callTo(account, "/v2/embed", body),
    warnings: leftOutOfEmbedding(request, KNOWN),
    tool_names: new Map(),
    json_tool: null,
  };
}

const KNOWN: ReadonlySet<string> = new Set([
  "model",
  "input",
  "input_type",
  "encoding_format",
  "dimensions",
  "truncate",
]);

function readWhole(body: JsonObject): EmbeddingsAnswer {
  const parsed = embedSchema.safeParse(body);
  const vectors = parsed.data?.embeddings.base64 ?? parsed.data?.embeddings.float ?? [];
  if (!parsed.success || vectors.length === 0) {
    const error = upstreamFailure("The provider's answer has no embeddings.");
    return { vectors: [], parts: [{ type: "error", error }] };
  }
  const { id, meta } = parsed.data;
  return {
    vectors,
    parts: [
      { type: "start", id: id ?? null, model: null },
      ...(meta?.billed_units ? [{ type: "usage" as const, usage: fromUnits(meta.billed_units) }] : []),
      { type: "end" },
    ],
  };
}
