import type { ProviderAdapter } from "../kit/provider.ts";
import { openai } from "../openai/openai.ts";
import type { OpenAiStreamState } from "../openai/stream-fold.ts";

/** The local provider that needs no key: OpenAI's dialect, reached over the binding SANDBOX. */
export const sandbox: ProviderAdapter<OpenAiStreamState> = { ...openai, kind: "sandbox" };
