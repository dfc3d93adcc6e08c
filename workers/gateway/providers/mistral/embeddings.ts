import { isRefused, type Refused } from "../../../../schema/kernel/errors.ts";
import { leftOutOfEmbedding, textsToEmbed } from "../kit/embedding-inputs.ts";
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
  const texts = textsToEmbed(request);
  if (isRefused(texts)) return texts;
  return {
    call: {
      url: `${account.base_url}/embeddings`,
      headers: headersFor(account.credential),
      body: JSON.stringify({
        model: model.upstream_id,
        input: texts.texts,
        ...(request.dimensions == null ? {} : { output_dimension: request.dimensions }),
      }),
    },
    warnings: leftOutOfEmbedding(request, KNOWN),
    tool_names: new Map(),
    json_tool: null,
  };
}
