import { uuidv7obj } from "uuidv7";
import { formatId, type IdKind } from "./ids.ts";
import type { Jurisdiction } from "./jurisdiction.ts";

/**
 * What a worker may not reach for by itself: time, ids, randomness and the network. Built once at a worker's entry
 * and passed on, so that a test can hold any of them still.
 */
export interface Effects {
  /** Milliseconds since the epoch. */
  now(): number;
  /** A jurisdiction is for ids of orgs and wallets: objects are named by them. */
  newId(kind: IdKind, jurisdiction?: Jurisdiction | null): string;
  randomBytes(length: number): Uint8Array;
  fetch: typeof fetch;
  /** Resolves after so many milliseconds, or as soon as `until` fires. */
  wait(ms: number, until?: AbortSignal): Promise<void>;
}

/** The real effects of a running worker. */
export function runtimeEffects(): Effects {
  return {
    now: () => Date.now(),
    newId: (kind, jurisdiction) => formatId(kind, uuidv7obj().bytes, jurisdiction),
    randomBytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
    fetch: (input, init) => fetch(input, init),
    wait: waitFor,
  };
}

const waitFor: Effects["wait"] = (ms, until) =>
  new Promise((resolve) => {
    if (until?.aborted === true) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      until?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    until?.addEventListener("abort", end);
  });
