import type { UpstreamError } from "../../../../schema/canonical/parts.ts";
import { tryParseJson } from "../../../../schema/kernel/json.ts";
import { parseRetryAfter } from "../kit/retry-after.ts";
import { errorSchema } from "./wire.ts";

/**
 * Classifies a non-2xx answer by its status: the body, `{"message": "…"}`, has no code.
 * Source: the Cohere documentation, Errors.
 */
export function readError(status: number, headers: Headers, body: string): UpstreamError {
  const parsed = errorSchema.safeParse(tryParseJson(body));
  return {
    class: classOf(status),
    status,
    message: parsed.success ? parsed.data.message : `The provider answered with status ${status}.`,
    code: null,
    param: null,
    retry_after_ms: parseRetryAfter(headers),
  };
}

const BY_STATUS: ReadonlyMap<number, UpstreamError["class"]> = new Map([
  [401, "auth"],
  [402, "quota"],
  [403, "auth"],
  [404, "not_found"],
  [408, "timeout"],
  [413, "too_large"],
  [429, "rate_limited"],
  // The prompt or the answer has a token that is on the provider's list of denied ones.
  [498, "content_filter"],
  // The provider's own end of a call: nothing that the caller did.
  [499, "failed"],
  [503, "overloaded"],
  [504, "timeout"],
]);

const classOf = (status: number): UpstreamError["class"] =>
  BY_STATUS.get(status) ?? (status >= 400 && status < 500 ? "rejected" : "failed");
