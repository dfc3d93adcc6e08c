import { LIMITS } from "../../../schema/kernel/limits.ts";

/** Which requests may find out whether a target is well again: a few in an interval, whoever asks. */
export class ProbePermits {
  readonly #given = new Map<string, { readonly interval: number; count: number }>();

  /** Takes one permit of each target, or none where one of them has no more in this interval. */
  take(targets: readonly string[], now: number): boolean {
    const interval = Math.floor(now / LIMITS.breaker_probe_interval_ms);
    const given = targets.map((target) => {
      const known = this.#given.get(target);
      return known?.interval === interval ? known : { interval, count: 0 };
    });
    if (given.some(({ count }) => count >= LIMITS.breaker_probes)) return false;
    for (const [at, target] of targets.entries()) {
      const one = given[at];
      if (one !== undefined) this.#given.set(target, { interval, count: one.count + 1 });
    }
    for (const [target, one] of this.#given) if (one.interval < interval) this.#given.delete(target);
    return true;
  }
}
