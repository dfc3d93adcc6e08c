import type { ProviderError } from "../../errors.ts";

const TYPES: Readonly<Record<number, string>> = {
  400: "invalid_request_error",
  401: "authentication_error",
  402: "billing_error",
  403: "permission_error",
  404: "not_found_error",
  413: "request_too_large",
  429: "rate_limit_error",
  504: "timeout_error",
  529: "overloaded_error",
};

/** The body of an error, and the data of an error event. The field at fault stands in front of the message. */
export function errorJson({ status, message, param }: ProviderError): string {
  const type = TYPES[status] ?? (status < 500 ? "invalid_request_error" : "api_error");
  const text = param === null ? message : `${param.replaceAll("[", ".").replaceAll("]", "")}: ${message}`;
  return JSON.stringify({ type: "error", error: { type, message: text }, request_id: null });
}
