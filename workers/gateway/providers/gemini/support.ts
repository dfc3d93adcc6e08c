import type { ProviderSupport } from "../kit/support.ts";
import { ALL_FEATURES, UNTRANSLATED, USUAL_TIER } from "../kit/support-rows.ts";

const NO_LOGPROBS = "Log probabilities are not offered with this provider.";
const TEXT_ONLY = "The provider answers in text only here.";

/** What Gemini's generateContent takes. Source: the Gemini API reference. */
export const SUPPORT: ProviderSupport = {
  parameters: {
    ...UNTRANSLATED,
    max_tokens: { how: "mapped", note: "generationConfig.maxOutputTokens" },
    max_completion_tokens: { how: "mapped", note: "generationConfig.maxOutputTokens" },
    temperature: { how: "mapped", note: "generationConfig.temperature" },
    top_p: { how: "mapped", note: "generationConfig.topP" },
    top_k: { how: "mapped", note: "generationConfig.topK" },
    stop: { how: "mapped", note: "generationConfig.stopSequences" },
    n: { how: "mapped", note: "generationConfig.candidateCount" },
    seed: { how: "mapped", note: "generationConfig.seed" },
    presence_penalty: { how: "mapped", note: "generationConfig.presencePenalty" },
    frequency_penalty: { how: "mapped", note: "generationConfig.frequencyPenalty" },
    logprobs: { how: "refused", note: NO_LOGPROBS },
    top_logprobs: { how: "refused", note: NO_LOGPROBS },
    tools: { how: "mapped", note: "functionDeclarations with parametersJsonSchema" },
    tool_choice: { how: "mapped", note: "toolConfig.functionCallingConfig" },
    parallel_tool_calls: {
      how: "dropped",
      note: "the provider decides how many tools it calls at once",
      asks: (value) => value === false,
    },
    response_format: { how: "mapped", note: "responseMimeType and responseJsonSchema" },
    reasoning_effort: { how: "mapped", note: "thinkingConfig, with a level or a budget by model" },
    modalities: { how: "refused", note: TEXT_ONLY },
    audio: { how: "refused", note: TEXT_ONLY, asks: () => true },
    service_tier: USUAL_TIER,
    user: { how: "dropped" },
  },
  other_parameters: "dropped",
  features: {
    ...ALL_FEATURES,
    tool_result_images: { refused: "Gemini takes text only in a tool's result" },
    rerank: { refused: "Gemini has no reranking models" },
  },
};
