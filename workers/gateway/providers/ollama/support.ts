import type { ProviderSupport } from "../kit/support.ts";
import { TOOLS_INSTEAD } from "../kit/support-rows.ts";
import { NOT_OPENAI, SUPPORT as OPENAI, passedParameters } from "../openai/support.ts";

/** What Ollama takes. Source: Ollama's documentation, OpenAI compatibility. */
export const SUPPORT: ProviderSupport = {
  parameters: passedParameters({
    ...NOT_OPENAI,
    ...TOOLS_INSTEAD,
    max_completion_tokens: { how: "mapped", note: "max_tokens" },
    top_k: { how: "dropped" },
    n: { how: "refused", note: "The provider gives one choice. Send the request n times." },
    logit_bias: { how: "refused", note: "The provider takes no bias on tokens." },
    tool_choice: {
      how: "refused",
      note: "The provider cannot be made to call a tool. Leave `tool_choice` out, or send auto or none.",
      asks: (value) => value !== "auto" && value !== "none",
    },
    parallel_tool_calls: { how: "dropped" },
    service_tier: { how: "dropped" },
    user: { how: "dropped" },
  }),
  other_parameters: "passed",
  features: {
    ...OPENAI.features,
    parallel_tools: { refused: "Ollama has no switch for parallel calls" },
    forced_tool: { refused: "Ollama cannot be made to call a tool" },
    strict_tools: { refused: "Ollama does not hold arguments to their schema" },
    image_url: { refused: "Ollama takes images as data URLs only" },
    rerank: { refused: "Ollama has no reranking models" },
  },
};
