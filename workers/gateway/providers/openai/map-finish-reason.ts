import { FINISH_REASONS, type FinishReason } from "../../../../schema/canonical/parts.ts";

/** OpenAI's own reasons; its deprecated `function_call` is a tool call, and one that we do not know ends like `stop`. */
export function mapFinishReason(reason: string): FinishReason {
  if (reason === "function_call") return "tool_calls";
  return FINISH_REASONS.find((known) => known === reason) ?? "stop";
}
