import type { FinishReason } from "../../../../schema/canonical/parts.ts";

const REASONS: Readonly<Record<string, FinishReason>> = {
  end_turn: "stop",
  stop_sequence: "stop",
  max_tokens: "length",
  model_context_window_exceeded: "length",
  tool_use: "tool_calls",
  guardrail_intervened: "content_filter",
  content_filtered: "content_filter",
};

/**
 * A `stopReason` in OpenAI's words; an unknown one (`malformed_tool_use` too) ended the answer, so it is `stop`, and the raw
 * word is kept. When the only tool called stands in for a JSON format, the caller sees content and no call: `stop`.
 */
export function mapFinishReason(raw: string | null, called_only_json_tool: boolean): FinishReason {
  const reason = raw !== null && Object.hasOwn(REASONS, raw) ? (REASONS[raw] ?? "stop") : "stop";
  return reason === "tool_calls" && called_only_json_tool ? "stop" : reason;
}
