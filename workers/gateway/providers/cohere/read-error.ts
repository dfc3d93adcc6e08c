import type { UpstreamError } from "../../../../schema/canonical/parts.ts";
import { parseRetryAfter } from "../../../../schema/http/retry-after.ts";
import { tryParseJson } from "../../../../schema/kernel/json.ts";
import { classOfStatus } from "../kit/class-of-status.ts";
import { errorSchema } from "./wire.ts";

/**
 * Classifies a non-2xx answer by its status: the body, `{"message": "…"}`, has no code.
 * Source: the Cohere documentation, Errors.
 */
export function readError(status: number, headers: Headers, body: string): UpstreamError {
  const parsed = errorSchema.safeParse(tryParseJson(body));
  return {
    class: OWN.get(status) ?? classOfStatus(status),
    status,
    message: parsed.success ? parsed.data.message : `The provider answered with status ${status}.`,
    code: null,
    param: null,
    retry_after_ms: parseRetryAfter(headers),
  };
}

const OWN: ReadonlyMap<number, UpstreamError["class"]> = new Map([
  // The prompt or the answer has a token that is on the provider's list of denied ones.
  [498, "content_filter"],
  // The provider's own end of a call: nothing that the caller did.
  [499, "failed"],
]);
