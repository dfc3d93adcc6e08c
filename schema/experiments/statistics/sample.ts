/** What is known of a sample: enough for its mean and its variance. */
export interface Sample {
  readonly count: number;
  readonly sum: number;
  readonly sum_of_squares: number;
}

export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Of one observation. */
  readonly variance: number;
}

/** Sums of squares are kept as doubles: a smaller part of the mean than this, in a standard deviation, is rounding. */
const ROUNDING = 1e-6;

/** Null with fewer than two observations, of which nothing can be said. */
export function momentsOf({ count, sum, sum_of_squares }: Sample): Moments | null {
  if (count < 2) return null;
  const mean = sum / count;
  const variance = (sum_of_squares - sum * mean) / (count - 1);
  return { count, mean, variance: Math.max(variance, (ROUNDING * mean) ** 2) };
}

/** So many of so many. */
export const proportion = (count: number, successes: number): Sample => ({
  count,
  sum: successes,
  sum_of_squares: successes,
});
