import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { type EmbeddingsRequest, embeddingInputs } from "../../../../schema/wire/openai-embeddings.ts";
import type { EmbeddingsAnswer, EmbeddingsInput, EmbeddingsProtocol, Translation } from "../kit/provider.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";
import { callTo } from "./call-to.ts";
import { fromUnits } from "./convert-usage.ts";
import { embedSchema } from "./wire.ts";

/** The most texts that one call takes. Source: the Cohere API reference, v2, Embed. */
const TEXTS_MAX = 96;

/** The provider's own names, and the short ones that others use. */
const INPUT_TYPES: ReadonlyMap<string, string> = new Map([
  ["document", "search_document"],
  ["passage", "search_document"],
  ["query", "search_query"],
  ["search_document", "search_document"],
  ["search_query", "search_query"],
  ["classification", "classification"],
  ["clustering", "clustering"],
]);

const TRUNCATIONS: ReadonlySet<unknown> = new Set(["NONE", "START", "END"]);

/** Embed v2 behind OpenAI's contract. A text that is too long is refused, as OpenAI does, unless `truncate` says otherwise. */
export const embeddings: EmbeddingsProtocol = { translate, readWhole };

function translate({ request, account, model }: EmbeddingsInput): Translation | Refused {
  const inputs = embeddingInputs(request.input);
  const texts = inputs.filter((input) => typeof input === "string");
  if (texts.length < inputs.length) {
    return refuse("unsupported_parameter", {
      param: "input",
      message: "The provider takes texts, not tokens: they are tokens of another model.",
    });
  }
  if (texts.length > TEXTS_MAX) {
    return refuse("invalid_request", {
      param: "input",
      message: `The provider embeds ${TEXTS_MAX} texts at most in one request; these are ${texts.length}. Send them in batches.`,
    });
  }
  const input_type = INPUT_TYPES.get(request.input_type ?? "search_document");
  if (input_type === undefined) {
    return refuse("invalid_request", {
      param: "input_type",
      message: `input_type must be one of ${[...INPUT_TYPES.keys()].join(", ")}.`,
    });
  }
  const body = {
    model: model.upstream_id,
    texts,
    input_type,
    embedding_types: [request.encoding_format ?? "float"],
    ...(request.dimensions == null ? {} : { output_dimension: request.dimensions }),
    truncate: TRUNCATIONS.has(request.truncate) ? request.truncate : "NONE",
  };
  return {
    call: callTo(account, "/v2/embed", body),
    warnings: warningsOf(request),
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

/** What is left out, by name where the name may stand in a header. */
const warningsOf = (request: EmbeddingsRequest): readonly string[] =>
  Object.entries(request)
    .filter(([name, value]) => !KNOWN.has(name) && value != null && /^[\w.-]{1,64}$/.test(name))
    .slice(0, 12)
    .map(([name]) => `${name} left out: the provider has no equivalent`);

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
