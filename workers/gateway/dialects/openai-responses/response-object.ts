import type { FinishReason } from "../../../../schema/canonical/parts.ts";
import { inputTokens, outputTokens, type Usage } from "../../../../schema/canonical/usage.ts";
import type { Json } from "../../../../schema/kernel/json.ts";
import type { RenderContext } from "../chat-dialect.ts";

/** Why an answer is not complete, in this contract's words; null when it is. */
export const incompleteReason = (reason: FinishReason | "cut" | null): "max_output_tokens" | "content_filter" | null =>
  reason === "length" || reason === "cut" ? "max_output_tokens" : reason === "content_filter" ? "content_filter" : null;

export const toResponsesUsage = (usage: Usage) => ({
  input_tokens: inputTokens(usage),
  input_tokens_details: {
    cached_tokens: usage.cached_read ?? 0,
    cache_write_tokens: (usage.cached_write_5m ?? 0) + (usage.cached_write_1h ?? 0),
  },
  output_tokens: outputTokens(usage),
  output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
  total_tokens: inputTokens(usage) + outputTokens(usage),
});

const given = (value: Json | undefined, otherwise: Json): Json => (value === undefined ? otherwise : value);

/** The response with everything that clients read of it; what the request said is said again, as the API does. */
export function responseObject(
  { identity, body }: RenderContext,
  state: {
    readonly status: "in_progress" | "completed" | "incomplete" | "failed";
    readonly incomplete: string | null;
    readonly output: readonly object[];
    readonly usage: Usage | null;
  },
): Record<string, unknown> {
  return {
    id: identity.id,
    object: "response",
    created_at: identity.created,
    status: state.status,
    background: false,
    error: null,
    incomplete_details: state.incomplete === null ? null : { reason: state.incomplete },
    instructions: given(body.instructions, null),
    max_output_tokens: given(body.max_output_tokens, null),
    model: identity.model,
    output: state.output,
    parallel_tool_calls: given(body.parallel_tool_calls, true),
    previous_response_id: null,
    reasoning: given(body.reasoning, { effort: null, summary: null }),
    store: false,
    temperature: given(body.temperature, 1),
    text: given(body.text, { format: { type: "text" } }),
    tool_choice: given(body.tool_choice, "auto"),
    tools: given(body.tools, []),
    top_p: given(body.top_p, 1),
    truncation: "disabled",
    usage: state.usage === null ? null : toResponsesUsage(state.usage),
    user: given(body.user, null),
    metadata: given(body.metadata, {}),
  };
}
