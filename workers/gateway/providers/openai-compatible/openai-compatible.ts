import { createOpenAiAdapter } from "../openai/create-adapter.ts";
import { SUPPORT } from "./support.ts";

/** Any other server that speaks OpenAI's Chat Completions dialect, wherever its base URL says; the key is optional. */
export const openaiCompatible = createOpenAiAdapter({ kind: "openai-compatible", support: SUPPORT });
