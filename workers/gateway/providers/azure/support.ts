import type { ProviderSupport } from "../kit/support.ts";
import { SUPPORT as OPENAI } from "../openai/support.ts";

/** What Azure OpenAI takes: what OpenAI does. Source: Azure OpenAI REST API reference, chat completions. */
export const SUPPORT: ProviderSupport = {
  ...OPENAI,
  features: {
    ...OPENAI.features,
    tool_result_images: { refused: "Azure OpenAI takes text only in a tool's result" },
    rerank: { refused: "Azure OpenAI has no reranking models" },
  },
};
