import type { ProviderAdapter } from "../kit/provider.ts";
import { convertRequest } from "./convert-request.ts";
import { readError } from "./read-error.ts";
import { readWhole } from "./read-whole.ts";
import { type OpenAiStreamState, streamFold } from "./stream-fold.ts";

/** OpenAI, and every server that speaks its Chat Completions dialect. */
export const openai: ProviderAdapter<OpenAiStreamState> = {
  kind: "openai",
  native_dialect: "openai-chat",
  needs_max_tokens: false,
  translate: convertRequest,
  readWhole,
  stream: streamFold,
  readError,
};
