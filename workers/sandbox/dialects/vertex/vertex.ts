import type { Dialect } from "../../dialect.ts";
import { INVALID_KEY } from "../../errors.ts";
import { sentKey } from "../../headers.ts";
import { errorJson } from "../gemini/errors.ts";
import { modelRoutes } from "../gemini/routes.ts";
import { answerToken, TOKEN_PREFIX } from "./token.ts";

/** Gemini's models on Vertex AI, for whoever holds a token of the endpoint beside them. */
export const vertex: Dialect = {
  prefix: "/vertex",
  routes: [
    { method: "POST", path: /^\/token$/, open: true, answer: answerToken },
    ...modelRoutes("/v1/projects/(?<project>[^/]+)/locations/(?<location>[^/]+)/publishers/google/models"),
  ],
  errorJson,
  errorHeaders: () => ({}),
  headers: () => ({ "x-vertex-ai-llm-request-type": "shared" }),
  refuseCaller: (request) => {
    if (sentKey(request, ["authorization"])?.startsWith(TOKEN_PREFIX) === true) return null;
    return {
      ...INVALID_KEY,
      message: "Request had invalid authentication credentials. Expected OAuth 2 access token.",
    };
  },
};
