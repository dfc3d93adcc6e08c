import type { ProviderSupport } from "../kit/support.ts";
import { SUPPORT as OPENAI } from "../openai/support.ts";

/** What the stand-in takes: OpenAI's parameters, and more in a tool's result. */
export const SUPPORT: ProviderSupport = {
  ...OPENAI,
  features: { ...OPENAI.features, tool_result_images: true },
};
