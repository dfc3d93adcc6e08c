import type { ReportedUsage } from "../../models/usage.ts";
import { jsonText } from "../../raw-json.ts";

/** A report as the `usage` of chat completions. */
export function usageText({ prompt, completion, total, cached, reasoning }: ReportedUsage): string {
  return jsonText({
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: total,
    prompt_tokens_details: cached && { cached_tokens: cached, audio_tokens: 0 },
    completion_tokens_details: reasoning && {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  });
}
