/**
 * Durations as counts in logarithmic buckets, as in DDSketch (Masson, Rim, Lee, VLDB 2019): bucket i holds what lies in
 * (γ^(i-1), γ^i] milliseconds, and stands for 2γ^i / (γ + 1), which is off by at most RELATIVE_ERROR of the true value.
 * Counts of any hours, models and providers can be added up, so a percentile over all of them is as good as over one.
 */

/** How far a value that a bucket stands for may be off, as a part of the true one. */
export const RELATIVE_ERROR = 0.01;

const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LN_GAMMA = Math.log(GAMMA);

/** Holds what took no measurable time: no power of γ is 0. */
export const ZERO_BUCKET = -1;

/** The bucket of a duration in whole milliseconds. */
export const bucketOf = (ms: number): number => (ms < 1 ? ZERO_BUCKET : Math.ceil(Math.log(ms) / LN_GAMMA));

/**
 * The same in SQLite. Both round the same: no whole number but 1 is a power of γ, and those up to an hour stay further
 * away from one than logarithms of two libraries differ.
 */
export const bucketSql = (column: string): string =>
  `CASE WHEN ${column} < 1 THEN ${ZERO_BUCKET} ELSE CAST(ceil(ln(${column}) / ${LN_GAMMA}) AS INTEGER) END`;

/** The milliseconds that a bucket stands for. */
export const bucketMs = (bucket: number): number => (bucket === ZERO_BUCKET ? 0 : (2 * GAMMA ** bucket) / (GAMMA + 1));

/** How many durations are in each bucket. */
export type BucketCounts = ReadonlyMap<number, number>;

/**
 * The duration that at least the part `quantile` (0 to 1) of all do not exceed: the one of nearest rank, within
 * RELATIVE_ERROR. Null of nothing.
 */
export function quantileMs(counts: BucketCounts, quantile: number): number | null {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const rank = Math.max(1, Math.ceil(quantile * total));
  let below = 0;
  for (const [bucket, count] of [...counts].sort(([a], [b]) => a - b)) {
    below += count;
    if (below >= rank) return bucketMs(bucket);
  }
  return null;
}
