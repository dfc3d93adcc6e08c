import { lnGamma } from "./ln-gamma.ts";

const ACCURACY = 1e-16;
const TERMS_MAX = 1_000;
const TINY = 1e-300;

/** P(a, x), the regularised lower incomplete gamma function, for a > 0 and x ≥ 0. */
export const lowerGamma = (a: number, x: number): number => (x < a + 1 ? series(a, x) : 1 - fraction(a, x));

/** Q(a, x) = 1 - P(a, x), accurate where it is small. */
export const upperGamma = (a: number, x: number): number => (x < a + 1 ? 1 - series(a, x) : fraction(a, x));

/** The series, which converges fast for x < a + 1. Source: Abramowitz and Stegun 6.5.29. */
function series(a: number, x: number): number {
  if (x === 0) return 0;
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < TERMS_MAX && term > sum * ACCURACY; n += 1) {
    term *= x / (a + n);
    sum += term;
  }
  return sum * Math.exp(a * Math.log(x) - x - lnGamma(a));
}

/** The continued fraction, which converges fast for x > a + 1, by Lentz's method. Source: Abramowitz and Stegun 6.5.31. */
function fraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let value = d;
  for (let n = 1; n < TERMS_MAX; n += 1) {
    const factor = -n * (n - a);
    b += 2;
    d = 1 / notZero(factor * d + b);
    c = notZero(b + factor / c);
    value *= d * c;
    if (Math.abs(d * c - 1) < ACCURACY) break;
  }
  return value * Math.exp(a * Math.log(x) - x - lnGamma(a));
}

const notZero = (value: number): number => (Math.abs(value) < TINY ? TINY : value);
