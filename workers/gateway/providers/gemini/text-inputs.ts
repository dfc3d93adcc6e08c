import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import { type EmbeddingsRequest, embeddingInputs } from "../../../../schema/wire/openai-embeddings.ts";

/** The texts to embed; tokens in their place are refused. */
export function textInputs(
  request: EmbeddingsRequest,
): { readonly texts: readonly string[]; readonly warnings: readonly string[] } | Refused {
  const inputs = embeddingInputs(request.input);
  const texts = inputs.filter((input) => typeof input === "string");
  if (texts.length < inputs.length) {
    return refuse("unsupported_parameter", { param: "input", message: "The provider takes texts and no tokens." });
  }
  return { texts, warnings: request.user == null ? [] : ["user left out: the provider has no equivalent"] };
}
