import fc from "fast-check";
import { expect, it } from "vitest";
import { likeness } from "../../../../schema/caching/likeness.ts";

it.each([
  ["The same words", "the SAME words!", 1],
  ["one two three four", "one two five six", 0.5],
  ["yes", "no", 0],
  ["北京是首都", "北京是首都。", 1],
  ["", "", 1],
  ["", "words", 0],
  ["no no no", "no", 0.5],
])("%j and %j are alike by %d", (a, b, alike) => expect(likeness(a, b)).toBeCloseTo(alike, 6));

it("lies between 0 and 1, is symmetric, and 1 for a text and itself", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(likeness(a, b)).toBe(likeness(b, a));
      expect(likeness(a, b)).toBeGreaterThanOrEqual(0);
      expect(likeness(a, b)).toBeLessThanOrEqual(1);
      expect(likeness(a, a)).toBe(1);
    }),
  );
});
