import type { ProviderSupport } from "../kit/support.ts";
import { NOT_OPENAI, SUPPORT as OPENAI, passedParameters } from "../openai/support.ts";

const NO_LOGPROBS = "The provider gives no log probabilities.";
const NO_PENALTIES = "none of the provider's models takes it";

/** What Groq takes. Source: Groq's API reference, and its page on compatibility with OpenAI. */
export const SUPPORT: ProviderSupport = {
  parameters: passedParameters({
    ...NOT_OPENAI,
    max_tokens: { how: "mapped", note: "max_completion_tokens" },
    n: { how: "refused", note: "The provider gives one choice. Send the request n times." },
    presence_penalty: { how: "dropped", note: NO_PENALTIES },
    frequency_penalty: { how: "dropped", note: NO_PENALTIES },
    logit_bias: { how: "refused", note: "The provider takes no bias on tokens." },
    logprobs: { how: "refused", note: NO_LOGPROBS },
    top_logprobs: { how: "refused", note: NO_LOGPROBS },
    top_k: { how: "dropped" },
    service_tier: {
      how: "refused",
      note: "This service tier has a price of its own that is not configured. Leave `service_tier` out.",
      asks: (value) => value !== "auto" && value !== "on_demand" && value !== "flex",
    },
  }),
  other_parameters: "passed",
  features: {
    ...OPENAI.features,
    tool_result_images: { refused: "Groq takes text only in a tool's result" },
    embeddings: { refused: "Groq has no embedding models" },
    rerank: { refused: "Groq has no reranking models" },
  },
};
