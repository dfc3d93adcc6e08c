import { describe, expect, it } from "vitest";
import { alwaysValid, FEWEST } from "../../../../schema/experiments/statistics/always-valid.ts";
import { normalCdf, normalQuantile, twoSidedNormal } from "../../../../schema/experiments/statistics/normal.ts";
import { momentsOf, proportion } from "../../../../schema/experiments/statistics/sample.ts";
import { incompleteBeta, studentBound, twoSidedStudent } from "../../../../schema/experiments/statistics/student.ts";
import { twoProportionTest, wilsonInterval } from "../../../../schema/experiments/statistics/two-proportions.ts";
import { meanInterval, welchTest } from "../../../../schema/experiments/statistics/welch.ts";

const sample = (values: readonly number[]) => {
  const sum = (of: (value: number) => number) => values.reduce((total, value) => total + of(value), 0);
  const moments = momentsOf({ count: values.length, sum: sum((x) => x), sum_of_squares: sum((x) => x * x) });
  if (moments === null) throw new Error("too small");
  return moments;
};
const share = (count: number, successes: number) => {
  const moments = momentsOf(proportion(count, successes));
  if (moments === null) throw new Error("too small");
  return moments;
};

describe("distributions", () => {
  // R: pnorm, qnorm.
  it.each([
    [1.96, 0.9750021048517795],
    [0, 0.5],
    [-3, 0.001349898031630095],
    [-8, 6.220960574271785e-16],
  ])("normal: P(Z ≤ %d) = %d", (z, p) => {
    expect(normalCdf(z) / p).toBeCloseTo(1, 12);
  });

  it("normal: quantiles", () => {
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 10);
    expect(normalQuantile(0.05)).toBeCloseTo(-1.6448536269514722, 10);
    expect(twoSidedNormal(-1.959963984540054)).toBeCloseTo(0.05, 12);
  });

  // R: pt(2, 10), pt(12.7062047, 1); with two degrees of freedom it has a closed form.
  it.each([
    [2, 10, 2 * (1 - 0.9633059826146299)],
    [12.706204736174698, 1, 0.05],
    [3, 2, 1 - 3 / Math.sqrt(2 + 9)],
    [1.96, 1e7, 0.04999579],
  ])("Student: P(|T| ≥ %d) with %d degrees of freedom", (t, degrees, p) => {
    expect(twoSidedStudent(t, degrees)).toBeCloseTo(p, 7);
  });

  // R: qt(0.975, …).
  it.each([
    [10, 2.228138851964939],
    [30, 2.042272456301238],
    [1, 12.706204736174698],
  ])("Student: the bound of 5 % with %d degrees of freedom", (degrees, t) => {
    expect(studentBound(0.05, degrees)).toBeCloseTo(t, 6);
  });

  it("beta: symmetric, and 0 and 1 at its ends", () => {
    for (const [x, a, b] of [
      [0.3, 2, 5],
      [0.9, 0.5, 0.5],
      [0.01, 40, 3],
    ] as const) {
      expect(incompleteBeta(x, a, b)).toBeCloseTo(1 - incompleteBeta(1 - x, b, a), 12);
    }
    expect([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)]).toEqual([0, 1]);
    // I_x(1, b) = 1 - (1 - x)^b.
    expect(incompleteBeta(0.2, 1, 7)).toBeCloseTo(1 - 0.8 ** 7, 14);
  });
});

describe("Welch's t-test", () => {
  it("says what R's t.test says of its data set sleep", () => {
    const first = sample([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2]);
    const second = sample([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]);
    const tested = welchTest(second, first, 0.05);
    expect(tested.degrees).toBeCloseTo(17.776, 3);
    expect(tested.p_value).toBeCloseTo(0.07939, 5);
    expect(tested.low).toBeCloseTo(-3.3654832, 6);
    expect(tested.high).toBeCloseTo(0.2054832, 6);
    // t.test(extra[group == 1])$conf.int
    const interval = meanInterval(first, 0.05);
    expect(interval.low).toBeCloseTo(-0.5297804, 6);
    expect(interval.high).toBeCloseTo(2.0297804, 6);
  });
});

describe("the two-proportion z-test", () => {
  it("says what is worked out by hand: 45 and 60 of 100", () => {
    const tested = twoProportionTest(share(100, 45), share(100, 60), 0.05);
    // z = 0.15 / √(0.525 · 0.475 · 2/100) = 2.12398.
    expect(tested.p_value).toBeCloseTo(0.033672, 5);
    expect(tested.low).toBeCloseTo(0.15 - 1.959964 * Math.sqrt((0.45 * 0.55 + 0.6 * 0.4) / 100), 6);
    expect(twoProportionTest(share(100, 0), share(100, 0), 0.05).p_value).toBe(1);
  });

  it("has Wilson's interval, which stays within 0 and 1", () => {
    // R: prop.test(10, 100, correct = FALSE)$conf.int
    const interval = wilsonInterval(share(100, 10), 0.05);
    expect(interval.low).toBeCloseTo(0.05522914, 7);
    expect(interval.high).toBeCloseTo(0.1743657, 6);
    expect(wilsonInterval(share(50, 50), 0.05).high).toBe(1);
  });
});

describe("the always-valid test", () => {
  const counts = [5_000, 5_000] as const;

  it("rejects exactly where its confidence sequence leaves out 0", () => {
    for (const value of [0, 0.5, 1, 2, 3, 3.2, 4, -4, 8]) {
      const { p_value, low, high } = alwaysValid({ value, variance: 1, counts }, 0.05);
      expect(p_value <= 0.05, String(value)).toBe(low > 0 || high < 0);
    }
  });

  it("asks for more than a fixed test does, and says nothing of small samples", () => {
    expect(alwaysValid({ value: 1.96, variance: 1, counts }, 0.05).p_value).toBeGreaterThan(0.05);
    expect(alwaysValid({ value: 100, variance: 1, counts: [FEWEST - 1, 5_000] }, 0.05)).toEqual({
      p_value: 1,
      low: Number.NEGATIVE_INFINITY,
      high: Number.POSITIVE_INFINITY,
    });
    expect(alwaysValid({ value: 0, variance: 0, counts }, 0.05).p_value).toBe(1);
  });

  it("is the ratio of likelihoods that is mixed by numbers", () => {
    const [value, variance] = [3.3, 1];
    const information = 1 / (1 / 5_000 + 1 / 5_000);
    const spread = 0.01 * information * variance;
    const density = (x: number, around: number, of: number) =>
      Math.exp(-((x - around) ** 2) / (2 * of)) / Math.sqrt(2 * Math.PI * of);
    const step = 0.002;
    let mixed = 0;
    for (let effect = -60; effect < 60; effect += step)
      mixed += density(value, effect, variance) * density(effect, 0, spread) * step;
    const ratio = mixed / density(value, 0, variance);
    expect(alwaysValid({ value, variance, counts }, 0.05).p_value).toBeCloseTo(1 / ratio, 8);
  });
});
