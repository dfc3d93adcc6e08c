import type { UpstreamError } from "../../../../schema/canonical/parts.ts";
import { parseRetryAfter } from "../../../../schema/http/retry-after.ts";
import { isJsonObject, type Json, tryParseJson } from "../../../../schema/kernel/json.ts";
import { classOfStatus } from "../kit/class-of-status.ts";

/** Classifies an answer in Google's error shape, `{"error":{code,message,status,details}}`, also wrapped in an array. */
export function readError(status: number, headers: Headers, body: string): UpstreamError {
  return errorFrom(status, tryParseJson(body), parseRetryAfter(headers));
}

/** The same for an error inside a stream or an answer: its own code is the status. */
export function errorFrom(status: number, value: Json | undefined, retry_after_ms: number | null): UpstreamError {
  const body = Array.isArray(value) ? value[0] : value;
  const error = isJsonObject(body) && isJsonObject(body.error) ? body.error : {};
  const known = status >= 400 ? status : typeof error.code === "number" && error.code >= 400 ? error.code : 500;
  // A key that is no key comes as 400, told by the reason in its details.
  const reasons = detailsOf(error.details).map(({ reason }) => reason);
  const bad_key = reasons.includes("API_KEY_INVALID");
  return {
    class: bad_key ? "auth" : classOfStatus(known),
    status: known,
    message: typeof error.message === "string" ? error.message : `The provider answered with status ${known}.`,
    code: typeof error.status === "string" ? error.status : null,
    param: null,
    retry_after_ms: delayOf(error.details) ?? retry_after_ms,
  };
}

const detailsOf = (details: Json | undefined) => (Array.isArray(details) ? details.filter(isJsonObject) : []);

/** `RetryInfo.retryDelay` is a duration such as "34.6s". */
function delayOf(details: Json | undefined): number | null {
  for (const { retryDelay } of detailsOf(details)) {
    const match = typeof retryDelay === "string" ? /^(\d{1,9}(?:\.\d{1,9})?)s$/.exec(retryDelay) : null;
    if (match !== null) return Math.ceil(Number(match[1]) * 1_000);
  }
  return null;
}
