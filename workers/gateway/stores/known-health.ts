import { type Breaker, breakerAt, CLOSED, observe } from "../../../schema/health/breaker.ts";
import { type SharedHealth, targetHealth } from "../../../schema/health/shared-health.ts";
import type { TargetHealth } from "../../../schema/health/target-health.ts";

/** How one call of a model ended. */
export interface CallEnd {
  readonly ok: boolean;
  readonly retry_after_ms: number | null;
}

interface Known {
  /** What the monitor answered last. */
  shared: SharedHealth | null;
  /** By model, where a call has failed: what this isolate saw itself. */
  readonly own: Map<string, Breaker>;
  /** By model: until when a request may go first to find out how it is. */
  readonly permits: Map<string, number>;
  /** By model: when the monitor was last asked for a permit. */
  readonly asked: Map<string, number>;
}

/** A permit that no request took by then is void: the next interval has others. */
const PERMIT_MS = 5_000;
/** The monitor is asked for a permit no more often, whatever the traffic. */
const ASK_MS = 1_000;
/** Providers remembered at a time. */
const PROVIDERS_MAX = 5_000;

/**
 * What an isolate knows of providers and models: what their monitors share, in the snapshot and in the answers to reports,
 * and what it sees itself. Its own breakers open at once, so that a provider that is gone is not asked by every request
 * until the monitor's word is there.
 */
export class KnownHealth {
  readonly #known = new Map<string, Known>();

  /** Takes over what a monitor told, unless something later is known. */
  learn(org_id: string, provider_id: string, shared: SharedHealth): void {
    const known = this.#of(org_id, provider_id);
    if (known.shared !== null && known.shared.at >= shared.at) return;
    known.shared = shared;
    for (const [model, breaker] of known.own) {
      const theirs = Object.hasOwn(shared.models, model) ? shared.models[model]?.breaker : undefined;
      // Opened and closed again elsewhere since: what was seen here is out of date.
      if (theirs?.state === "closed" && theirs.since > breaker.since) known.own.delete(model);
    }
  }

  /** A call has ended. `chance`, 0 to before 1, spreads cool-downs. */
  seen(org_id: string, provider_id: string, model: string, end: CallEnd, now: number, chance: number): void {
    const known = this.#of(org_id, provider_id);
    const before = known.own.get(model) ?? CLOSED;
    const { ok, retry_after_ms } = end;
    const seen = ok
      ? { ok: 1, failed: 0, failed_last: 0, retry_after_ms }
      : { ok: 0, failed: 1, failed_last: 1, retry_after_ms };
    const breaker = observe(before, seen, NONE, now, chance);
    if (breaker.state === "closed" && breaker.failures_in_a_row === 0) known.own.delete(model);
    else known.own.set(model, breaker);
  }

  /**
   * How a model is, or the provider where `model` is null. `published` is what the snapshot has. The later word of the
   * monitor counts; while it says closed, this isolate's own breaker does.
   */
  health(
    org_id: string,
    provider_id: string,
    model: string | null,
    published: SharedHealth,
    now: number,
  ): TargetHealth {
    const known = this.#known.get(keyOf(org_id, provider_id));
    const health = targetHealth(later(known?.shared ?? null, published), model, now);
    if (known === undefined || model === null) return health;
    const permitted = (known.permits.get(model) ?? 0) > now;
    if (health.breaker === "half_open") return { ...health, probe: permitted };
    if (health.breaker === "open") return health;
    const own = breakerAt(known.own.get(model) ?? CLOSED, now);
    if (own.state === "closed") return health;
    if (own.state === "open") return { ...health, state: "down", breaker: "open" };
    return { ...health, state: "degraded", breaker: "half_open", probe: permitted };
  }

  /**
   * A request found the model half open. Answers whether the monitor is to be asked for a permit now. Where this isolate
   * alone has doubts, it lets one request a second find out without asking.
   */
  wantsPermit(org_id: string, provider_id: string, model: string, published: SharedHealth, now: number): boolean {
    const known = this.#of(org_id, provider_id);
    if (now - (known.asked.get(model) ?? Number.NEGATIVE_INFINITY) < ASK_MS) return false;
    known.asked.set(model, now);
    if (targetHealth(later(known.shared, published), model, now).breaker !== "closed") return true;
    this.permit(org_id, provider_id, model, now);
    return false;
  }

  permit(org_id: string, provider_id: string, model: string, now: number): void {
    this.#of(org_id, provider_id).permits.set(model, now + PERMIT_MS);
  }

  /** The request that was routed by a permit takes it. */
  takePermit(org_id: string, provider_id: string, model: string): void {
    this.#known.get(keyOf(org_id, provider_id))?.permits.delete(model);
  }

  #of(org_id: string, provider_id: string): Known {
    const key = keyOf(org_id, provider_id);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#known.size >= PROVIDERS_MAX) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    const made: Known = { shared: null, own: new Map(), permits: new Map(), asked: new Map() };
    this.#known.set(key, made);
    return made;
  }
}

const later = (told: SharedHealth | null, published: SharedHealth): SharedHealth =>
  told !== null && told.at >= published.at ? told : published;

/** An isolate counts failures in a row alone: shares are its monitor's to tell, which sees all calls. */
const NONE = { ok: 0, failed: 0 };

const keyOf = (org_id: string, provider_id: string): string => `${org_id}/${provider_id}`;
