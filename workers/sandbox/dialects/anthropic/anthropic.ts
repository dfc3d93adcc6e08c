import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { promptTokens } from "../../../../schema/tokens/sandbox-prompt-tokens.ts";
import { validate } from "../../body.ts";
import { jsonResponse } from "../../call.ts";
import type { Dialect, RouteInput } from "../../dialect.ts";
import { type Failed, INVALID_KEY, invalid, isFailed, missingKey } from "../../errors.ts";
import { answerChatRoute, answerPlainRoute, type ChatWire, type PlainWire } from "../../generation.ts";
import { hashedId } from "../../hash.ts";
import { sentKey } from "../../headers.ts";
import { MODELS } from "../../models/catalogue.ts";
import { cacheMarks } from "./cache-marks.ts";
import { messagesRuleBroken, promptRuleBroken } from "./check-rules.ts";
import { errorJson } from "./errors.ts";
import { toChatRequest, toPrompt } from "./read-request.ts";
import { anthropicRenderer } from "./render.ts";
import { countRequestSchema, messagesRequestSchema } from "./wire.ts";

const MESSAGES: ChatWire = {
  model: (body) => body.model,
  read: (body, _model, input) => {
    const request = versionMissing(input) ?? validate(messagesRequestSchema, body);
    if (isFailed(request)) return request;
    const broken = messagesRuleBroken(request);
    if (broken !== null) return broken;
    const marks = cacheMarks(request);
    return {
      request: toChatRequest(request),
      renderer: (job) => anthropicRenderer(job, marks),
      call_id: (seed) => `toolu_${hashedId(seed, 24)}`,
    };
  },
};

const COUNT: PlainWire = {
  model: (body) => body.model,
  embeds: false,
  answer: (body: JsonObject, _model, input) => {
    const request = versionMissing(input) ?? validate(countRequestSchema, body);
    if (isFailed(request)) return request;
    const broken = promptRuleBroken(request);
    if (broken !== null) return broken;
    const prompt_tokens = promptTokens(toPrompt(request));
    return { json: JSON.stringify({ input_tokens: prompt_tokens }), prompt_tokens };
  },
};

const versionMissing = ({ request }: RouteInput): Failed | null =>
  request.headers.has("anthropic-version") ? null : invalid("anthropic-version: header is required", null);

function answerModels({ call }: RouteInput): Response {
  const ids = Object.keys(MODELS);
  const data = ids.map((id) => ({ type: "model", id, display_name: id, created_at: "2026-01-01T00:00:00Z" }));
  return jsonResponse(call, JSON.stringify({ data, has_more: false, first_id: ids[0], last_id: ids.at(-1) }));
}

/** Anthropic's Messages API. */
export const anthropic: Dialect = {
  prefix: "/anthropic",
  routes: [
    { method: "GET", path: /^\/v1\/models$/, answer: answerModels },
    { method: "POST", path: /^\/v1\/messages$/, answer: (input) => answerChatRoute(input, MESSAGES) },
    { method: "POST", path: /^\/v1\/messages\/count_tokens$/, answer: (input) => answerPlainRoute(input, COUNT) },
  ],
  errorJson,
  headers: (request_id) => ({ "request-id": request_id, "anthropic-organization-id": "sandbox" }),
  refuseCaller: (request) => {
    const key = sentKey(request, ["x-api-key", "authorization"]);
    if (key === null) return missingKey("x-api-key");
    return key === "sk-invalid" ? INVALID_KEY : null;
  },
};
