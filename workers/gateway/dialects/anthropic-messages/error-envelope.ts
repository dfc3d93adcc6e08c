import type { ErrorEnvelope } from "../../../../schema/http/error-response.ts";

const BY_STATUS: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  503: "overloaded_error",
  504: "timeout_error",
  529: "overloaded_error",
};

/** Anthropic's envelope, with our own code and details beside its two fields. Its SDKs tell errors by status and type. */
export const anthropicEnvelope: ErrorEnvelope = ({ error }, status) => {
  const { request_id, type: _type, ...rest } = error;
  const type = BY_STATUS[status] ?? (status >= 500 ? "api_error" : "invalid_request_error");
  return { type: "error", error: { type, ...rest }, request_id };
};
