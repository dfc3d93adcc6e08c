import type { ProviderSupport } from "../kit/support.ts";
import { TOOLS_INSTEAD } from "../kit/support-rows.ts";
import { NOT_OPENAI, SUPPORT as OPENAI, passedParameters, USUAL_TIER_ONLY } from "../openai/support.ts";

/** What xAI takes. Source: xAI's API reference, chat completions, and its pages on models and on consumption. */
export const SUPPORT: ProviderSupport = {
  parameters: passedParameters({
    ...NOT_OPENAI,
    ...TOOLS_INSTEAD,
    max_tokens: { how: "mapped", note: "max_completion_tokens" },
    stop: { how: "passed", note: "refused on models that reason" },
    presence_penalty: { how: "passed", note: "left out with a warning on models that reason" },
    frequency_penalty: { how: "passed", note: "left out with a warning on models that reason" },
    top_k: { how: "dropped" },
    logit_bias: { how: "refused", note: "The provider takes no bias on tokens." },
    service_tier: USUAL_TIER_ONLY,
  }),
  other_parameters: "passed",
  features: {
    ...OPENAI.features,
    tool_result_images: { refused: "xAI takes text only in a tool's result" },
    json_object: true,
    embeddings: { refused: "xAI has no embedding models" },
    rerank: { refused: "xAI has no reranking models" },
  },
};
