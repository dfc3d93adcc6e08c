import type { FinishReason } from "../../../../schema/canonical/parts.ts";

const REASONS: Readonly<Record<string, FinishReason>> = {
  STOP: "stop",
  MAX_TOKENS: "length",
  SAFETY: "content_filter",
  RECITATION: "content_filter",
  LANGUAGE: "content_filter",
  BLOCKLIST: "content_filter",
  PROHIBITED_CONTENT: "content_filter",
  SPII: "content_filter",
  MODEL_ARMOR: "content_filter",
  IMAGE_SAFETY: "content_filter",
  IMAGE_PROHIBITED_CONTENT: "content_filter",
  IMAGE_RECITATION: "content_filter",
};

/** Reasons that are failures: what was to come did not, whatever was said before. */
const FAILURES: Readonly<Record<string, string>> = {
  MALFORMED_FUNCTION_CALL: "The model wrote a tool call that cannot be read",
  UNEXPECTED_TOOL_CALL: "The model called a tool where it has none",
  TOO_MANY_TOOL_CALLS: "The model called too many tools in a row",
  MALFORMED_RESPONSE: "The model wrote an answer that cannot be read",
  MISSING_THOUGHT_SIGNATURE: "A signature of a tool call in the history is missing",
  NO_IMAGE: "The model made no image",
  IMAGE_OTHER: "The model made no image",
};

export interface Said {
  readonly calls: number;
  readonly anything: boolean;
}

/**
 * A finish reason in OpenAI's words, or what failed. An answer that stopped with calls is one of calls, wherever they
 * stood. A reason that is not known ended what was said, so it is `stop`; where nothing was said, it is why, and a failure.
 */
export function mapFinishReason(
  reason: string,
  said: Said,
): { readonly finish: FinishReason } | { readonly failed: string } {
  if (Object.hasOwn(FAILURES, reason)) return { failed: `${FAILURES[reason]} (${reason}).` };
  const known = Object.hasOwn(REASONS, reason) ? REASONS[reason] : undefined;
  if (known === undefined && !said.anything) return { failed: `The model said nothing (${shown(reason)}).` };
  if (known !== undefined && known !== "stop") return { finish: known };
  return { finish: said.calls > 0 ? "tool_calls" : "stop" };
}

const shown = (reason: string): string => (/^\w{1,60}$/.test(reason) ? reason : "for an unknown reason");
