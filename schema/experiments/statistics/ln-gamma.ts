/** Lanczos's coefficients for g = 7, n = 9 (Godfrey 2001): about 15 digits for x > 0. */
const COEFFICIENTS = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
] as const;

/** ln Γ(x), for x > 0. */
export function lnGamma(x: number): number {
  // Reflection, where the series is not accurate.
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x);
  const shifted = x - 1;
  const base = shifted + 7.5;
  const series = COEFFICIENTS.reduce(
    (sum, coefficient, at) => sum + coefficient / (shifted + at + 1),
    0.9999999999998099,
  );
  return Math.log(2 * Math.PI) / 2 + (shifted + 0.5) * Math.log(base) - base + Math.log(series);
}
