import type { Usage } from "../../../../schema/canonical/usage.ts";
import type { Answer } from "./wire.ts";

/**
 * Disjoint components. The prompt contains what came from the cache, what tools put into it is counted beside it, and the
 * candidates do not contain the thoughts.
 */
export function convertUsage(usage: NonNullable<Answer["usageMetadata"]>): Usage {
  const cached_read = usage.cachedContentTokenCount ?? 0;
  return {
    input: (usage.promptTokenCount ?? 0) + (usage.toolUsePromptTokenCount ?? 0) - cached_read,
    cached_read,
    output: usage.candidatesTokenCount ?? 0,
    reasoning: usage.thoughtsTokenCount ?? 0,
  };
}
