/** Mulberry32: small, seeded, the same on every machine. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface Dice {
  /** From 0 to `below` - 1. */
  whole(below: number): number;
  chance(probability: number): boolean;
  one<T>(list: readonly T[]): T;
}

export function dice(seed: number): Dice {
  const random = randomFrom(seed);
  const whole = (below: number): number => Math.floor(random() * below);
  return {
    whole,
    chance: (probability) => random() < probability,
    one: (list) => {
      const item = list[whole(list.length)];
      if (item === undefined) throw new Error("nothing to choose from");
      return item;
    },
  };
}

/** A seed from what something is: the same thing meets the same fate, whatever else happens around it. */
export function seedOf(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const char of parts.join("\u0000")) {
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
