import { createGeminiAdapter } from "../gemini/create-adapter.ts";
import type { GeminiState } from "../gemini/stream-fold.ts";
import type { ProviderAdapter } from "../kit/provider.ts";
import { authorize } from "./authorize.ts";
import { embeddings } from "./embeddings.ts";
import { SUPPORT } from "./support.ts";
import { vertexUrl } from "./vertex-url.ts";

/**
 * Gemini's models on Vertex AI, reached with a service account of Google Cloud. The list of publishers' models says not
 * which of them the project may use, so there is none. Source: Vertex AI REST reference, publishers.models.
 */
export const vertex: ProviderAdapter<GeminiState> = {
  ...createGeminiAdapter({
    kind: "vertex",
    support: SUPPORT,
    call_ids: false,
    place: (target, method) => {
      const place = vertexUrl(target, method);
      return "refused" in place ? place : { ...place, headers: {} };
    },
    embeddings,
  }),
  authorize,
};
