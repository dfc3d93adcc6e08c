import { LIMITS } from "../kernel/limits.ts";

const SAFE_ID = /^[\x21-\x7e]+$/;

/** The caller's correlation id when it is printable and short, else null: then ours is used. */
export function callerRequestId(headers: Headers): string | null {
  const id = headers.get("x-request-id");
  return id !== null && id.length <= LIMITS.request_id_chars && SAFE_ID.test(id) ? id : null;
}

/** The API key from `authorization: Bearer`, `x-api-key` or `api-key`, in this order; null when none is sent. */
export function readApiKey(headers: Headers): string | null {
  const authorization = headers.get("authorization");
  if (authorization !== null) {
    const match = /^bearer +(\S+) *$/i.exec(authorization);
    return match?.[1] ?? authorization;
  }
  return headers.get("x-api-key") ?? headers.get("api-key");
}

/** Warnings as one header value: printable ASCII, semicolon-separated, cut at a length every proxy passes. */
export function warningsHeader(warnings: readonly string[]): string {
  return warnings
    .map((warning) => warning.replace(/[^\x20-\x7e]/g, "?").replace(/;/g, ","))
    .join("; ")
    .slice(0, 2_000);
}
