import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  addUsd,
  formatUsd,
  formatUsdSum,
  MAX_NANO_USD,
  nanoUsd,
  parseUsd,
  percentOf,
  subtractUsd,
} from "../../../schema/kernel/money.ts";

const amount = fc.integer({ min: -MAX_NANO_USD, max: MAX_NANO_USD });

describe("an amount of money", () => {
  test("survives being written as dollars and read again, to the nano-dollar", () => {
    const property = fc.property(amount, (value) => {
      expect(parseUsd(formatUsd(nanoUsd(value)))).toBe(value === 0 ? 0 : value);
    });
    fc.assert(property);
  });

  test("and the sum of many are written alike", () => {
    const property = fc.property(amount, (value) => {
      expect(formatUsdSum(BigInt(value))).toBe(formatUsd(nanoUsd(value)));
    });
    fc.assert(property);
    expect(formatUsdSum(-18_014_398_509_481_985n)).toBe("-18014398.509481985");
  });

  test.each([
    ["12", 12_000_000_000],
    ["0.000123450", 123_450],
    ["-1.5", -1_500_000_000],
    ["9000000", MAX_NANO_USD],
    ["-0", 0],
  ])("%s dollars are %i nano-dollars", (text, nano) => {
    expect(parseUsd(text)).toBe(nano);
  });

  test.each(["", "1.", ".5", "1e3", "+1", " 1", "0.0000000001", "9000000.000000001", "12345678", "NaN", "1,5"])(
    "%j is not read as dollars",
    (text) => expect(parseUsd(text)).toBeNull(),
  );

  test.each([0.5, Number.NaN, Number.POSITIVE_INFINITY, MAX_NANO_USD + 1, -MAX_NANO_USD - 1, 2 ** 53])(
    "%d is refused as an amount",
    (value) => expect(() => nanoUsd(value)).toThrow(RangeError),
  );

  test("leaves its range by an error and never by rounding", () => {
    const most = nanoUsd(MAX_NANO_USD);
    expect(() => addUsd(most, nanoUsd(1))).toThrow(RangeError);
    expect(() => subtractUsd(nanoUsd(-MAX_NANO_USD), nanoUsd(1))).toThrow(RangeError);
  });

  test("has no negative zero", () => {
    expect(Object.is(nanoUsd(-0), 0)).toBe(true);
  });

  test("has exact percentages, rounded down", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: MAX_NANO_USD }), fc.integer({ min: 0, max: 100 }), (value, percent) => {
        const part = BigInt(percentOf(nanoUsd(value), percent));
        const exact = BigInt(value) * BigInt(percent);
        expect(part * 100n <= exact && exact < (part + 1n) * 100n).toBe(true);
      }),
    );
  });
});
