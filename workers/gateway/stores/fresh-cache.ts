/**
 * A bounded isolate-local cache of values that a store computes. A fresh value is answered at once; a stale one is
 * answered at once too and refreshed in the background; only a missing or outlived one is waited for.
 *
 * Loads are not shared between requests: a promise that belongs to one request's context dies with that request, and
 * another one that waited for it would hang.
 */
export interface FreshCacheOptions {
  /** How long a value is used without a look at the store. */
  readonly fresh_ms: number;
  /** How long a value may still be used while the store does not answer. */
  readonly stale_ms: number;
  readonly entries_max: number;
}

interface Entry<Value> {
  readonly value: Value;
  readonly loaded_at: number;
  refreshing_since: number | null;
}

/** A refresh that has not come back by then died with its request; the next request starts another. */
const REFRESH_GIVEN_UP_MS = 5_000;

export class FreshCache<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #options: FreshCacheOptions;

  constructor(options: FreshCacheOptions) {
    this.#options = options;
  }

  /**
   * The value for `key`. `load` runs when it is missing (awaited) or stale (in the background, through `waitUntil`).
   * Rejects only when `load` does and there is no value young enough to stand in.
   */
  get(
    key: string,
    now: number,
    load: () => Promise<Value>,
    waitUntil: (promise: Promise<unknown>) => void,
  ): Value | Promise<Value> {
    const entry = this.#entries.get(key);
    if (entry === undefined || now - entry.loaded_at > this.#options.stale_ms) return this.#load(key, now, load);
    const stale = now - entry.loaded_at > this.#options.fresh_ms;
    if (stale && (entry.refreshing_since === null || now - entry.refreshing_since > REFRESH_GIVEN_UP_MS)) {
      entry.refreshing_since = now;
      // A failed refresh keeps the stale value; a later request tries again.
      waitUntil(this.#load(key, now, load).catch(() => undefined));
    }
    return entry.value;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  async #load(key: string, now: number, load: () => Promise<Value>): Promise<Value> {
    const value = await load();
    // Deleting first moves the key to the young end, so that the oldest is what a full cache drops.
    this.#entries.delete(key);
    this.#entries.set(key, { value, loaded_at: now, refreshing_since: null });
    const oldest = this.#entries.size > this.#options.entries_max ? this.#entries.keys().next() : null;
    if (oldest !== null && !oldest.done) this.#entries.delete(oldest.value);
    return value;
  }
}
