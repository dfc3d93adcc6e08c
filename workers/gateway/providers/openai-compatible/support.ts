import type { ProviderSupport } from "../kit/support.ts";
import { SUPPORT as OPENAI } from "../openai/support.ts";

/** Nobody knows what such a server takes: everything goes on, and what it does not take it refuses itself. */
export const SUPPORT: ProviderSupport = {
  ...OPENAI,
  features: { ...OPENAI.features, tool_result_images: true },
};
