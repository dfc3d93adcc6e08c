import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { errorResponse } from "../../call.ts";
import type { Dialect, Route, RouteInput } from "../../dialect.ts";
import { embed } from "../../embeddings.ts";
import { type Failed, INVALID_KEY, invalid, isFailed, missingKey, type ProviderError } from "../../errors.ts";
import { answerChatRoute, answerPlainRoute, type ChatWire, type PlainWire } from "../../generation.ts";
import { sentKey } from "../../headers.ts";
import { answerModels } from "../openai/openai.ts";
import { RESPONSES } from "../openai-responses/chat-wire.ts";
import { CONTENT_FILTER, errorJson } from "./errors.ts";
import { readAzureRequest } from "./read-request.ts";
import { azureRenderer } from "./render.ts";
import { answerToken } from "./token.ts";

/** The deployment of the path; on the newer path the body names it. */
const deploymentOf = (body: JsonObject, { params }: RouteInput): unknown => params.deployment ?? body.model;

const CHAT: ChatWire = {
  model: deploymentOf,
  read: (body, model, input) => {
    const request = versionWrong(input) ?? readAzureRequest(body, model);
    if (isFailed(request)) return request;
    return {
      request,
      renderer: azureRenderer,
      blockedPrompt: ({ call }) => errorResponse(call, CONTENT_FILTER),
    };
  },
};

const EMBEDDINGS: PlainWire = {
  model: deploymentOf,
  embeds: true,
  answer: (body, model, input) => versionWrong(input) ?? embed({ ...body, model }),
};

/** Paths with a deployment need a dated version; the newer path needs none. */
function versionWrong({ url, params }: RouteInput): Failed | null {
  const version = url.searchParams.get("api-version");
  if (params.deployment !== undefined) {
    const dated = version !== null && /^\d{4}-\d{2}-\d{2}(-preview)?$/.test(version);
    return dated ? null : { failed: { ...invalid("Resource not found", null, null).failed, status: 404 } };
  }
  return version === null || ["preview", "latest", "v1"].includes(version)
    ? null
    : invalid("api-version query parameter is not allowed when using /v1 path", "api-version", null);
}

const routes = (base: string): readonly Route[] => [
  {
    method: "POST",
    path: new RegExp(`^${base}/chat/completions$`),
    answer: (input) => answerChatRoute(input, CHAT),
  },
  { method: "POST", path: new RegExp(`^${base}/embeddings$`), answer: (input) => answerPlainRoute(input, EMBEDDINGS) },
];

/** Azure OpenAI, on both its paths, with the token endpoint of its identity platform beside it. */
export const azure: Dialect = {
  prefix: "/azure",
  routes: [
    ...routes("/openai/deployments/(?<deployment>[^/]+)"),
    ...routes("/openai/v1"),
    { method: "POST", path: /^\/openai\/v1\/responses$/, answer: (input) => answerChatRoute(input, RESPONSES) },
    { method: "GET", path: /^\/openai\/(v1\/)?models$/, answer: answerModels },
    { method: "POST", path: /^\/(?<tenant>[^/]+)\/oauth2\/v2\.0\/token$/, open: true, answer: answerToken },
  ],
  errorJson,
  errorHeaders,
  headers: (request_id) => ({
    "apim-request-id": request_id,
    "x-ms-region": "Sandbox",
    "x-ratelimit-remaining-requests": "9999",
    "x-ratelimit-remaining-tokens": "1999000",
  }),
  refuseCaller: (request) => {
    const key = sentKey(request, ["api-key", "authorization"]);
    if (key === null) return missingKey("api-key");
    return key === "sk-invalid" ? INVALID_KEY : null;
  },
};

/** When to come again is told twice, the second time in milliseconds. */
function errorHeaders({ headers = {} }: ProviderError): Readonly<Record<string, string>> {
  const seconds = headers["retry-after"];
  return seconds === undefined ? headers : { ...headers, "retry-after-ms": String(Number(seconds) * 1_000) };
}
