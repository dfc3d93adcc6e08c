import type { ProviderSupport } from "../kit/support.ts";
import { passedParameters } from "../openai/support.ts";

const TEXT_ONLY = "The provider answers in text only.";
const NO_LOGPROBS = "The provider gives no log probabilities.";

/** The largest temperature that the API takes. */
const TEMPERATURE_MAX = 1.5;

/**
 * What Mistral's chat completions take. The API refuses every field that it does not know, also inside messages: the
 * request is written anew from those that it does. Source: the Mistral AI API reference, Chat.
 */
export const SUPPORT: ProviderSupport = {
  parameters: passedParameters({
    max_completion_tokens: { how: "mapped", note: "max_tokens" },
    temperature: {
      how: "refused",
      note: "The provider's temperature ends at 1.5.",
      asks: (value) => typeof value === "number" && value > TEMPERATURE_MAX,
    },
    top_k: { how: "dropped" },
    seed: {
      how: "refused",
      note: "The provider's seed, random_seed, is not negative.",
      asks: (value) => typeof value === "number" && value < 0,
    },
    logit_bias: { how: "dropped" },
    logprobs: { how: "refused", note: NO_LOGPROBS },
    top_logprobs: { how: "refused", note: NO_LOGPROBS },
    tools: { how: "mapped", note: "function tools" },
    tool_choice: { how: "mapped", note: "any for required" },
    functions: { how: "refused", note: "Use tools instead of functions.", asks: () => true },
    function_call: { how: "refused", note: "Use tool_choice instead of function_call.", asks: () => true },
    reasoning_effort: { how: "mapped", note: "reasoning_effort, in the levels that the model has" },
    verbosity: { how: "dropped" },
    modalities: { how: "refused", note: TEXT_ONLY },
    audio: { how: "refused", note: TEXT_ONLY, asks: () => true },
    web_search_options: { how: "refused", note: "Web search is not offered with this provider.", asks: () => true },
    service_tier: { how: "dropped", asks: (value) => value !== "auto" && value !== "default" },
    user: { how: "dropped" },
    safety_identifier: { how: "dropped" },
    store: { how: "dropped" },
  }),
  other_parameters: "dropped",
  features: {
    text: true,
    streaming: true,
    tools: true,
    parallel_tools: true,
    forced_tool: true,
    strict_tools: true,
    tool_result_images: true,
    image_data: true,
    image_url: true,
    json_object: true,
    json_schema: true,
    reasoning: true,
    embeddings: true,
    rerank: { refused: "Mistral has no reranking models" },
  },
};
