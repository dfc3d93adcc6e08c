import { createOpenAiAdapter } from "../openai/create-adapter.ts";
import { SUPPORT } from "./support.ts";

/** The local provider that needs no key: OpenAI's dialect, reached over the binding SANDBOX. */
export const sandbox = createOpenAiAdapter({ kind: "sandbox", support: SUPPORT });
