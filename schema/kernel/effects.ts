import { uuidv7obj } from "uuidv7";
import { formatId, type IdKind } from "./ids.ts";

/**
 * What a worker may not reach for by itself: time, ids, randomness and the network. Built once at a worker's entry
 * and passed on, so that a test can hold any of them still.
 */
export interface Effects {
  /** Milliseconds since the epoch. */
  now(): number;
  newId(kind: IdKind): string;
  randomBytes(length: number): Uint8Array;
  fetch: typeof fetch;
}

/** The real effects of a running worker. */
export function runtimeEffects(): Effects {
  return {
    now: () => Date.now(),
    newId: (kind) => formatId(kind, uuidv7obj().bytes),
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    fetch: (input, init) => fetch(input, init),
  };
}
