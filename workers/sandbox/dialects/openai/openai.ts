import { errorResponse, jsonResponse } from "../../call.ts";
import type { Dialect, RouteInput } from "../../dialect.ts";
import { embed } from "../../embeddings.ts";
import { errorJson, INVALID_KEY, isFailed, modelNotFound } from "../../errors.ts";
import { answerChatRoute, answerPlainRoute, type ChatWire, type PlainWire } from "../../generation.ts";
import { sentKey } from "../../headers.ts";
import { findModel, MODELS } from "../../models/catalogue.ts";
import { readChatRequest } from "../openai-chat/read-request.ts";
import { openAiChatRenderer } from "../openai-chat/render.ts";
import { readCompletionsRequest } from "../openai-completions/read-request.ts";
import { completionsRenderer } from "../openai-completions/render.ts";
import { RESPONSES } from "../openai-responses/chat-wire.ts";

/** A fixed day, so that the list never changes. */
const MODELS_CREATED = Date.UTC(2026, 0, 1) / 1000;

const modelObject = (id: string): object => ({ id, object: "model", created: MODELS_CREATED, owned_by: "sandbox" });

/** The list of models, which other dialects share. */
export const answerModels = ({ call }: RouteInput): Response =>
  jsonResponse(call, JSON.stringify({ object: "list", data: Object.keys(MODELS).map(modelObject) }));

function answerModel({ call, params }: RouteInput): Response {
  const id = params.model ?? "";
  if (findModel(id) === undefined) return errorResponse(call, modelNotFound(id));
  return jsonResponse(call, JSON.stringify(modelObject(id)));
}

const CHAT: ChatWire = {
  model: (body) => body.model,
  read: (body) => {
    const request = readChatRequest(body);
    return isFailed(request) ? request : { request, renderer: openAiChatRenderer };
  },
};

const COMPLETIONS: ChatWire = {
  model: (body) => body.model,
  read: (body) => {
    const read = readCompletionsRequest(body);
    if (isFailed(read)) return read;
    return { request: read.request, renderer: (job) => completionsRenderer(job, read.echoed) };
  },
};

export const EMBEDDINGS: PlainWire = { model: (body) => body.model, embeds: true, answer: (body) => embed(body) };

/** OpenAI's API, of which the gateway's own sandbox provider is one. Any key is taken, and none. */
export const openai: Dialect = {
  prefix: "/v1",
  routes: [
    { method: "GET", path: /^\/models$/, answer: answerModels },
    { method: "GET", path: /^\/models\/(?<model>.+)$/, answer: answerModel },
    { method: "POST", path: /^\/chat\/completions$/, answer: (input) => answerChatRoute(input, CHAT) },
    { method: "POST", path: /^\/completions$/, answer: (input) => answerChatRoute(input, COMPLETIONS) },
    { method: "POST", path: /^\/responses$/, answer: (input) => answerChatRoute(input, RESPONSES) },
    { method: "POST", path: /^\/embeddings$/, answer: (input) => answerPlainRoute(input, EMBEDDINGS) },
  ],
  errorJson,
  /** The limits never move: the sandbox has none. */
  headers: () => ({
    "openai-organization": "sandbox",
    "openai-version": "2020-10-01",
    "x-ratelimit-limit-requests": "10000",
    "x-ratelimit-remaining-requests": "9999",
    "x-ratelimit-reset-requests": "6ms",
    "x-ratelimit-limit-tokens": "2000000",
    "x-ratelimit-remaining-tokens": "1999000",
    "x-ratelimit-reset-tokens": "30ms",
  }),
  refuseCaller: (request) => (sentKey(request, ["authorization"]) === "sk-invalid" ? INVALID_KEY : null),
};
