import type { UpstreamError } from "../../../../schema/canonical/parts.ts";
import { parseRetryAfter } from "../../../../schema/http/retry-after.ts";
import { isJsonObject, type Json, type JsonObject, tryParseJson } from "../../../../schema/kernel/json.ts";

/** Codes that mean the account's own money and not the pace of requests. Both come with status 429. */
const QUOTA_CODES = new Set(["insufficient_quota", "billing_hard_limit_reached", "billing_not_active"]);

/** Classifies an answer in OpenAI's error shape, `{"error":{message,type,param,code}}`, by status and code. */
export function readError(status: number, headers: Headers, body: string): UpstreamError {
  return errorFromBody(status, tryParseJson(body), parseRetryAfter(headers));
}

/** The same for an error object that came inside a stream: its own code stands for the status that it lacks. */
export function errorFromBody(status: number, body: Json | undefined, retry_after_ms: number | null): UpstreamError {
  const error = isJsonObject(body) ? errorIn(body) : {};
  const code = textOf(error.code) ?? textOf(error.type);
  const known = status >= 400 ? status : statusOfCode(code);
  return {
    class: classOf(known, code),
    status: known,
    message: textOf(error.message) ?? `The provider answered with status ${known}.`,
    code: textOf(error.code),
    param: textOf(error.param),
    retry_after_ms,
  };
}

/** The body of an answer, or the data of an event, that is an error and no completion. */
export const isErrorBody = (body: JsonObject): boolean =>
  (body.error !== undefined && body.error !== null) || body.object === "error";

/** The error, by the shapes that servers of this dialect have beside OpenAI's. */
function errorIn(body: JsonObject): JsonObject {
  const { error, code, object, detail } = body;
  if (isJsonObject(error)) return error;
  // xAI and others state it as a text, with its code beside it.
  if (typeof error === "string") return { message: error, code: code ?? null };
  // vLLM and others state it without an envelope.
  if (object === "error") return body;
  // What a Python web server says by itself.
  return typeof detail === "string" ? { message: detail } : {};
}

function classOf(status: number, code: string | null): UpstreamError["class"] {
  if (code !== null && QUOTA_CODES.has(code)) return "quota";
  if (code === "content_filter" || code === "content_policy_violation") return "content_filter";
  if (status === 401 || status === 403) return "auth";
  if (status === 402) return "quota";
  if (status === 404) return "not_found";
  if (status === 408 || status === 504) return "timeout";
  if (status === 413) return "too_large";
  if (status === 429) return "rate_limited";
  if (status === 503 || status === 529) return "overloaded";
  return status >= 400 && status < 500 ? "rejected" : "failed";
}

function statusOfCode(code: string | null): number {
  // Several servers send the status itself as the code.
  if (code !== null && /^[45]\d\d$/.test(code)) return Number(code);
  switch (code) {
    case "rate_limit_exceeded":
    case "insufficient_quota":
      return 429;
    case "invalid_request_error":
    case "context_length_exceeded":
      return 400;
    case "invalid_api_key":
      return 401;
    default:
      return 500;
  }
}

/** A code may come as a number; a message never does. */
function textOf(value: Json | undefined): string | null {
  if (typeof value === "string" && value !== "") return value;
  return typeof value === "number" ? String(value) : null;
}
