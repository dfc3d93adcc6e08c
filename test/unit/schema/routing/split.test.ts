import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BUCKETS, bucketOf } from "../../../../schema/routing/bucket.ts";
import { chooseByWeight } from "../../../../schema/routing/split.ts";

const USERS = 20_000;

interface Option {
  readonly name: string;
  readonly weight: number;
}

const chosen = (options: readonly Option[], subject: string, key = "rule_1"): string => {
  const [first, ...others] = options;
  if (first === undefined) throw new Error("no options");
  return chooseByWeight([first, ...others], { key, subject, nameOf: ({ name }) => name }).name;
};

const named = (weights: Readonly<Record<string, number>>): readonly Option[] =>
  Object.entries(weights).map(([name, weight]) => ({ name, weight }));

const ofAll = (weights: Readonly<Record<string, number>>, key = "rule_1"): readonly string[] =>
  Array.from({ length: USERS }, (_, user) => chosen(named(weights), `user-${user}`, key));

/** Four standard deviations of a binomial: what chance allows of so many users. */
const chance = (share: number): number => 4 * Math.sqrt(USERS * share * (1 - share));

const movesOf = (before: readonly string[], after: readonly string[]): readonly string[] =>
  before.flatMap((from, user) => (from === after[user] ? [] : [`${from}→${after[user]}`]));

const weightsOf = fc.dictionary(fc.constantFrom("a/1", "a/2", "b/1", "c/1", "d/1"), fc.integer({ min: 1, max: 100 }), {
  minKeys: 2,
  noNullPrototype: true,
});

describe("a split", () => {
  it.each([
    { a: 50, b: 50 },
    { a: 5, b: 15, c: 80 },
    { a: 1, b: 9_999 },
    { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1 },
  ])("gives each of %j its share, within what chance allows", (weights: Record<string, number>) => {
    const all = ofAll(weights);
    const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
    for (const [name, weight] of Object.entries(weights)) {
      const found = all.filter((one) => one === name).length;
      expect(Math.abs(found - (USERS * weight) / total), name).toBeLessThan(chance(weight / total));
    }
  });

  it("of two moves exactly those that must: they go to the one that gains", () => {
    const moves = movesOf(ofAll({ a: 50, b: 50 }), ofAll({ a: 60, b: 40 }));
    expect(new Set(moves)).toEqual(new Set(["b→a"]));
    expect(Math.abs(moves.length - USERS * 0.1)).toBeLessThan(chance(0.1));
  });

  it("gives an option that is added its share and moves nobody else", () => {
    const moves = movesOf(ofAll({ a: 50, b: 40 }), ofAll({ a: 50, new: 10, b: 40 }));
    expect(new Set(moves)).toEqual(new Set(["a→new", "b→new"]));
    expect(Math.abs(moves.length - USERS * 0.1)).toBeLessThan(chance(0.1));
  });

  it("gives away those of an option that is taken away, by weight, and nobody else's", () => {
    const moves = movesOf(ofAll({ a: 60, gone: 10, b: 30 }), ofAll({ a: 60, b: 30 }));
    expect(new Set(moves)).toEqual(new Set(["gone→a", "gone→b"]));
    const taken = moves.filter((move) => move === "gone→a").length;
    expect(Math.abs(taken - (moves.length * 2) / 3)).toBeLessThan(4 * Math.sqrt((moves.length * 2) / 9));
  });

  it("moves a subject only to an option that has gained against its own, whatever changes", () => {
    fc.assert(
      fc.property(weightsOf, weightsOf, fc.string(), (before, after, subject) => {
        const from = chosen(named(before), subject);
        const to = chosen(named(after), subject);
        if (from === to) return;
        const gain = (name: string): number => (after[name] ?? 0) / (before[name] ?? 0);
        expect(gain(to)).toBeGreaterThan(gain(from));
      }),
      { numRuns: 2_000 },
    );
  });

  it("is the same for the same subject, in whatever order and scale the options are given", () => {
    fc.assert(
      fc.property(weightsOf, fc.string(), fc.integer({ min: 2, max: 100 }), (weights, subject, times) => {
        const options = named(weights);
        const found = chosen(options, subject);
        expect(chosen(options, subject)).toBe(found);
        expect(chosen(options.toReversed(), subject)).toBe(found);
        expect(
          chosen(
            options.map(({ name, weight }) => ({ name, weight: weight * times })),
            subject,
          ),
        ).toBe(found);
      }),
    );
  });

  it("takes an option that is listed twice for one with both weights", () => {
    const twice = [...named({ a: 20, b: 40 }), ...named({ a: 20 })];
    const found = Array.from({ length: 1_000 }, (_, user) => chosen(twice, `user-${user}`));
    expect(found).toEqual(ofAll({ a: 40, b: 40 }).slice(0, 1_000));
  });

  it("never chooses what has no weight", () => {
    expect(new Set(ofAll({ a: 0, b: 1 }))).toEqual(new Set(["b"]));
  });

  it("is independent of a split with another key", () => {
    const other = ofAll({ a: 50, b: 50 }, "rule_2");
    const both = ofAll({ a: 50, b: 50 }).filter((one, user) => one === "a" && other[user] === "a").length;
    expect(Math.abs(both - USERS / 4)).toBeLessThan(chance(0.25));
  });
});

describe("buckets", () => {
  const COUNT = 200_000;

  it("are all used and evenly full", () => {
    const full = new Uint32Array(BUCKETS);
    for (let user = 0; user < COUNT; user += 1) {
      const bucket = bucketOf("key", String(user));
      full[bucket] = (full[bucket] ?? 0) + 1;
    }
    expect(full.every((count) => count > 0)).toBe(true);
    const mean = COUNT / BUCKETS;
    const chi_squared = full.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
    // Its mean is the number of buckets less one, its variance twice that.
    expect(Math.abs(chi_squared - (BUCKETS - 1))).toBeLessThan(4 * Math.sqrt(2 * (BUCKETS - 1)));
  });

  it("hold what they held, under the same key only", () => {
    const texts = Array.from({ length: 1_000 }, (_, at) => `subject ${at}`);
    const of = (key: string) => texts.map((text) => bucketOf(key, text));
    expect(of("one")).toEqual(of("one"));
    const another = of("another");
    const same = of("one").filter((bucket, at) => bucket === another[at]).length;
    expect(same).toBeLessThan(5);
  });
});
