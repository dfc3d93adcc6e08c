import { SUPPORT as GEMINI } from "../gemini/support.ts";
import type { ProviderSupport } from "../kit/support.ts";

/** What Gemini's models take on Vertex AI: what they do elsewhere. Source: Vertex AI, generateContent reference. */
export const SUPPORT: ProviderSupport = {
  ...GEMINI,
  features: { ...GEMINI.features, rerank: { refused: "Vertex AI's ranking API is not offered" } },
};
