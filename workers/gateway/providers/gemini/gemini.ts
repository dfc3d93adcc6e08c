import { isJsonObject } from "../../../../schema/kernel/json.ts";
import type { ProviderAdapter } from "../kit/provider.ts";
import { createGeminiAdapter } from "./create-adapter.ts";
import { embeddings } from "./embeddings.ts";
import { keyHeader } from "./key-header.ts";
import type { GeminiState } from "./stream-fold.ts";
import { SUPPORT } from "./support.ts";

/** Google's Gemini API with a key of AI Studio. Source: the Gemini API reference. */
export const gemini: ProviderAdapter<GeminiState> = {
  ...createGeminiAdapter({
    kind: "gemini",
    support: SUPPORT,
    call_ids: true,
    place: ({ account, model }, method) => ({
      url: `${account.base_url}/models/${encodeURIComponent(model.upstream_id)}:${method}`,
      headers: keyHeader(account),
    }),
    embeddings,
  }),
  listModels: (account) => {
    const url = `${account.base_url}/models?pageSize=1000`;
    return {
      request: { url, headers: keyHeader(account) },
      read: ({ models, nextPageToken }) => {
        const list = Array.isArray(models) ? models.filter(isJsonObject) : [];
        const ids = list.flatMap(({ name }) => (typeof name === "string" ? [name.replace(/^models\//, "")] : []));
        const more = typeof nextPageToken === "string" && nextPageToken !== "";
        return { ids, next_url: more ? `${url}&pageToken=${encodeURIComponent(nextPageToken)}` : null };
      },
    };
  },
};
