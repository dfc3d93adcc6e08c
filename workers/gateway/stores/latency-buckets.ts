/** Buckets of latencies: four per doubling, so that a bucket's middle is within 9.1 % of all that is in it. */

/** The bucket of a latency in milliseconds. */
export const latencyBucket = (ms: number): number => Math.round(4 * Math.log2(Math.max(1, ms)));

/** The latency in milliseconds that `share` (0 to 1) of the calls stay below, or null when there was none. */
export function percentile(counts: ReadonlyMap<number, number>, share: number): number | null {
  const ordered = [...counts].toSorted(([a], [b]) => a - b);
  const total = ordered.reduce((sum, [, count]) => sum + count, 0);
  let left = Math.max(1, Math.ceil(total * share));
  for (const [bucket, count] of ordered) {
    left -= count;
    if (left <= 0) return Math.round(2 ** (bucket / 4));
  }
  return null;
}
