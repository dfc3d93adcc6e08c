import { jsonResponse } from "../../call.ts";
import type { Dialect, RouteInput } from "../../dialect.ts";
import { INVALID_KEY, missingKey } from "../../errors.ts";
import { sentKey } from "../../headers.ts";
import { MODELS } from "../../models/catalogue.ts";
import { errorJson } from "./errors.ts";
import { modelRoutes } from "./routes.ts";

function answerModels({ call }: RouteInput): Response {
  const models = Object.entries(MODELS).map(([id, { kind }]) => ({
    name: `models/${id}`,
    displayName: id,
    inputTokenLimit: 128_000,
    outputTokenLimit: 16_384,
    supportedGenerationMethods: kind === "embedding" ? ["embedContent"] : ["generateContent", "countTokens"],
  }));
  return jsonResponse(call, JSON.stringify({ models }));
}

/** The Gemini API. */
export const gemini: Dialect = {
  prefix: "/gemini",
  routes: [{ method: "GET", path: /^\/v1beta\/models$/, answer: answerModels }, ...modelRoutes("/v1beta/models")],
  errorJson,
  errorHeaders: () => ({}),
  headers: () => ({ "server-timing": "gfet4t7; dur=1" }),
  /** The provider calls a wrong key an invalid argument. */
  refuseCaller: (request) => {
    const key = sentKey(request, ["x-goog-api-key"]) ?? new URL(request.url).searchParams.get("key");
    if (key === null) return { ...missingKey("x-goog-api-key"), status: 403 };
    return key === "sk-invalid" ? { ...INVALID_KEY, status: 400 } : null;
  },
};
