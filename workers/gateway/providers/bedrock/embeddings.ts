import * as z from "zod";
import { isRefused, type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { cohereInputType, leftOutOfEmbedding, textsToEmbed } from "../kit/embedding-inputs.ts";
import type { EmbeddingsAnswer, EmbeddingsInput, EmbeddingsProtocol, Translation } from "../kit/provider.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";
import { modelUrl } from "./bedrock-url.ts";
import { inputTokensOf } from "./invoke-headers.ts";

/**
 * Embeddings by InvokeModel, where each maker has a request of its own: Amazon's Titan takes one text, Cohere's models take
 * many. A profile's ARN that names no maker is taken for Cohere's. Source: the Amazon Bedrock user guide, inference request
 * parameters of Titan text embeddings and of Cohere Embed.
 */
export const embeddings: EmbeddingsProtocol = { translate, readWhole };

/** The most texts that Cohere's models take in one call. */
const COHERE_TEXTS_MAX = 96;

function translate(input: EmbeddingsInput): Translation | Refused {
  const body = /titan-embed/.test(input.model.upstream_id) ? titanBody(input) : cohereBody(input);
  if (isRefused(body)) return body;
  return {
    call: {
      url: modelUrl(input.account, input.model.upstream_id, "invoke"),
      headers: {},
      body: JSON.stringify(body.body),
    },
    warnings: leftOutOfEmbedding(input.request, body.known),
    tool_names: new Map(),
    json_tool: null,
  };
}

interface Body {
  readonly body: object;
  readonly known: ReadonlySet<string>;
}

const COMMON = ["model", "input", "encoding_format", "dimensions"] as const;
const TITAN_FIELDS: ReadonlySet<string> = new Set(COMMON);
const COHERE_FIELDS: ReadonlySet<string> = new Set([...COMMON, "input_type", "truncate"]);

function titanBody({ request, model }: EmbeddingsInput): Body | Refused {
  const texts = textsToEmbed(request, 1);
  if (isRefused(texts)) return texts;
  const { dimensions } = request;
  if (dimensions != null && /titan-embed-(?:text-v1|g1)/.test(model.upstream_id)) {
    return refuse("unsupported_parameter", {
      param: "dimensions",
      message: "This model has one size. Leave dimensions out.",
    });
  }
  return {
    body: { inputText: texts.texts[0], ...(dimensions == null ? {} : { dimensions }) },
    known: TITAN_FIELDS,
  };
}

const TRUNCATIONS: ReadonlySet<unknown> = new Set(["NONE", "START", "END", "LEFT", "RIGHT"]);

function cohereBody({ request }: EmbeddingsInput): Body | Refused {
  const texts = textsToEmbed(request, COHERE_TEXTS_MAX);
  if (isRefused(texts)) return texts;
  const type = cohereInputType(request);
  if (isRefused(type)) return type;
  return {
    body: {
      texts: texts.texts,
      input_type: type.input_type,
      embedding_types: ["float"],
      truncate: TRUNCATIONS.has(request.truncate) ? request.truncate : "NONE",
      ...(request.dimensions == null ? {} : { output_dimension: request.dimensions }),
    },
    known: COHERE_FIELDS,
  };
}

const vector = z.array(z.number()).min(1);
const answerSchema = z.union([
  z.object({ embedding: vector, inputTextTokenCount: z.number().nullish() }),
  z.object({ embeddings: z.union([z.array(vector).min(1), z.object({ float: z.array(vector).min(1) })]) }),
]);

/** Titan counts in its body, Cohere's models are counted in a header; where neither says anything, the texts are counted. */
function readWhole(body: JsonObject, headers?: Headers): EmbeddingsAnswer {
  const parsed = answerSchema.safeParse(body);
  if (!parsed.success) {
    return {
      vectors: [],
      parts: [{ type: "error", error: upstreamFailure("The provider's answer has no embeddings.") }],
    };
  }
  const { data } = parsed;
  const vectors =
    "embedding" in data ? [data.embedding] : "float" in data.embeddings ? data.embeddings.float : data.embeddings;
  const input = ("embedding" in data ? data.inputTextTokenCount : null) ?? inputTokensOf(headers);
  return {
    vectors,
    parts: [
      { type: "start", id: null, model: null },
      ...(input === null ? [] : [{ type: "usage" as const, usage: { input } }]),
      { type: "end" },
    ],
  };
}
