import type { ChatJob } from "../../chat.ts";
import { type CacheMark, cacheWrites } from "../../models/cache-writes.ts";
import { count, type ReportedUsage, without } from "../../models/usage.ts";

/** A report as `usage`: what is read from or written to a cache is counted apart from the input. */
export function usageObject(usage: ReportedUsage, job: ChatJob, marks: readonly CacheMark[]): object {
  const { five_minutes, one_hour } = job.model.usage === "zero" ? NO_WRITES : cacheWrites(marks, job.tally);
  const written = count(five_minutes + one_hour);
  const input = without(without(usage.prompt, usage.cached), written);
  return {
    input_tokens: input,
    cache_creation_input_tokens: usage.prompt && written,
    cache_read_input_tokens: usage.prompt && (usage.cached ?? 0),
    cache_creation: usage.prompt && {
      ephemeral_5m_input_tokens: five_minutes,
      ephemeral_1h_input_tokens: one_hour,
    },
    output_tokens: usage.completion,
    output_tokens_details: usage.reasoning && { thinking_tokens: usage.reasoning },
    service_tier: "standard",
  };
}

const NO_WRITES = { five_minutes: 0, one_hour: 0 };
