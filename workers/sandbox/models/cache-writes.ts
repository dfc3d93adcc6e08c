import type { Tally } from "./piece.ts";

/** A point up to which the prompt is to be cached. */
export interface CacheMark {
  readonly ttl: "5m" | "1h";
  /** Tokens of the prompt up to here. */
  readonly tokens: number;
}

/** Tokens written to the cache: all up to the last mark that were not read from it; none is counted twice. */
export function cacheWrites(marks: readonly CacheMark[], tally: Tally): { five_minutes: number; one_hour: number } {
  const upTo = (wanted: readonly CacheMark[]) => Math.min(wanted.at(-1)?.tokens ?? 0, tally.prompt_tokens);
  const one_hour_end = Math.max(upTo(marks.filter(({ ttl }) => ttl === "1h")), tally.cached_tokens);
  return {
    one_hour: one_hour_end - tally.cached_tokens,
    five_minutes: Math.max(0, upTo(marks) - one_hour_end),
  };
}
