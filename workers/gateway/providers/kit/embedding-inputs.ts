import { type Refused, refuse } from "../../../../schema/kernel/errors.ts";
import { type EmbeddingsRequest, embeddingInputs } from "../../../../schema/wire/openai-embeddings.ts";

/** The texts to embed, `texts_max` of them at most. Tokens in their place are refused: they are tokens of another model. */
export function textsToEmbed(
  request: EmbeddingsRequest,
  texts_max = Number.POSITIVE_INFINITY,
): { readonly texts: readonly string[] } | Refused {
  const inputs = embeddingInputs(request.input);
  const texts = inputs.filter((input) => typeof input === "string");
  if (texts.length < inputs.length) {
    return refuse("unsupported_parameter", {
      param: "input",
      message: "The provider takes texts, not tokens: they are tokens of another model.",
    });
  }
  if (texts.length > texts_max) {
    return refuse("invalid_request", {
      param: "input",
      message: `The provider embeds ${texts_max} ${texts_max === 1 ? "text" : "texts"} at most in one request; these are ${texts.length}. Send them in batches.`,
    });
  }
  return { texts };
}

/** Warnings for what is left out of a request, by name where the name may stand in a header. */
export const leftOutOfEmbedding = (request: EmbeddingsRequest, known: ReadonlySet<string>): readonly string[] =>
  Object.entries(request)
    .filter(([name, value]) => !known.has(name) && value != null && /^[\w.-]{1,64}$/.test(name))
    .slice(0, 12)
    .map(([name]) => `${name} left out: the provider has no equivalent`);

/** Cohere's names of what a text is embedded for, and the short ones that others use. */
const INPUT_TYPES: ReadonlyMap<string, string> = new Map([
  ["document", "search_document"],
  ["passage", "search_document"],
  ["query", "search_query"],
  ["search_document", "search_document"],
  ["search_query", "search_query"],
  ["classification", "classification"],
  ["clustering", "clustering"],
]);

/** `input_type` as Cohere's models demand it; documents where none is said. */
export function cohereInputType(request: EmbeddingsRequest): { readonly input_type: string } | Refused {
  const input_type = INPUT_TYPES.get(request.input_type ?? "search_document");
  if (input_type !== undefined) return { input_type };
  return refuse("invalid_request", {
    param: "input_type",
    message: `input_type must be one of ${[...INPUT_TYPES.keys()].join(", ")}.`,
  });
}
