import { inputTokens, outputTokens, type Usage } from "../../../../schema/canonical/usage.ts";

/** OpenAI's usage object. Source: the OpenAI API reference, `CompletionUsage`. */
export interface OpenAiUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
  readonly prompt_tokens_details: { readonly cached_tokens: number; readonly audio_tokens: number };
  readonly completion_tokens_details: { readonly reasoning_tokens: number; readonly audio_tokens: number };
}

/** Components as OpenAI reports them: the prompt contains the cached tokens, the completion the reasoning. */
export function toOpenAiUsage(usage: Usage): OpenAiUsage {
  const prompt_tokens = inputTokens(usage);
  const completion_tokens = outputTokens(usage);
  return {
    prompt_tokens,
    completion_tokens,
    total_tokens: prompt_tokens + completion_tokens,
    prompt_tokens_details: { cached_tokens: usage.cached_read ?? 0, audio_tokens: usage.audio_input ?? 0 },
    completion_tokens_details: { reasoning_tokens: usage.reasoning ?? 0, audio_tokens: usage.audio_output ?? 0 },
  };
}
