import type { FinishReason } from "../../../../schema/canonical/parts.ts";

const STOP_REASONS = {
  stop: "end_turn",
  length: "max_tokens",
  tool_calls: "tool_use",
  content_filter: "refusal",
} as const satisfies Record<FinishReason, string>;

/** Why the answer ended, in Anthropic's words; an answer that did not say ended its turn. */
export const stopReason = (reason: FinishReason | null): string => STOP_REASONS[reason ?? "stop"];
