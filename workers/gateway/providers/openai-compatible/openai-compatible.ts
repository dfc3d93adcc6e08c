import type { ProviderAdapter } from "../kit/provider.ts";
import { openai } from "../openai/openai.ts";
import type { OpenAiStreamState } from "../openai/stream-fold.ts";

/** Any other server that speaks OpenAI's Chat Completions dialect, wherever its base URL says; the key is optional. */
export const openaiCompatible: ProviderAdapter<OpenAiStreamState> = { ...openai, kind: "openai-compatible" };
