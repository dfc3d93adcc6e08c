import { ERRORS, type ErrorBody, type ErrorRow, type Refusal } from "../kernel/errors.ts";

/** The error envelope of a refusal: OpenAI's fields, the request id, and the refusal's public details. */
export function errorBody(refusal: Refusal, request_id: string): ErrorBody {
  const row: ErrorRow = ERRORS[refusal.code];
  return {
    error: {
      message: refusal.message ?? row.public_text,
      type: row.type,
      code: refusal.upstream_code ?? refusal.code,
      param: refusal.param ?? null,
      request_id,
      ...refusal.details,
    },
  };
}

/** How an error is written down. Callers of other dialects than OpenAI's read other shapes. */
export type ErrorEnvelope = (body: ErrorBody, status: number) => object;

export const openAiEnvelope: ErrorEnvelope = (body) => body;

/** The HTTP status that a refusal answers with. */
export const errorStatus = (refusal: Refusal): number => refusal.status ?? ERRORS[refusal.code].status;

/**
 * The HTTP answer to a refusal. `x-should-retry` is what the official SDKs obey before their own rules: a request that
 * fails again for the same reason, and every 402, must not be repeated by itself.
 */
export function errorResponse(
  refusal: Refusal,
  request_id: string,
  extra: Record<string, string> = {},
  envelope: ErrorEnvelope = openAiEnvelope,
): Response {
  const row: ErrorRow = ERRORS[refusal.code];
  const status = errorStatus(refusal);
  const headers: Record<string, string> = {
    ...extra,
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "x-request-id": request_id,
    "x-should-retry": String((refusal.retry ?? row.retry) !== "never" && status !== 402),
  };
  if (refusal.retry_after_ms !== undefined) {
    headers["retry-after"] = String(Math.max(1, Math.ceil(refusal.retry_after_ms / 1000)));
  }
  if (status === 401) headers["www-authenticate"] = 'Bearer realm="ai-orchestrator"';
  return new Response(JSON.stringify(envelope(errorBody(refusal, request_id), status)), { status, headers });
}
