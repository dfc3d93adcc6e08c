import type { ErrorCode } from "../../../schema/kernel/errors.ts";

/** What an administrator's request with a JSON body can be answered with, whatever it asks for. */
export const ADMIN_BODY_ERRORS: readonly ErrorCode[] = [
  "invalid_request",
  "invalid_json",
  "json_too_deep",
  "invalid_api_key",
  "not_signed_in",
  "forbidden",
  "origin_denied",
  "payload_too_large",
  "unsupported_media_type",
  "store_unavailable",
];
