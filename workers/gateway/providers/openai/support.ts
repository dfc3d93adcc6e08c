import type { ParameterRow, ParameterTable, ProviderSupport } from "../kit/support.ts";
import { ALL_FEATURES, NO_SEARCH, OPENAI_PLATFORM, TEXT_ANSWERS } from "../kit/support-rows.ts";

const PASSED: ParameterRow = { how: "passed" };

const ALL_PASSED = {
  max_tokens: PASSED,
  max_completion_tokens: PASSED,
  temperature: PASSED,
  top_p: PASSED,
  top_k: PASSED,
  stop: PASSED,
  n: PASSED,
  seed: PASSED,
  presence_penalty: PASSED,
  frequency_penalty: PASSED,
  logit_bias: PASSED,
  logprobs: PASSED,
  top_logprobs: PASSED,
  tools: PASSED,
  tool_choice: PASSED,
  parallel_tool_calls: PASSED,
  functions: PASSED,
  function_call: PASSED,
  response_format: PASSED,
  reasoning_effort: PASSED,
  verbosity: PASSED,
  prediction: PASSED,
  modalities: PASSED,
  audio: PASSED,
  web_search_options: PASSED,
  service_tier: PASSED,
  user: PASSED,
  safety_identifier: PASSED,
  prompt_cache_key: PASSED,
  metadata: PASSED,
  store: PASSED,
} as const satisfies ParameterTable;

/** Every parameter as it came: the rows of a provider that speaks OpenAI's dialect are this, and what differs. */
export const passedParameters = (differing: Partial<ParameterTable> = {}): ParameterTable => ({
  ...ALL_PASSED,
  ...differing,
});

/** Tiers are priced apart: only the usual one has the price that is configured. */
export const USUAL_TIER_ONLY: ParameterRow = {
  how: "refused",
  note: "This service tier has a price of its own that is not configured. Leave `service_tier` out.",
  asks: (value) => value !== "auto" && value !== "default",
};

/** What belongs to OpenAI's platform more than to its dialect: servers that speak the dialect have none of it. */
export const NOT_OPENAI = {
  ...TEXT_ANSWERS,
  ...NO_SEARCH,
  ...OPENAI_PLATFORM,
  prediction: { how: "dropped", note: "the provider takes no prediction" },
} as const satisfies Partial<ParameterTable>;

/** What OpenAI's API takes. Source: the OpenAI API reference, Chat Completions. */
export const SUPPORT: ProviderSupport = {
  parameters: passedParameters({
    max_tokens: { how: "mapped", note: "max_completion_tokens on models that take only that" },
    service_tier: {
      how: "passed",
      note: "tiers other than auto and default are refused where the model has no price for them",
    },
  }),
  other_parameters: "passed",
  features: {
    ...ALL_FEATURES,
    tool_result_images: { refused: "OpenAI takes text only in a tool's result" },
    rerank: { refused: "OpenAI has no reranking models" },
  },
};
