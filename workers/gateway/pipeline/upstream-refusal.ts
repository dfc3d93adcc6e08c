import type { UpstreamError } from "../../../schema/canonical/parts.ts";
import type { Refusal } from "../../../schema/kernel/errors.ts";
import { unreachable } from "../../../schema/kernel/unreachable.ts";

/**
 * A provider's failure as our caller sees it: status class and text kept, credentials and headers not. The provider's
 * 401 and 403 are about our credential and become 502: the caller's key is fine.
 */
export function refusalOf(error: UpstreamError): Refusal {
  const message = error.message;
  const common = {
    ...(error.param === null ? {} : { param: error.param }),
    ...(error.retry_after_ms === null ? {} : { retry_after_ms: error.retry_after_ms }),
  };
  const upstream_code = error.code === null ? {} : { upstream_code: error.code };
  switch (error.class) {
    case "rejected":
    case "content_filter":
    case "too_large":
      return { code: "upstream_rejected", status: clientStatus(error.status), message, ...upstream_code, ...common };
    case "not_found":
      return { code: "upstream_rejected", status: 404, message, ...upstream_code, ...common };
    case "auth":
      if (error.shown !== true) return { code: "upstream_auth_failed" };
      return { code: "upstream_auth_failed", message: `${message} This is not your API key: ask an administrator.` };
    case "quota":
      return { code: "upstream_quota" };
    case "rate_limited":
      return { code: "provider_rate_limited", message: `The provider is rate limiting: ${message}`, ...common };
    case "overloaded":
      return { code: "upstream_error", status: 503, message: `The provider is overloaded: ${message}`, ...common };
    case "timeout":
      return { code: "upstream_timeout", message };
    case "failed":
      return { code: "upstream_error", message: `The provider failed: ${message}`, ...common };
    default:
      return unreachable(error.class);
  }
}

const clientStatus = (status: number): number => (status >= 400 && status < 500 ? status : 400);
