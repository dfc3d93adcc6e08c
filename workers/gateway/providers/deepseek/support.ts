import type { ProviderSupport } from "../kit/support.ts";
import { TOOLS_INSTEAD } from "../kit/support-rows.ts";
import { NOT_OPENAI, SUPPORT as OPENAI, passedParameters } from "../openai/support.ts";

/** What DeepSeek takes. Source: DeepSeek's API reference, chat completion, and its guide to thinking. */
export const SUPPORT: ProviderSupport = {
  parameters: passedParameters({
    ...NOT_OPENAI,
    ...TOOLS_INSTEAD,
    max_completion_tokens: { how: "mapped", note: "max_tokens" },
    temperature: { how: "passed", note: "without effect while the model thinks, with a warning" },
    top_p: { how: "passed", note: "without effect while the model thinks, with a warning" },
    logprobs: { how: "passed", note: "refused while the model thinks" },
    top_k: { how: "dropped" },
    n: { how: "refused", note: "The provider gives one choice. Send the request n times." },
    seed: { how: "dropped" },
    logit_bias: { how: "refused", note: "The provider takes no bias on tokens." },
    parallel_tool_calls: { how: "dropped" },
    response_format: { how: "passed", note: "json_object; json_schema is refused" },
    service_tier: { how: "dropped" },
    user: { how: "dropped" },
  }),
  other_parameters: "passed",
  features: {
    ...OPENAI.features,
    parallel_tools: { refused: "DeepSeek has no switch for parallel calls" },
    tool_result_images: { refused: "DeepSeek takes text only in a tool's result" },
    json_schema: { refused: "DeepSeek holds answers to JSON, and to no schema" },
    embeddings: { refused: "DeepSeek has no embedding models" },
    rerank: { refused: "DeepSeek has no reranking models" },
  },
};
