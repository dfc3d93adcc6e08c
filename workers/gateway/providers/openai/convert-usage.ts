import type { Usage } from "../../../../schema/canonical/usage.ts";
import { isJsonObject, type Json } from "../../../../schema/kernel/json.ts";

/**
 * OpenAI's `usage` as disjoint components: `prompt_tokens` contain the cached, the cache-written and the audio ones, `completion_tokens` the
 * reasoning and the audio ones. Null when there is none. Figures are taken as they are, also impossible ones (negative,
 * fractional): the meter validates and refuses them as a whole.
 */
export function convertUsage(usage: Json | undefined): Usage | null {
  if (!isJsonObject(usage)) return null;
  const prompt = figure(usage.prompt_tokens);
  const completion = figure(usage.completion_tokens);
  const inPrompt = isJsonObject(usage.prompt_tokens_details) ? usage.prompt_tokens_details : {};
  const inCompletion = isJsonObject(usage.completion_tokens_details) ? usage.completion_tokens_details : {};
  const cached_read = figure(inPrompt.cached_tokens);
  // Since GPT-5.6 the provider writes its cache by itself and bills it; there is one kind of write, kept for minutes.
  const cached_write_5m = figure(inPrompt.cache_write_tokens);
  const audio_input = figure(inPrompt.audio_tokens);
  const reasoning = figure(inCompletion.reasoning_tokens);
  const audio_output = figure(inCompletion.audio_tokens);
  return {
    input: prompt - cached_read - cached_write_5m - audio_input,
    cached_read,
    cached_write_5m,
    audio_input,
    output: completion - reasoning - audio_output,
    reasoning,
    audio_output,
  };
}

/** Absent and null are 0; what is not a number becomes NaN, which no later check lets through. */
const figure = (value: Json | undefined): number =>
  value === undefined || value === null ? 0 : typeof value === "number" ? value : Number.NaN;
