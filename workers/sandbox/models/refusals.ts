import { unreachable } from "../../../schema/kernel/unreachable.ts";
import type { Controls } from "../controls.ts";
import { type ProviderError, serverError } from "../errors.ts";

/** Models that always answer with an error, on every route. */
export type RefusalId = "error-400" | "error-401" | "error-413" | "error-429" | "error-500";

export function refusal(id: RefusalId, controls: Controls): ProviderError {
  switch (id) {
    case "error-400":
      return {
        status: 400,
        message: "Invalid 'temperature': the sandbox model error-400 refuses every request.",
        type: "invalid_request_error",
        param: "temperature",
        code: "invalid_value",
      };
    case "error-401":
      return {
        status: 401,
        message: "Incorrect API key provided: the sandbox model error-401 refuses every key.",
        type: "invalid_request_error",
        param: null,
        code: "invalid_api_key",
      };
    case "error-413":
      return {
        status: 413,
        message: "Request too large: the sandbox model error-413 refuses every body.",
        type: "invalid_request_error",
        param: null,
        code: "request_too_large",
      };
    case "error-429":
      return {
        status: 429,
        message: `Rate limit reached for error-429. Please try again in ${controls.retry_after_s}s.`,
        type: "requests",
        param: null,
        code: "rate_limit_exceeded",
        headers: { "retry-after": String(controls.retry_after_s) },
      };
    case "error-500":
      return serverError(controls.status);
    default:
      return unreachable(id);
  }
}
