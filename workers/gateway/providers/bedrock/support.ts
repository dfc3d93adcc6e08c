import type { ProviderSupport } from "../kit/support.ts";
import { ALL_FEATURES, UNTRANSLATED } from "../kit/support-rows.ts";

const NO_LOGPROBS = "The provider gives no log probabilities.";

/** What Converse takes. Source: the Amazon Bedrock API reference, Converse. */
export const SUPPORT: ProviderSupport = {
  parameters: {
    ...UNTRANSLATED,
    max_tokens: { how: "mapped", note: "inferenceConfig.maxTokens: the model's maximum where none is sent" },
    max_completion_tokens: { how: "mapped", note: "inferenceConfig.maxTokens" },
    temperature: {
      how: "refused",
      note: "The provider's temperature ends at 1.",
      asks: (value) => typeof value === "number" && value > 1,
    },
    top_p: { how: "mapped", note: "inferenceConfig.topP; left out with a warning on models that take none" },
    top_k: { how: "mapped", note: "Claude's and Nova's own field; left out with a warning elsewhere" },
    stop: { how: "mapped", note: "inferenceConfig.stopSequences" },
    n: { how: "refused", note: "The provider gives one choice. Send the request n times." },
    seed: { how: "dropped" },
    presence_penalty: { how: "dropped" },
    frequency_penalty: { how: "dropped" },
    logprobs: { how: "refused", note: NO_LOGPROBS },
    top_logprobs: { how: "refused", note: NO_LOGPROBS },
    tools: { how: "mapped", note: "toolConfig.tools" },
    tool_choice: { how: "mapped", note: "toolConfig.toolChoice; none leaves the tools out" },
    // Named by the folder itself, and only where there are tools: else there is nothing to call at once.
    parallel_tool_calls: { how: "mapped", note: "left out with a warning: several calls at once cannot be forbidden" },
    response_format: { how: "mapped", note: "outputConfig.textFormat, or a forced tool on models without it" },
    reasoning_effort: { how: "mapped", note: "Claude's thinking, Nova's reasoningConfig, gpt-oss's reasoning_effort" },
    service_tier: {
      how: "dropped",
      asks: (value) => value !== "auto" && value !== "default",
    },
    user: { how: "dropped" },
  },
  other_parameters: "dropped",
  features: ALL_FEATURES,
};
