import { lowerGamma, upperGamma } from "./incomplete-gamma.ts";

/** The standard normal distribution. */

/** P(Z ≤ z), accurate in both tails. */
export function normalCdf(z: number): number {
  const half_square = (z * z) / 2;
  if (z < 0) return upperGamma(0.5, half_square) / 2;
  return (1 + lowerGamma(0.5, half_square)) / 2;
}

/** P(|Z| ≥ |z|). */
export const twoSidedNormal = (z: number): number => Math.min(1, 2 * normalCdf(-Math.abs(z)));

/** The z with P(Z ≤ z) = p, for p above 0 and below 1: bisection, since it is asked for a few times per page. */
export function normalQuantile(p: number): number {
  let [low, high] = [-40, 40];
  while (high - low > 1e-12) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
