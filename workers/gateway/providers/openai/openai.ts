import { createOpenAiAdapter } from "./create-adapter.ts";
import { SUPPORT } from "./support.ts";

/** OpenAI itself. */
export const openai = createOpenAiAdapter({
  kind: "openai",
  support: SUPPORT,
  responses: { where: "unless its setting `responses` is `translated`", byDefault: () => true },
});
