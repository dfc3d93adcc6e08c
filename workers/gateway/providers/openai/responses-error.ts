import type { UpstreamError } from "../../../../schema/canonical/parts.ts";
import { isJsonObject, type JsonObject } from "../../../../schema/kernel/json.ts";
import { errorFromBody } from "./read-error.ts";

/** Codes that are about what the caller sent. Source: the OpenAI API reference, `ResponseError`. */
const CALLERS_OWN =
  /^(?:invalid_|image_|empty_image|unsupported_image|failed_to_download|unsupported_|context_length|bio_policy|misalignment_policy|cyber_policy|data_residency)/;

/** The error of a response that failed, or of an `error` event, whose fields stand in the event itself. */
export function responseError(holder: JsonObject): UpstreamError {
  const error = isJsonObject(holder.error) ? holder.error : holder;
  const status = typeof error.code === "string" && CALLERS_OWN.test(error.code) ? 400 : 0;
  return errorFromBody(status, { error }, null);
}
