import { type Breaker, breakerAt, CLOSED, observe, type Seen } from "../../../schema/health/breaker.ts";
import type { SharedHealth, SharedTarget } from "../../../schema/health/shared-health.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import type { LiveBatch } from "../../../schema/wire/monitor-rpc.ts";
import { RecentCalls } from "./recent-calls.ts";
import { forgetBreaker, forgetBreakers, readBreakers, writeBreaker } from "./storage/breakers.ts";

/** Of the provider as a whole. */
const PROVIDER = "";

/** So long isolates are told that a breaker has closed. */
const CHANGED_LATELY_MS = 120_000;

interface Target {
  breaker: Breaker;
  readonly calls: RecentCalls;
}

/**
 * The provider and its models as a monitor follows them: recent calls in memory, breakers in the object's storage, so that
 * they outlive it.
 */
export class WatchedTargets {
  /** The ones heard of last stand last. */
  readonly #targets = new Map<string, Target>();
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    for (const [name, breaker] of readBreakers(sql)) this.#targets.set(name, { breaker, calls: new RecentCalls() });
  }

  get provider_breaker(): Breaker {
    return this.#targets.get(PROVIDER)?.breaker ?? CLOSED;
  }

  /**
   * Takes over what an isolate saw. The provider's breaker opens only where it is not one model alone that fails: several
   * do, or its list of models cannot be had either (`list_fails`).
   */
  report(batch: LiveBatch, list_fails: boolean, now: number, chance: () => number): void {
    const models = Object.entries(batch.models);
    for (const [name, seen] of models) {
      const target = this.#of(name);
      target.calls.add(seen, now);
      this.#observe(name, target, seen, now, chance());
    }
    if (models.length === 0) return;
    const provider = this.#of(PROVIDER);
    for (const [, seen] of models) provider.calls.add(seen, now);
    const wide = list_fails || this.#failing() > 1 || provider.breaker.state !== "closed";
    const all = summed(models.map(([, seen]) => seen));
    if (wide) this.#observe(PROVIDER, provider, all, now, chance());
    else if (all.ok > 0) provider.breaker = { ...provider.breaker, failures_in_a_row: 0 };
    this.#forget();
  }

  /** The targets of a request for that model whose probes are counted; null where it is not for a probe to find out. */
  halfOpen(model: string, now: number): readonly string[] | null {
    const states = [PROVIDER, model].map((name) => {
      const breaker = this.#targets.get(name)?.breaker ?? CLOSED;
      return { name, state: breakerAt(breaker, now).state };
    });
    if (states.some(({ state }) => state === "open")) return null;
    const half_open = states.filter(({ state }) => state === "half_open").map(({ name }) => name);
    return half_open.length === 0 ? null : half_open;
  }

  /** What isolates are told. Models that have long been well and were not called lately are left out. */
  shared(state: SharedHealth["state"], now: number): SharedHealth {
    const models: Record<string, SharedTarget> = {};
    for (const [name, { breaker, calls }] of this.#targets) {
      if (name === PROVIDER) continue;
      const figures = calls.figures(now);
      const lately = now - breaker.since < CHANGED_LATELY_MS || figures.ok + figures.failed > 0;
      if (breaker.state !== "closed" || lately) models[name] = { breaker, ...figures };
    }
    const provider = this.#targets.get(PROVIDER) ?? { breaker: CLOSED, calls: new RecentCalls() };
    return { at: now, state, provider: { breaker: provider.breaker, ...provider.calls.figures(now) }, models };
  }

  /** The breakers that are not closed, in a text that changes when one of them does. */
  signature(): string {
    return [...this.#targets]
      .filter(([, { breaker }]) => breaker.state !== "closed")
      .map(([name, { breaker }]) => `${name}:${breaker.state}:${breaker.until}`)
      .toSorted()
      .join(" ");
  }

  clear(): void {
    this.#targets.clear();
    forgetBreakers(this.#sql);
  }

  #of(name: string): Target {
    const known = this.#targets.get(name) ?? { breaker: CLOSED, calls: new RecentCalls() };
    this.#targets.delete(name);
    this.#targets.set(name, known);
    return known;
  }

  #observe(name: string, target: Target, seen: Seen, now: number, chance: number): void {
    const before = target.breaker;
    target.breaker = observe(before, seen, target.calls.figures(now), now, chance);
    if (target.breaker.state === before.state && target.breaker.until === before.until) return;
    writeBreaker(this.#sql, name, target.breaker);
    // What failed before it closed must not open it again.
    if (target.breaker.state === "closed") target.calls.clear();
  }

  /** Models that fail now. */
  #failing(): number {
    return [...this.#targets].filter(
      ([name, { breaker }]) => name !== PROVIDER && (breaker.state === "open" || breaker.failures_in_a_row > 0),
    ).length;
  }

  #forget(): void {
    for (const name of this.#targets.keys()) {
      if (this.#targets.size <= LIMITS.monitor_models) return;
      if (name === PROVIDER) continue;
      this.#targets.delete(name);
      forgetBreaker(this.#sql, name);
    }
  }
}

/** Of models side by side no order is known: as long as one of them goes well, no failures are in a row. */
function summed(all: readonly Seen[]): Seen {
  const ok = all.reduce((sum, seen) => sum + seen.ok, 0);
  const failed = all.reduce((sum, seen) => sum + seen.failed, 0);
  const waits = all.flatMap(({ retry_after_ms }) => (retry_after_ms === null ? [] : [retry_after_ms]));
  return {
    ok,
    failed,
    failed_last: ok === 0 ? failed : Math.min(...all.map(({ failed_last }) => failed_last)),
    retry_after_ms: waits.length === 0 ? null : Math.max(...waits),
  };
}
