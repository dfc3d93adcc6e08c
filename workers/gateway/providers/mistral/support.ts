import type { ProviderSupport } from "../kit/support.ts";
import {
  ALL_FEATURES,
  NO_SEARCH,
  OPENAI_PLATFORM,
  TEXT_ANSWERS,
  TOOLS_INSTEAD,
  USUAL_TIER,
} from "../kit/support-rows.ts";
import { passedParameters } from "../openai/support.ts";

const NO_LOGPROBS = "The provider gives no log probabilities.";

/** The largest temperature that the API takes. */
const TEMPERATURE_MAX = 1.5;

/**
 * What Mistral's chat completions take. The API refuses every field that it does not know, also inside messages: the
 * request is written anew from those that it does. Source: the Mistral AI API reference, Chat.
 */
export const SUPPORT: ProviderSupport = {
  parameters: passedParameters({
    ...TOOLS_INSTEAD,
    ...TEXT_ANSWERS,
    ...NO_SEARCH,
    verbosity: OPENAI_PLATFORM.verbosity,
    safety_identifier: OPENAI_PLATFORM.safety_identifier,
    store: OPENAI_PLATFORM.store,
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
    reasoning_effort: { how: "mapped", note: "reasoning_effort, in the levels that the model has" },
    service_tier: USUAL_TIER,
    user: { how: "dropped" },
  }),
  other_parameters: "dropped",
  features: {
    ...ALL_FEATURES,
    rerank: { refused: "Mistral has no reranking models" },
  },
};
