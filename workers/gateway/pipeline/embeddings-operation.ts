import { inputTokens } from "../../../schema/canonical/usage.ts";
import { describeIssue } from "../../../schema/http/describe-issue.ts";
import { fromBase64, toBase64 } from "../../../schema/kernel/base64.ts";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../schema/kernel/json.ts";
import { textsInputBound, tokensInputBound } from "../../../schema/pricing/input-bound.ts";
import {
  type EmbeddingsRequest,
  embeddingInputs,
  embeddingsRequestSchema,
} from "../../../schema/wire/openai-embeddings.ts";
import { textsCaching } from "./cache/texts-caching.ts";
import { countTexts } from "./count-tokens.ts";
import { estimateInput } from "./estimate.ts";
import type { Operation } from "./operation.ts";
import type { Attempt } from "./plan.ts";

export function parseEmbeddings(body: JsonObject): { readonly request: EmbeddingsRequest } | Refused {
  const parsed = embeddingsRequestSchema.safeParse(body);
  return parsed.success ? { request: parsed.data } : refuse("invalid_request", describeIssue(parsed.error));
}

/** Embeddings of one provider, rendered as OpenAI's list whoever makes them. */
export function embeddingsOperation(request: EmbeddingsRequest, attempt: Attempt): Operation | Refused {
  const { adapter, account, model, name } = attempt;
  const protocol = adapter.embeddings;
  if (protocol === undefined) {
    return refuse("unsupported_parameter", {
      param: "model",
      message: `The provider of ${name} offers no embeddings.`,
    });
  }
  const inputs = embeddingInputs(request.input);
  const texts = inputs.filter((input) => typeof input === "string");
  const given_tokens = inputs.reduce((sum, input) => sum + (typeof input === "string" ? 0 : input.length), 0);
  const bound = texts.length === 0 ? tokensInputBound(given_tokens) : textsInputBound(texts, model);
  return {
    attempt,
    dialect: "openai-embeddings",
    streamed: false,
    bounded_by_caller: true,
    id_prefix: "embd-",
    estimate: (options) => estimateInput(bound, attempt, options),
    countPrompt: async (tokenizer) => {
      if (texts.length === 0) return given_tokens;
      return await countTexts(tokenizer, texts, model);
    },
    translate: () => protocol.translate({ request, account, model }),
    read: (body, _translation, headers) => {
      const { vectors, parts } = protocol.readWhole(body, headers);
      const wanted = request.encoding_format === "base64" ? "base64" : "float";
      const as_asked =
        adapter.native_dialect === "openai-chat" && vectors.every((vector) => encodingOf(vector) === wanted);
      if (as_asked) return { parts, render: null };
      return {
        parts,
        render: ({ model: upstream }, usage) => ({
          object: "list",
          data: vectors.map((vector, index) => ({ object: "embedding", index, embedding: encoded(vector, wanted) })),
          model: upstream,
          usage: { prompt_tokens: inputTokens(usage), total_tokens: inputTokens(usage) },
        }),
      };
    },
    fold: null,
    createRenderer: () => null,
    texts: () => ({ kind: "embeddings", input: JSON.parse(JSON.stringify(request.input)) }),
    caching: textsCaching("embeddings", request),
  };
}

type Encoding = "base64" | "float";

const encodingOf = (vector: readonly number[] | string): Encoding => (typeof vector === "string" ? "base64" : "float");

function encoded(vector: readonly number[] | string, wanted: Encoding): readonly number[] | string {
  if (encodingOf(vector) === wanted) return vector;
  if (typeof vector !== "string") return toBase64(floatBytes(vector));
  const bytes = fromBase64(vector) ?? new Uint8Array();
  const view = new DataView(bytes.buffer);
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, at) => view.getFloat32(at * 4, true));
}

function floatBytes(vector: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(vector.length * 4));
  for (const [at, value] of vector.entries()) view.setFloat32(at * 4, value, true);
  return new Uint8Array(view.buffer);
}
