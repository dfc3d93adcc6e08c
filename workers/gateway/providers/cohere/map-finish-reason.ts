import type { FinishReason, UpstreamError } from "../../../../schema/canonical/parts.ts";
import { upstreamFailure } from "../kit/upstream-failure.ts";

const REASONS: Readonly<Record<string, FinishReason>> = {
  COMPLETE: "stop",
  STOP_SEQUENCE: "stop",
  MAX_TOKENS: "length",
  TOOL_CALL: "tool_calls",
  CONTENT_BLOCKED: "content_filter",
  ERROR_TOXIC: "content_filter",
};

/** A `finish_reason` in OpenAI's words; an unknown one ended the answer, so it is `stop`. */
export function mapFinishReason(finish_reason: string | null): FinishReason {
  const name = finish_reason?.toUpperCase() ?? "";
  return Object.hasOwn(REASONS, name) ? (REASONS[name] ?? "stop") : "stop";
}

/** Reasons that say that the answer failed, whatever status it came with; null for every other. */
export function failureOf(
  finish_reason: string | null | undefined,
  message: string | null | undefined,
): UpstreamError | null {
  switch (finish_reason?.toUpperCase()) {
    case "ERROR":
    case "ERROR_LIMIT":
      return upstreamFailure(message ?? "The provider's model failed while it answered.");
    case "TIMEOUT":
      return upstreamFailure(message ?? "The provider's model took too long to answer.", "timeout", 504);
    default:
      return null;
  }
}
