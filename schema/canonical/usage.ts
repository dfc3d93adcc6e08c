import * as z from "zod";

/**
 * What a request used, in disjoint components: a token is counted in exactly one of them. Providers overlap theirs
 * (OpenAI's prompt_tokens contain the cached ones, Anthropic's do not); their folders do the subtraction, once.
 * Every component is a count ≥ 0; tokens unless named otherwise.
 */
export const USAGE_COMPONENTS = [
  "input",
  "cached_read",
  "cached_write_5m",
  "cached_write_1h",
  "output",
  "reasoning",
  "audio_input",
  "audio_output",
  "image_input",
  "image_output",
  /** Web searches or other server-side tool calls billed by the piece. */
  "search",
  /** Generated images billed by the piece. */
  "image",
  /** One per call, for models that are priced per call. */
  "call",
] as const;

export type UsageComponent = (typeof USAGE_COMPONENTS)[number];

/** Counts per component; a component that is absent was not used. */
export type Usage = Partial<Record<UsageComponent, number>>;

/** No provider reports more than this for one request; a larger figure is refused rather than charged. */
export const MAX_USAGE_COUNT = 1_000_000_000;

const count = z.int().min(0).max(MAX_USAGE_COUNT);

export const usageSchema = z.partialRecord(z.enum(USAGE_COMPONENTS), count);

/**
 * Where a usage figure comes from: the provider's own report, our count of the text, or a bound taken at a crash. `cache`
 * is what the provider once reported for an answer that was given again: nothing of it was used anew.
 */
export const USAGE_SOURCES = ["provider", "counted", "bound", "cache"] as const;
export type UsageSource = (typeof USAGE_SOURCES)[number];

const INPUT_SIDE = [
  "input",
  "cached_read",
  "cached_write_5m",
  "cached_write_1h",
  "audio_input",
  "image_input",
] as const;
const OUTPUT_SIDE = ["output", "reasoning", "audio_output", "image_output"] as const;

const sum = (usage: Usage, components: readonly UsageComponent[]): number =>
  components.reduce((total, component) => total + (usage[component] ?? 0), 0);

/** All tokens on the prompt's side, OpenAI's `prompt_tokens`. */
export const inputTokens = (usage: Usage): number => sum(usage, INPUT_SIDE);

/** All tokens on the answer's side, OpenAI's `completion_tokens`. */
export const outputTokens = (usage: Usage): number => sum(usage, OUTPUT_SIDE);

/** The usage of both, component by component. */
export function addUsage(a: Usage, b: Usage): Usage {
  const total: Usage = { ...a };
  for (const component of USAGE_COMPONENTS) {
    const more = b[component];
    if (more !== undefined) total[component] = (a[component] ?? 0) + more;
  }
  return total;
}
