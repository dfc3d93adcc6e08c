import type { ProviderError } from "../../errors.ts";

const STATUSES: Readonly<Record<number, string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  413: "INVALID_ARGUMENT",
  429: "RESOURCE_EXHAUSTED",
  500: "INTERNAL",
  503: "UNAVAILABLE",
  504: "DEADLINE_EXCEEDED",
};

const type = (name: string): string => `type.googleapis.com/google.rpc.${name}`;

/** The body of an error, and the data of the event that ends a stream. When to come again stands in it, in no header. */
export function errorJson(error: ProviderError): string {
  const { status, message, param } = error;
  const text = param === null ? message : `Invalid value at '${param}': ${message}`;
  const details = detailsOf(error);
  return JSON.stringify({
    error: {
      code: status,
      message: text,
      status: STATUSES[status] ?? (status < 500 ? "FAILED_PRECONDITION" : "INTERNAL"),
      ...(details.length > 0 ? { details } : {}),
    },
  });
}

function detailsOf({ status, code, param, message, headers }: ProviderError): readonly object[] {
  if (code === "invalid_api_key" && status === 400) {
    return [{ "@type": type("ErrorInfo"), reason: "API_KEY_INVALID", domain: "googleapis.com" }];
  }
  if (status === 429) {
    return [
      { "@type": type("QuotaFailure"), violations: [{ quotaId: "GenerateRequestsPerMinutePerProjectPerModel" }] },
      { "@type": type("RetryInfo"), retryDelay: `${headers?.["retry-after"] ?? "1"}.4s` },
    ];
  }
  if (param !== null) {
    return [{ "@type": type("BadRequest"), fieldViolations: [{ field: param, description: message }] }];
  }
  return [];
}
