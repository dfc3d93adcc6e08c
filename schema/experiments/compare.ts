import { type Figures, sampleOf } from "./figures.ts";
import { type Metric, MORE_IS_BETTER } from "./goals.ts";
import { alwaysValid } from "./statistics/always-valid.ts";
import type { Interval, Tested } from "./statistics/interval.ts";
import { type Moments, momentsOf } from "./statistics/sample.ts";
import { pooledVariance, twoProportionTest, wilsonInterval } from "./statistics/two-proportions.ts";
import { meanInterval, welchTest } from "./statistics/welch.ts";

export interface Estimate extends Interval {
  readonly count: number;
  readonly mean: number;
}

/** The mean of a metric and its interval at 1 - alpha; null where too little is known. */
export function estimate(figures: Figures, metric: Metric, alpha: number): Estimate | null {
  const moments = momentsOf(sampleOf(figures, metric));
  if (moments === null) return null;
  const interval = metric === "success_rate" ? wilsonInterval(moments, alpha) : meanInterval(moments, alpha);
  return { count: moments.count, mean: moments.mean, ...interval };
}

/** How a variant differs from the control, by a test that holds for any number of looks. */
export interface Difference {
  /** The variant's mean less the control's. */
  readonly difference: number;
  /** The same as a part of the control's; null where that is 0. */
  readonly lift: number | null;
  readonly better: boolean;
  readonly always_valid: Tested;
}

export interface Comparison extends Difference {
  readonly metric: Metric;
  readonly test: "two_proportions" | "welch";
  /** For one look at a sample size that was fixed before. */
  readonly fixed: Tested;
}

/** A variant against the control; null where too little is known of one. Intervals are of the difference, at 1 - alpha. */
export function differ(control: Figures, other: Figures, metric: Metric, alpha: number): Difference | null {
  const [a, b] = [momentsOf(sampleOf(control, metric)), momentsOf(sampleOf(other, metric))];
  if (a === null || b === null) return null;
  const value = b.mean - a.mean;
  const variance = metric === "success_rate" ? pooledVariance(a, b) : varianceOf(a) + varianceOf(b);
  return {
    difference: value,
    lift: a.mean === 0 ? null : value / a.mean,
    better: MORE_IS_BETTER[metric] ? value > 0 : value < 0,
    always_valid: alwaysValid({ value, variance, counts: [a.count, b.count] }, alpha),
  };
}

/** The same, with the classical test beside it. */
export function compare(control: Figures, other: Figures, metric: Metric, alpha: number): Comparison | null {
  const differing = differ(control, other, metric, alpha);
  const [a, b] = [momentsOf(sampleOf(control, metric)), momentsOf(sampleOf(other, metric))];
  if (differing === null || a === null || b === null) return null;
  return metric === "success_rate"
    ? { metric, ...differing, test: "two_proportions", fixed: twoProportionTest(a, b, alpha) }
    : { metric, ...differing, test: "welch", fixed: welchTest(a, b, alpha) };
}

const varianceOf = ({ variance, count }: Moments): number => variance / count;
