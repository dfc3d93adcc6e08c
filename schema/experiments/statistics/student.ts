import { lnGamma } from "./ln-gamma.ts";

/** Student's t distribution, with any number of degrees of freedom above 0. */

/** P(|T| ≥ |t|). */
export function twoSidedStudent(t: number, degrees: number): number {
  return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5);
}

/** The t ≥ 0 with P(|T| ≥ t) = alpha. */
export function studentBound(alpha: number, degrees: number): number {
  let high = 1;
  while (twoSidedStudent(high, degrees) > alpha && high < 1e12) high *= 2;
  let low = 0;
  while (high - low > 1e-11 * high) {
    const middle = (low + high) / 2;
    if (twoSidedStudent(middle, degrees) > alpha) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** I_x(a, b), the regularised incomplete beta function. Source: Abramowitz and Stegun 26.5.8. */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const front = Math.exp(lnGamma(a + b) - lnGamma(a) - lnGamma(b) + a * Math.log(x) + b * Math.log(1 - x));
  // The fraction converges fast on this side of the mean; the other side is the same with a and b exchanged.
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b;
}

const ACCURACY = 1e-16;
const TERMS_MAX = 10_000;
const TINY = 1e-300;

/** By Lentz's method. */
function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / notZero(1 - ((a + b) * x) / (a + 1));
  let value = d;
  for (let m = 1; m < TERMS_MAX; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / notZero(1 + even * d);
    c = notZero(1 + even / c);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / notZero(1 + odd * d);
    c = notZero(1 + odd / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < ACCURACY) break;
  }
  return value;
}

const notZero = (value: number): number => (Math.abs(value) < TINY ? TINY : value);
