import type { Usage } from "../../../../schema/canonical/usage.ts";
import type { Answer } from "./wire.ts";

type Report = NonNullable<Answer["usageMetadata"]>;
type Details = Report["promptTokensDetails"];

/**
 * Disjoint components. The prompt contains what came from the cache, what tools put into it is counted beside it, and the
 * candidates do not contain the thoughts. Audio and images are told apart in the details, which have prices of their own;
 * what of them came from the cache is counted there. A report is never charged for more than its totals: details that say
 * more are cut. Source: the Gemini API reference, UsageMetadata and ModalityTokenCount.
 */
export function convertUsage(usage: Report): Usage {
  const cached_read = usage.cachedContentTokenCount ?? 0;
  const fresh = (usage.promptTokenCount ?? 0) + (usage.toolUsePromptTokenCount ?? 0) - cached_read;
  const read = (modality: string): number =>
    of(modality, usage.promptTokensDetails) +
    of(modality, usage.toolUsePromptTokensDetails) -
    of(modality, usage.cacheTokensDetails);
  const prompt = split(fresh, read("AUDIO"), read("IMAGE"));
  const written = usage.candidatesTokenCount ?? 0;
  const answer = split(written, of("AUDIO", usage.candidatesTokensDetails), of("IMAGE", usage.candidatesTokensDetails));
  return {
    input: prompt.rest,
    cached_read,
    ...(prompt.audio > 0 ? { audio_input: prompt.audio } : {}),
    ...(prompt.image > 0 ? { image_input: prompt.image } : {}),
    output: answer.rest,
    reasoning: usage.thoughtsTokenCount ?? 0,
    ...(answer.audio > 0 ? { audio_output: answer.audio } : {}),
    ...(answer.image > 0 ? { image_output: answer.image } : {}),
  };
}

/** Tokens of a modality; none where they are not told. A count that is none stays none. */
const of = (modality: string, details: Details): number =>
  (details ?? []).reduce((sum, one) => (one.modality === modality ? sum + (one.tokenCount ?? 0) : sum), 0);

function split(total: number, audio: number, image: number) {
  const heard = Math.max(0, Math.min(audio, total));
  const seen = Math.max(0, Math.min(image, total - heard));
  return { audio: heard, image: seen, rest: total - heard - seen };
}
