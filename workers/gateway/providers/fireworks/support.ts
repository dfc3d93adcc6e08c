import type { ProviderSupport } from "../kit/support.ts";
import { NOT_OPENAI, SUPPORT as OPENAI, passedParameters, USUAL_TIER_ONLY } from "../openai/support.ts";

/** What Fireworks AI takes. Source: Fireworks' API reference, chat completions, and its page on compatibility. */
export const SUPPORT: ProviderSupport = {
  parameters: passedParameters({
    ...NOT_OPENAI,
    max_completion_tokens: { how: "mapped", note: "max_tokens" },
    functions: { how: "refused", note: "Use tools instead of functions.", asks: () => true },
    function_call: { how: "refused", note: "Use tools instead of functions.", asks: () => true },
    service_tier: USUAL_TIER_ONLY,
  }),
  other_parameters: "passed",
  features: {
    ...OPENAI.features,
    tool_result_images: { refused: "Fireworks takes text only in a tool's result" },
    rerank: { refused: "Reranking is not offered with this provider" },
  },
};
