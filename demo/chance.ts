import { randomFrom } from "../scripts/harness/random.ts";

/** Everything that falls one way or the other in the demo, from a seed. */
export interface Chance {
  /** From 0 up to 1. */
  next(): number;
  /** From 0 to `below` - 1. */
  whole(below: number): number;
  happens(probability: number): boolean;
  one<T>(list: readonly T[]): T;
  weighted(list: readonly (readonly [string, number])[]): string;
  /** A factor about 1. */
  around(spread: number): number;
  /** A size about a usual one, now and then a multiple of it. */
  size(usual: number): number;
  /** One of the two whole numbers about it, so that the mean is right. */
  rounded(value: number): number;
  /** From 1 to `most`, small ones more often. */
  skewed(most: number): number;
  bytes(length: number): Uint8Array;
}

export function chance(seed: number): Chance {
  const next = randomFrom(seed);
  const whole = (below: number): number => Math.floor(next() * below);
  // The mean of a few is near enough to a bell.
  const bell = (): number => (next() + next() + next() + next()) / 2 - 1;
  return {
    next,
    whole,
    happens: (probability) => next() < probability,
    one(list) {
      const item = list[whole(list.length)];
      if (item === undefined) throw new Error("nothing to choose from");
      return item;
    },
    weighted(list) {
      let left = next() * list.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [name, weight] of list) {
        left -= weight;
        if (left < 0) return name;
      }
      throw new Error("nothing to choose from");
    },
    around: (spread) => Math.max(0.1, 1 + spread * bell() * 2),
    size: (usual) => Math.max(usual === 0 ? 0 : 1, Math.round(usual * Math.exp(bell() * 1.1) * 0.85)),
    rounded: (value) => Math.floor(value) + (next() < value % 1 ? 1 : 0),
    skewed: (most) => 1 + Math.floor(most * next() ** 2),
    bytes: (length) => Uint8Array.from({ length }, () => whole(256)),
  };
}
