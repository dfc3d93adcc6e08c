import type { FeatureTable, ParameterRow, ParameterTable } from "./support.ts";

/** Rows that providers have alike. */

/** OpenAI's old way to call functions, which nobody else has. */
export const TOOLS_INSTEAD = {
  functions: { how: "refused", note: "Use tools instead of functions.", asks: () => true },
  function_call: { how: "refused", note: "Use tool_choice instead of function_call.", asks: () => true },
} as const satisfies Partial<ParameterTable>;

const TEXT_ONLY = "The provider answers in text only.";

export const TEXT_ANSWERS = {
  modalities: { how: "refused", note: TEXT_ONLY },
  audio: { how: "refused", note: TEXT_ONLY, asks: () => true },
} as const satisfies Partial<ParameterTable>;

export const NO_SEARCH = {
  web_search_options: { how: "refused", note: "Web search is not offered with this provider.", asks: () => true },
} as const satisfies Partial<ParameterTable>;

/** What belongs to OpenAI's platform and changes no answer. */
export const OPENAI_PLATFORM = {
  verbosity: { how: "dropped" },
  safety_identifier: { how: "dropped" },
  prompt_cache_key: { how: "dropped" },
  metadata: { how: "dropped" },
  store: { how: "dropped" },
} as const satisfies Partial<ParameterTable>;

/** A tier that is not sent is the usual one; asking for that asks for nothing. */
export const USUAL_TIER: ParameterRow = {
  how: "dropped",
  asks: (value) => value !== "auto" && value !== "default",
};

/** What a provider with an API of its own mostly has no equivalent for. */
export const UNTRANSLATED = {
  ...TOOLS_INSTEAD,
  ...TEXT_ANSWERS,
  ...NO_SEARCH,
  ...OPENAI_PLATFORM,
  logit_bias: { how: "dropped" },
  prediction: { how: "refused", note: "The provider takes no prediction.", asks: () => true },
} as const satisfies Partial<ParameterTable>;

/** Every feature: a provider's table is this, and what it lacks. */
export const ALL_FEATURES = {
  text: true,
  streaming: true,
  tools: true,
  parallel_tools: true,
  forced_tool: true,
  strict_tools: true,
  tool_result_images: true,
  image_data: true,
  image_url: true,
  json_object: true,
  json_schema: true,
  reasoning: true,
  embeddings: true,
  rerank: true,
} as const satisfies FeatureTable;
