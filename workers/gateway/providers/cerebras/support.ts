import type { ProviderSupport } from "../kit/support.ts";
import { TOOLS_INSTEAD } from "../kit/support-rows.ts";
import { NOT_OPENAI, SUPPORT as OPENAI, passedParameters } from "../openai/support.ts";

/** What Cerebras takes: what is dropped here is a 400 there. Source: Cerebras' documentation, OpenAI Compatibility. */
export const SUPPORT: ProviderSupport = {
  parameters: passedParameters({
    ...NOT_OPENAI,
    ...TOOLS_INSTEAD,
    max_tokens: { how: "mapped", note: "max_completion_tokens" },
    n: { how: "refused", note: "The provider gives one choice. Send the request n times." },
    presence_penalty: { how: "dropped" },
    frequency_penalty: { how: "dropped" },
    logit_bias: { how: "refused", note: "The provider takes no bias on tokens." },
    parallel_tool_calls: { how: "dropped" },
    service_tier: { how: "dropped" },
    top_k: { how: "dropped" },
  }),
  other_parameters: "passed",
  features: {
    ...OPENAI.features,
    tool_result_images: { refused: "Cerebras takes text only in a tool's result" },
    image_data: { refused: "Cerebras takes text only" },
    image_url: { refused: "Cerebras takes text only" },
    embeddings: { refused: "Cerebras has no embedding models" },
    rerank: { refused: "Cerebras has no reranking models" },
  },
};
