import type * as z from "zod";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { validate } from "../../body.ts";
import type { Dialect } from "../../dialect.ts";
import { embed } from "../../embeddings.ts";
import { type Failed, INVALID_KEY, isFailed, missingKey } from "../../errors.ts";
import { answerChatRoute, answerPlainRoute, type ChatWire, type PlainWire } from "../../generation.ts";
import { hashedId } from "../../hash.ts";
import { sentKey } from "../../headers.ts";
import { answerModels } from "../openai/openai.ts";
import { errorJson } from "./errors.ts";
import { toChatRequest } from "./read-request.ts";
import { mistralRenderer } from "./render.ts";
import { chatRequestSchema, embeddingsRequestSchema } from "./wire.ts";

/** What is wrong with a field has a status of its own. */
function checked<Schema extends z.ZodType<object>>(schema: Schema, body: JsonObject): z.infer<Schema> | Failed {
  const request = validate(schema, body);
  return isFailed(request) ? { failed: { ...request.failed, status: 422 } } : request;
}

const CHAT: ChatWire = {
  model: (body) => body.model,
  read: (body) => {
    const fields = checked(chatRequestSchema, body);
    if (isFailed(fields)) return fields;
    const request = toChatRequest(fields);
    if (isFailed(request)) return request;
    return { request, renderer: mistralRenderer, call_id: (seed) => hashedId(seed, 9) };
  },
};

const EMBEDDINGS: PlainWire = {
  model: (body) => body.model,
  embeds: true,
  answer: (body) => {
    const request = checked(embeddingsRequestSchema, body);
    if (isFailed(request)) return request;
    const { model, input, output_dimension: dimensions = null, encoding_format = null } = request;
    return embed({ model, input, dimensions, encoding_format });
  },
};

/** Mistral's API. */
export const mistral: Dialect = {
  prefix: "/mistral",
  routes: [
    { method: "GET", path: /^\/v1\/models$/, answer: answerModels },
    { method: "POST", path: /^\/v1\/chat\/completions$/, answer: (input) => answerChatRoute(input, CHAT) },
    { method: "POST", path: /^\/v1\/embeddings$/, answer: (input) => answerPlainRoute(input, EMBEDDINGS) },
  ],
  errorJson,
  headers: (request_id) => ({ "mistral-correlation-id": request_id }),
  refuseCaller: (request) => {
    const key = sentKey(request, ["authorization"]);
    if (key === null) return missingKey("authorization");
    return key === "sk-invalid" ? INVALID_KEY : null;
  },
};
