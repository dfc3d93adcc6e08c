import { halfSipHash, type SipKey } from "./half-sip-hash.ts";

/** Of so many parts a share is made: it is told to a hundredth of a percent. */
export const BUCKETS = 10_000;

/** So many values a draw can have. */
const DRAWS = 2 ** 32;

/**
 * The bucket of a text, from 0 to before BUCKETS: always the same under the same key, evenly spread, and independent of
 * that under another key. "Below n" is a share that only grows with n: nobody leaves it who was in it.
 */
export const bucketOf = (key: string, text: string): number => Math.floor(drawOf(key, text) * BUCKETS);

/** The same, finer: a number above 0 and below 1. */
export const drawOf = (key: string, text: string): number =>
  (halfSipHash(keyOf(key), encoder.encode(text)) + 0.5) / DRAWS;

const encoder = new TextEncoder();

/** A text of any length as a key: each half by a fixed key of its own. */
function keyOf(key: string): SipKey {
  const bytes = encoder.encode(key);
  return [halfSipHash([0, 0], bytes), halfSipHash([0, 1], bytes)];
}
