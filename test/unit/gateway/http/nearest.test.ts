import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { distance, nearest } from "../../../../workers/gateway/http/nearest.ts";

const NAMES = ["openai/gpt-5", "openai/gpt-5-mini", "anthropic/claude-sonnet-4-5", "sandbox/echo", "azure/gpt-5"];

describe("names like the one that was asked for", () => {
  it.each([
    ["gpt5", ["azure/gpt-5", "openai/gpt-5"]],
    ["GPT-5", ["azure/gpt-5", "openai/gpt-5"]],
    ["opnai/gpt-5", ["openai/gpt-5"]],
    ["openai/gpt-5-min", ["openai/gpt-5-mini", "openai/gpt-5"]],
    ["claude-sonet-4-5", ["anthropic/claude-sonnet-4-5"]],
    ["sandbox/ehco", ["sandbox/echo"]],
    ["something-else-entirely", []],
  ])("%s: %j come first", (wanted, expected) => {
    expect(nearest(wanted, NAMES, 3).slice(0, expected.length)).toEqual(expected);
    if (expected.length === 0) expect(nearest(wanted, NAMES, 3)).toEqual([]);
  });

  it("are at most so many, and none of none", () => {
    expect(nearest("gpt-5", NAMES, 1)).toHaveLength(1);
    expect(nearest("gpt-5", [], 3)).toEqual([]);
  });

  it("always include the name itself", () => {
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), (name) => {
        expect(nearest(name, NAMES, 1)).toEqual([name]);
      }),
    );
  });

  it("are found at a bounded cost, however long the name is", () => {
    expect(nearest("x".repeat(1_000_000), NAMES, 3)).toEqual([]);
  });
});

describe("the distance of two names", () => {
  const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });
  /** The definition itself, slow. */
  const oracle = (a: string, b: string): number => {
    if (a === "" || b === "") return a.length + b.length;
    if (a[0] === b[0]) return oracle(a.slice(1), b.slice(1));
    return 1 + Math.min(oracle(a.slice(1), b), oracle(a, b.slice(1)), oracle(a.slice(1), b.slice(1)));
  };

  it("is how many letters must change", () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(distance(a, b)).toBe(oracle(a, b));
      }),
    );
  });
});
