/** Determinism: everything that looks random in the sandbox comes from here. None of it is for security. */

/** FNV-1a over UTF-16 code units, then mixed so that near texts get far numbers. An unsigned 32-bit integer. */
export function hash32(text: string, seed = 0x811c9dc5): number {
  let hash = seed;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A sequence of numbers in [0, 1) that depends on the seed alone (mulberry32). */
export function sequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/** `length` letters and digits that depend on `text` alone, for ids. */
export function hashedId(text: string, length: number): string {
  const next = sequence(hash32(text));
  let id = "";
  while (id.length < length) id += ALPHABET[Math.floor(next() * ALPHABET.length)];
  return id;
}
