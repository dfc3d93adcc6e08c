import type { ProviderSupport } from "../kit/support.ts";
import { NOT_OPENAI, SUPPORT as OPENAI, passedParameters, USUAL_TIER_ONLY } from "../openai/support.ts";

/** What Together AI takes. Source: Together's API reference, chat completions. */
export const SUPPORT: ProviderSupport = {
  parameters: passedParameters({
    ...NOT_OPENAI,
    max_completion_tokens: { how: "mapped", note: "max_tokens" },
    stop: { how: "mapped", note: "always a list" },
    logprobs: { how: "mapped", note: "the number of top_logprobs" },
    top_logprobs: { how: "mapped", note: "logprobs" },
    parallel_tool_calls: { how: "dropped" },
    functions: { how: "refused", note: "Use tools instead of functions.", asks: () => true },
    service_tier: USUAL_TIER_ONLY,
    user: { how: "dropped" },
  }),
  other_parameters: "passed",
  features: {
    ...OPENAI.features,
    parallel_tools: { refused: "Together AI has no switch for parallel calls" },
    tool_result_images: { refused: "Together AI takes text only in a tool's result" },
    rerank: true,
  },
};
