import { validate } from "../../body.ts";
import { jsonResponse } from "../../call.ts";
import type { Dialect, RouteInput } from "../../dialect.ts";
import { INVALID_KEY, isFailed, missingKey } from "../../errors.ts";
import { answerChatRoute, answerPlainRoute, type ChatWire, type PlainWire } from "../../generation.ts";
import { hashedId } from "../../hash.ts";
import { sentKey } from "../../headers.ts";
import { MODELS } from "../../models/catalogue.ts";
import { cohereEmbed } from "./embed.ts";
import { ruleBroken, toChatRequest } from "./read-request.ts";
import { cohereRenderer } from "./render.ts";
import { cohereRerank } from "./rerank.ts";
import { chatRequestSchema } from "./wire.ts";

const CHAT: ChatWire = {
  model: (body) => body.model,
  read: (body) => {
    const request = validate(chatRequestSchema, body);
    if (isFailed(request)) return request;
    const broken = ruleBroken(request);
    if (broken !== null) return broken;
    const call_id = (seed: string) => `tool_${hashedId(seed, 12).toLowerCase()}`;
    return { request: toChatRequest(request), renderer: cohereRenderer, call_id };
  },
};

const EMBED: PlainWire = { model: (body) => body.model, embeds: true, answer: cohereEmbed };

const RERANK: PlainWire = { model: (body) => body.model, embeds: false, answer: cohereRerank };

function answerModels({ call }: RouteInput): Response {
  const models = Object.entries(MODELS).map(([name, { kind }]) => ({
    name,
    endpoints: kind === "embedding" ? ["embed", "rerank"] : ["chat"],
    context_length: 128_000,
  }));
  return jsonResponse(call, JSON.stringify({ models, next_page_token: "" }));
}

/** Cohere's API: chat, embeddings and rankings of its second version. */
export const cohere: Dialect = {
  prefix: "/cohere",
  routes: [
    { method: "GET", path: /^\/v1\/models$/, answer: answerModels },
    { method: "POST", path: /^\/v2\/chat$/, answer: (input) => answerChatRoute(input, CHAT) },
    { method: "POST", path: /^\/v2\/embed$/, answer: (input) => answerPlainRoute(input, EMBED) },
    { method: "POST", path: /^\/v2\/rerank$/, answer: (input) => answerPlainRoute(input, RERANK) },
  ],
  errorJson: ({ message, param }) =>
    JSON.stringify({ id: hashedId(message, 32), message: param === null ? message : `${param}: ${message}` }),
  headers: (request_id) => ({ "x-debug-trace-id": request_id }),
  refuseCaller: (request) => {
    const key = sentKey(request, ["authorization"]);
    if (key === null) return missingKey("authorization");
    return key === "sk-invalid" ? INVALID_KEY : null;
  },
};
