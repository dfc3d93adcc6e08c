/**
 * A bounded isolate-local cache of values that a store computes. A fresh value is answered at once; one that was fresh a
 * moment ago is answered at once too and refreshed in the background, so that a busy isolate never waits. An older one
 * is loaded anew and only stands in while the store does not answer.
 *
 * Loads are not shared between requests: a promise that belongs to one request's context dies with that request, and
 * another one that waited for it would hang.
 */
export interface FreshCacheOptions {
  /** How long a value is used without a look at the store; as long again while it is refreshed in the background. */
  readonly fresh_ms: number;
  /** How long a value may still be used while the store does not answer. */
  readonly stale_ms: number;
  readonly entries_max: number;
}

interface Entry<Value> {
  readonly value: Value;
  readonly loaded_at: number;
  refreshing_since: number | null;
  /** How many reloads are left, and when that was. */
  reloads: number;
  reloads_at: number;
}

/** An administrator at work is followed step by step; a client in a loop costs the store one look a second. */
const RELOADS_BURST = 20;
const RELOADS_PER_MS = 1 / 1_000;

/** A refresh that has not come back by then died with its request; the next request starts another. */
const REFRESH_GIVEN_UP_MS = 5_000;

export class FreshCache<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #options: FreshCacheOptions;

  constructor(options: FreshCacheOptions) {
    this.#options = options;
  }

  /**
   * The value for `key`. `load` runs in the background (through `waitUntil`) when the value is past its freshness, and is
   * awaited when it is past twice that or missing. Rejects only when `load` does and no value is young enough to stand in.
   */
  get(
    key: string,
    now: number,
    load: () => Promise<Value>,
    waitUntil: (promise: Promise<unknown>) => void,
  ): Value | Promise<Value> {
    const entry = this.#entries.get(key);
    if (entry === undefined) return this.#load(key, now, load);
    const { fresh_ms, stale_ms } = this.#options;
    const age_ms = now - entry.loaded_at;
    if (age_ms > 2 * fresh_ms) {
      return this.#load(key, now, load).catch((error: unknown) => {
        if (age_ms > stale_ms) throw error;
        return entry.value;
      });
    }
    const stale = age_ms > fresh_ms;
    if (stale && (entry.refreshing_since === null || now - entry.refreshing_since > REFRESH_GIVEN_UP_MS)) {
      entry.refreshing_since = now;
      // A failed refresh keeps the stale value; a later request tries again.
      waitUntil(this.#load(key, now, load).catch(() => undefined));
    }
    return entry.value;
  }

  /**
   * The value for `key` as the store has it now, for whoever is about to be refused by what the cache knows. Bounded by a
   * token bucket for each key, so that a caller in a loop does not become a load on the store; beyond it, and while the
   * store does not answer, the value at hand stands in. Rejects when there is none and `load` does.
   */
  async reload(key: string, now: number, load: () => Promise<Value>): Promise<Value> {
    const entry = this.#entries.get(key);
    if (entry === undefined) return await this.#load(key, now, load);
    const refilled = entry.reloads + Math.max(0, now - entry.reloads_at) * RELOADS_PER_MS;
    entry.reloads = Math.min(RELOADS_BURST, refilled);
    entry.reloads_at = now;
    if (entry.reloads < 1) return entry.value;
    entry.reloads -= 1;
    return await this.#load(key, now, load).catch(() => entry.value);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  async #load(key: string, now: number, load: () => Promise<Value>): Promise<Value> {
    const value = await load();
    const before = this.#entries.get(key);
    const reloads = before?.reloads ?? RELOADS_BURST;
    // Deleting first moves the key to the young end, so that the oldest is what a full cache drops.
    this.#entries.delete(key);
    this.#entries.set(key, {
      value,
      loaded_at: now,
      refreshing_since: null,
      reloads,
      reloads_at: before?.reloads_at ?? now,
    });
    const oldest = this.#entries.size > this.#options.entries_max ? this.#entries.keys().next() : null;
    if (oldest !== null && !oldest.done) this.#entries.delete(oldest.value);
    return value;
  }
}
