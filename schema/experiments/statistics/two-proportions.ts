import { around, type Interval, type Tested } from "./interval.ts";
import { normalQuantile, twoSidedNormal } from "./normal.ts";
import type { Moments } from "./sample.ts";

/**
 * The two-proportion z-test: pooled variance for the p-value, as both are one proportion where there is no difference, and
 * each its own for the interval of `other - control`. Valid for one look at a sample size that was fixed before.
 */
export function twoProportionTest(control: Moments, other: Moments, alpha: number): Tested {
  const difference = other.mean - control.mean;
  const error = Math.sqrt(pooledVariance(control, other));
  const p_value = difference === 0 ? 1 : twoSidedNormal(difference / error);
  const own = ({ mean, count }: Moments) => (mean * (1 - mean)) / count;
  const radius = normalQuantile(1 - alpha / 2) * Math.sqrt(own(control) + own(other));
  return { p_value, ...around(difference, radius) };
}

/** Of the difference of two proportions that are one: 0 where all or none succeeded. */
export function pooledVariance(control: Moments, other: Moments): number {
  const pooled = (control.mean * control.count + other.mean * other.count) / (control.count + other.count);
  return pooled * (1 - pooled) * (1 / control.count + 1 / other.count);
}

/** Wilson's interval of a proportion, which stays within 0 and 1. */
export function wilsonInterval({ count, mean }: Pick<Moments, "count" | "mean">, alpha: number): Interval {
  const z = normalQuantile(1 - alpha / 2);
  const scale = 1 + z ** 2 / count;
  const middle = (mean + z ** 2 / (2 * count)) / scale;
  const radius = (z / scale) * Math.sqrt((mean * (1 - mean)) / count + z ** 2 / (4 * count ** 2));
  return { low: Math.max(0, middle - radius), high: Math.min(1, middle + radius) };
}
