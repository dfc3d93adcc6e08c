import type { Usage, UsageComponent } from "../../../../schema/canonical/usage.ts";
import type { MessagesUsage } from "./wire.ts";

/** The provider's counts side by side, 0 where not reported. They overlap; only `toUsage` takes them apart. */
export interface Counts {
  readonly input: number;
  readonly output: number;
  /** Part of `output`. */
  readonly thinking: number;
  readonly cache_read: number;
  /** All cache writes, whatever their time to live. */
  readonly cache_write: number;
  readonly cache_write_5m: number;
  readonly cache_write_1h: number;
  readonly searches: number;
}

export const NO_COUNTS: Counts = {
  input: 0,
  output: 0,
  thinking: 0,
  cache_read: 0,
  cache_write: 0,
  cache_write_5m: 0,
  cache_write_1h: 0,
  searches: 0,
};

/**
 * The counts so far with a further report: the larger of each. Reports of a stream are cumulative, so they are never
 * added, and a field that a later report leaves out keeps what an earlier one said.
 */
export function mergeCounts(counts: Counts, usage: MessagesUsage): Counts {
  const written = usage.cache_creation;
  return {
    input: Math.max(counts.input, usage.input_tokens ?? 0),
    output: Math.max(counts.output, usage.output_tokens ?? 0),
    thinking: Math.max(counts.thinking, usage.output_tokens_details?.thinking_tokens ?? 0),
    cache_read: Math.max(counts.cache_read, usage.cache_read_input_tokens ?? 0),
    cache_write: Math.max(counts.cache_write, usage.cache_creation_input_tokens ?? 0),
    cache_write_5m: Math.max(counts.cache_write_5m, written?.ephemeral_5m_input_tokens ?? 0),
    cache_write_1h: Math.max(counts.cache_write_1h, written?.ephemeral_1h_input_tokens ?? 0),
    searches: Math.max(counts.searches, usage.server_tool_use?.web_search_requests ?? 0),
  };
}

/**
 * Disjoint components. `input_tokens` leaves out what came from or went to the cache, `output_tokens` contains the
 * thinking. Cache writes that no split accounts for are of the default kind, five minutes. An impossible figure is passed
 * on as NaN for the meter to refuse.
 */
export function toUsage(counts: Counts): Usage {
  const reasoning = Math.min(counts.thinking, counts.output);
  const components: readonly (readonly [UsageComponent, number])[] = [
    ["input", counts.input],
    ["cached_read", counts.cache_read],
    ["cached_write_5m", Math.max(counts.cache_write_5m, counts.cache_write - counts.cache_write_1h)],
    ["cached_write_1h", counts.cache_write_1h],
    ["output", counts.output - reasoning],
    ["reasoning", reasoning],
    ["search", counts.searches],
  ];
  const usage: Usage = {};
  for (const [component, count] of components) if (count !== 0) usage[component] = count;
  return usage;
}

/** Whether two reports say the same; by `Object.is`, for an impossible figure is NaN. */
export const sameCounts = (a: Counts, b: Counts): boolean =>
  Object.is(a.input, b.input) &&
  Object.is(a.output, b.output) &&
  Object.is(a.thinking, b.thinking) &&
  Object.is(a.cache_read, b.cache_read) &&
  Object.is(a.cache_write, b.cache_write) &&
  Object.is(a.cache_write_5m, b.cache_write_5m) &&
  Object.is(a.cache_write_1h, b.cache_write_1h) &&
  Object.is(a.searches, b.searches);
