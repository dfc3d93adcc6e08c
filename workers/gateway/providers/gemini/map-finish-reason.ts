import type { FinishReason } from "../../../../schema/canonical/parts.ts";

const FILTERED: ReadonlySet<string> = new Set([
  "SAFETY",
  "RECITATION",
  "LANGUAGE",
  "BLOCKLIST",
  "PROHIBITED_CONTENT",
  "SPII",
  "IMAGE_SAFETY",
]);

/** Reasons that are failures: the model wrote a call that nobody can read. */
export const isFailure = (reason: string): boolean =>
  reason === "MALFORMED_FUNCTION_CALL" || reason === "UNEXPECTED_TOOL_CALL" || reason === "TOO_MANY_TOOL_CALLS";

/** A finish reason in OpenAI's words. An answer that stopped with calls is one of calls, wherever they stood. */
export function mapFinishReason(reason: string, has_calls: boolean): FinishReason {
  if (reason === "MAX_TOKENS") return "length";
  if (FILTERED.has(reason)) return "content_filter";
  return has_calls ? "tool_calls" : "stop";
}
