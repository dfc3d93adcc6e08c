import type { FinishReason } from "../../../../schema/canonical/parts.ts";

const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  /** The provider paused a long turn of its own tools: the answer is not whole, and `stop` would say that it is. */
  pause_turn: "length",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool_calls",
  refusal: "content_filter",
};

/**
 * A `stop_reason` in OpenAI's words; an unknown one ended the answer, so it is `stop`. When the only tool called was
 * the one that stands in for a JSON format, the caller sees content and no call: `stop`.
 */
export function mapFinishReason(stop_reason: string | null, called_only_json_tool: boolean): FinishReason {
  if (stop_reason === null) return "stop";
  const reason = Object.hasOwn(REASONS, stop_reason) ? (REASONS[stop_reason] ?? "stop") : "stop";
  return reason === "tool_calls" && called_only_json_tool ? "stop" : reason;
}
