import type { ProviderSupport } from "../kit/support.ts";
import { ALL_FEATURES, UNTRANSLATED } from "../kit/support-rows.ts";

const NO_LOGPROBS = "The provider gives no log probabilities.";

/** What the Messages API takes. Source: Anthropic's API reference, Messages. */
export const SUPPORT: ProviderSupport = {
  parameters: {
    ...UNTRANSLATED,
    max_tokens: { how: "passed", note: "required by the provider: the model's maximum where none is sent" },
    max_completion_tokens: { how: "mapped", note: "max_tokens" },
    temperature: {
      how: "refused",
      note: "The provider's temperature ends at 1.",
      asks: (value) => typeof value === "number" && value > 1,
    },
    top_p: { how: "passed", note: "left out with a warning on models that take none" },
    top_k: { how: "passed" },
    stop: { how: "mapped", note: "stop_sequences" },
    n: { how: "refused", note: "The provider gives one choice. Send the request n times." },
    seed: { how: "dropped" },
    presence_penalty: { how: "dropped" },
    frequency_penalty: { how: "dropped" },
    logprobs: { how: "refused", note: NO_LOGPROBS },
    top_logprobs: { how: "refused", note: NO_LOGPROBS },
    tools: { how: "mapped", note: "tools with input_schema" },
    tool_choice: { how: "mapped", note: "tool_choice" },
    parallel_tool_calls: { how: "mapped", note: "disable_parallel_tool_use" },
    response_format: { how: "mapped", note: "output_config.format, or a forced tool on models without it" },
    reasoning_effort: { how: "mapped", note: "thinking, with a budget or an effort by model" },
    service_tier: { how: "mapped", note: "auto, or standard_only for default" },
    user: { how: "mapped", note: "metadata.user_id" },
    safety_identifier: { how: "mapped", note: "metadata.user_id, where user is not sent" },
  },
  other_parameters: "dropped",
  features: {
    ...ALL_FEATURES,
    embeddings: { refused: "Anthropic has no embedding models" },
    rerank: { refused: "Anthropic has no reranking models" },
  },
};
