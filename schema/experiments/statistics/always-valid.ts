import { around, type Tested } from "./interval.ts";

/**
 * The mixture sequential probability ratio test (Robbins 1970; Johari, Pekelis, Walsh, "Always Valid Inference", 2015): the
 * likelihood of the data where the effect is drawn from a normal distribution, against that where there is none. Where
 * there is none, this ratio is a martingale, and passes 1/α at any time at all with a probability of α at most (Ville). So
 * its inverse is a p-value that holds however often somebody looks, and whenever they stop; a fixed test's does not.
 *
 * With variances that are estimated it holds for large samples, so it says nothing of small ones.
 */

/** The variance of the effects that it is mixed over, in variances of one observation: effects of a tenth of a standard deviation. */
const MIXTURE = 0.01;

/** Fewer observations than this, on one side, prove nothing: their variance is a guess. */
export const FEWEST = 100;

export interface Difference {
  /** What is tested against 0. */
  readonly value: number;
  /** Of `value`. */
  readonly variance: number;
  /** Observations on each side: one number where the other side is a constant. */
  readonly counts: readonly [number, ...number[]];
}

/** Nothing is known yet. */
const UNKNOWN: Tested = { p_value: 1, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** The always-valid p-value of a difference, and its confidence sequence at 1 - alpha. */
export function alwaysValid({ value, variance, counts }: Difference, alpha: number): Tested {
  if (Math.min(...counts) < FEWEST || !(variance > 0)) return UNKNOWN;
  // Information grows by this, whatever the units: the harmonic sum of the sides.
  const information = 1 / counts.reduce((sum, count) => sum + 1 / count, 0);
  const mixed = information * MIXTURE;
  const weight = mixed / (1 + mixed);
  const ln_ratio = ((value * value) / variance) * (weight / 2) - Math.log1p(mixed) / 2;
  const radius = Math.sqrt((variance * (Math.log1p(mixed) - 2 * Math.log(alpha))) / weight);
  return { p_value: Math.min(1, Math.exp(-ln_ratio)), ...around(value, radius) };
}
