import { randomFrom } from "../scripts/harness/random.ts";

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
