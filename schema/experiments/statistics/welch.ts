import { around, type Interval, type Tested } from "./interval.ts";
import type { Moments } from "./sample.ts";
import { studentBound, twoSidedStudent } from "./student.ts";

/**
 * Welch's t-test of two means whose variances need not be one, with the interval of `other - control`. Valid for one look
 * at a sample size that was fixed before.
 */
export function welchTest(control: Moments, other: Moments, alpha: number): Tested & { readonly degrees: number } {
  const [a, b] = [control.variance / control.count, other.variance / other.count];
  const difference = other.mean - control.mean;
  const variance = a + b;
  // Welch and Satterthwaite.
  const degrees = variance ** 2 / (a ** 2 / (control.count - 1) + b ** 2 / (other.count - 1));
  if (variance === 0) return { p_value: 1, low: difference, high: difference, degrees: Number.POSITIVE_INFINITY };
  const error = Math.sqrt(variance);
  const radius = studentBound(alpha, degrees) * error;
  return { p_value: twoSidedStudent(difference / error, degrees), degrees, ...around(difference, radius) };
}

/** Student's interval of a mean. */
export function meanInterval({ count, mean, variance }: Moments, alpha: number): Interval {
  return around(mean, studentBound(alpha, count - 1) * Math.sqrt(variance / count));
}
