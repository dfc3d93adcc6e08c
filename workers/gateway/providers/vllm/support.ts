import type { ProviderSupport } from "../kit/support.ts";
import { TOOLS_INSTEAD } from "../kit/support-rows.ts";
import { NOT_OPENAI, SUPPORT as OPENAI, passedParameters } from "../openai/support.ts";

/** What vLLM takes: most sampling parameters there are, and fields of its own. Source: vLLM's OpenAI-compatible server. */
export const SUPPORT: ProviderSupport = {
  parameters: passedParameters({
    ...NOT_OPENAI,
    ...TOOLS_INSTEAD,
    max_completion_tokens: { how: "mapped", note: "max_tokens" },
    service_tier: { how: "dropped" },
  }),
  other_parameters: "passed",
  features: { ...OPENAI.features, tool_result_images: true, rerank: true },
};
