import type { ProviderSupport } from "../kit/support.ts";
import { TOOLS_INSTEAD } from "../kit/support-rows.ts";
import { NOT_OPENAI, SUPPORT as OPENAI, passedParameters, USUAL_TIER_ONLY } from "../openai/support.ts";

/** What Fireworks AI takes. Source: Fireworks' API reference, chat completions, and its page on compatibility. */
export const SUPPORT: ProviderSupport = {
  parameters: passedParameters({
    ...NOT_OPENAI,
    ...TOOLS_INSTEAD,
    max_completion_tokens: { how: "mapped", note: "max_tokens" },
    service_tier: USUAL_TIER_ONLY,
  }),
  other_parameters: "passed",
  features: {
    ...OPENAI.features,
    tool_result_images: { refused: "Fireworks takes text only in a tool's result" },
    rerank: { refused: "Reranking is not offered with this provider" },
  },
};
