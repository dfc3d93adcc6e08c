import { isJsonObject } from "../../../../schema/kernel/json.ts";
import type { ProviderAdapter } from "../kit/provider.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";
import { convertRequest } from "./convert-request.ts";
import { embeddings } from "./embeddings.ts";
import { readError } from "./read-error.ts";
import { type GeminiState, readAnswer, streamFold } from "./stream-fold.ts";
import { SUPPORT } from "./support.ts";

/** Google's Gemini API with a key of AI Studio. */
export const gemini: ProviderAdapter<GeminiState> = {
  kind: "gemini",
  native_dialect: null,
  support: SUPPORT,
  translate: convertRequest,
  readWhole: (body, translation) => {
    const { parts } = readAnswer(streamFold.initial(translation), body);
    const ended = parts.some(({ type }) => type === "end" || type === "error");
    return ended ? parts : [...parts, { type: "error", error: upstreamFailure("The provider's answer has no end.") }];
  },
  stream: streamFold,
  embeddings,
  listModels: ({ base_url, credential }) => ({
    request: { url: `${base_url}/models?pageSize=1000`, headers: { "x-goog-api-key": credential.api_key ?? "" } },
    read: ({ models }) => {
      const list = Array.isArray(models) ? models.filter(isJsonObject) : [];
      const ids = list.flatMap(({ name }) => (typeof name === "string" ? [name.replace(/^models\//, "")] : []));
      return { ids, next_url: null };
    },
  }),
  readError,
};
