import { createOpenAiAdapter } from "../openai/create-adapter.ts";
import { SUPPORT } from "./support.ts";

/** Any other server that speaks OpenAI's Chat Completions dialect, wherever its base URL says; the key is optional. Whether
 * it has the Responses API too, an administrator says. */
export const openaiCompatible = createOpenAiAdapter({
  kind: "openai-compatible",
  support: SUPPORT,
  responses: { where: "where its setting `responses` is `native`", byDefault: () => false },
});
