import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import { embeddingInputs } from "../../../../schema/wire/openai-embeddings.ts";
import type { EmbeddingsInput, EmbeddingsProtocol, Translation } from "../kit/provider.ts";
import { headersFor } from "../openai/convert-request.ts";
import { readEmbeddings } from "../openai/embeddings.ts";
import { errorFromBody } from "./read-error.ts";
import { saysError } from "./read-whole.ts";

/** OpenAI's embeddings, always as numbers: a caller who asks for base64 is given ours. `dimensions` is `output_dimension`. */
export const embeddings: EmbeddingsProtocol = {
  translate,
  readWhole: (body) =>
    saysError(body)
      ? { vectors: [], parts: [{ type: "error", error: errorFromBody(500, body, null) }] }
      : readEmbeddings(body),
};

/** The fields that become something; the API refuses those that it does not know, so no other is sent. */
const KNOWN: ReadonlySet<string> = new Set(["model", "input", "dimensions", "encoding_format"]);

function translate({ request, account, model }: EmbeddingsInput): Translation | Refused {
  const inputs = embeddingInputs(request.input);
  const input = inputs.filter((item) => typeof item === "string");
  if (input.length < inputs.length) {
    return refuse("unsupported_parameter", {
      param: "input",
      message: "The provider takes texts, not tokens: they are tokens of another model.",
    });
  }
  const dropped = Object.entries(request).filter(
    ([name, value]) => !KNOWN.has(name) && value != null && /^[\w.-]{1,64}$/.test(name),
  );
  return {
    call: {
      url: `${account.base_url}/embeddings`,
      headers: headersFor(account.credential),
      body: JSON.stringify({
        model: model.upstream_id,
        input,
        ...(request.dimensions == null ? {} : { output_dimension: request.dimensions }),
      }),
    },
    warnings: dropped.slice(0, 12).map(([name]) => `${name} left out: the provider has no equivalent`),
    tool_names: new Map(),
    json_tool: null,
  };
}
