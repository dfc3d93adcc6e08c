import type { SharedHealth } from "../../../schema/health/shared-health.ts";
import { log } from "../../../schema/kernel/log.ts";
import {
  type FailureClass,
  type LiveBatch,
  type MonitorFailure,
  type MonitorNamespace,
  monitorOf,
} from "../../../schema/wire/monitor-rpc.ts";
import { latencyBucket } from "./latency-buckets.ts";

/** How one upstream call went. */
export type LiveOutcome =
  | { readonly ok: true; readonly latency_ms: number; readonly first_byte_ms: number | null }
  | { readonly ok: false; readonly failure: MonitorFailure; readonly retry_after_ms: number | null };

export interface ReportTools {
  readonly namespace: MonitorNamespace;
  readonly now: number;
  /** Resolves after so many milliseconds. */
  wait(ms: number): Promise<unknown>;
  waitUntil(promise: Promise<unknown>): void;
  /** Takes over what the monitor answers. */
  learn(shared: SharedHealth): void;
}

/** What the caller did wrong: the provider was right to refuse it. */
export const CALLERS_OWN: ReadonlySet<FailureClass> = new Set(["rejected", "content_filter", "not_found", "too_large"]);

const FLUSH_MS = 1_000;
/** What turns from good to bad and back is told no more often than this. */
const AT_ONCE_MS = 200;
/** A flush that was begun and did not come has died with the request that it belonged to. */
const FLUSH_LOST_MS = 5_000;
/** Providers remembered at a time: beyond that, those with nothing to tell are forgotten. */
const PROVIDERS_MAX = 5_000;

interface PendingModel {
  ok: number;
  failed: number;
  failed_last: number;
  retry_after_ms: number | null;
  latency: Record<string, number>;
  first_byte: Record<string, number>;
}

interface Pending {
  ok: number;
  failed: Partial<Record<FailureClass, number>>;
  latency: Record<string, number>;
  first_byte: Record<string, number>;
  last_failure: MonitorFailure | null;
  models: Map<string, PendingModel>;
  /** When a flush was scheduled that has not come yet. */
  scheduled_at: number | null;
  /** Whether the last call failed. */
  failing: boolean;
  /** When something was told at once. */
  at_once_at: number;
}

/**
 * What an isolate sees of its providers, summed up and told to their monitors at most once a second each, behind the
 * request. The first failure after a success is told at once, and the first success after a failure. No caller ever waits
 * for this.
 */
export class LiveReports {
  readonly #pending = new Map<string, Pending>();

  add(org_id: string, provider_id: string, model: string, outcome: LiveOutcome, tools: ReportTools): void {
    if (!outcome.ok && CALLERS_OWN.has(outcome.failure.class)) return;
    const pending = this.#of(`${org_id}/${provider_id}`);
    count(pending, model, outcome);
    const turned = outcome.ok === pending.failing && tools.now - pending.at_once_at >= AT_ONCE_MS;
    pending.failing = !outcome.ok;
    const flush = () => this.#flush(org_id, provider_id, pending, tools);
    if (turned) {
      pending.at_once_at = tools.now;
      tools.waitUntil(flush());
      return;
    }
    if (pending.scheduled_at !== null && tools.now - pending.scheduled_at < FLUSH_LOST_MS) return;
    pending.scheduled_at = tools.now;
    tools.waitUntil(tools.wait(FLUSH_MS).then(flush));
  }

  #of(key: string): Pending {
    const known = this.#pending.get(key);
    if (known !== undefined) return known;
    if (this.#pending.size >= PROVIDERS_MAX) {
      for (const [other, { scheduled_at }] of this.#pending) if (scheduled_at === null) this.#pending.delete(other);
    }
    const made: Pending = { ...nothing(), scheduled_at: null, failing: false, at_once_at: Number.NEGATIVE_INFINITY };
    this.#pending.set(key, made);
    return made;
  }

  /** What cannot be told is dropped: it is a sample, and the next one comes soon. */
  async #flush(
    org_id: string,
    provider_id: string,
    pending: Pending,
    { namespace, learn }: ReportTools,
  ): Promise<void> {
    const { ok, failed, latency, first_byte, last_failure } = pending;
    const models = Object.fromEntries(pending.models);
    Object.assign(pending, nothing(), { scheduled_at: null });
    if (ok === 0 && last_failure === null) return;
    const batch: LiveBatch = { ok, failed, latency, first_byte, last_failure, models };
    try {
      learn(await monitorOf(namespace, org_id, provider_id).report(org_id, provider_id, batch));
    } catch (error) {
      log("warn", "provider_report_lost", { org_id, provider_id, reason: String(error) });
    }
  }
}

const nothing = (): Omit<Pending, "scheduled_at" | "failing" | "at_once_at"> => ({
  ok: 0,
  failed: {},
  latency: {},
  first_byte: {},
  last_failure: null,
  models: new Map(),
});

function count(pending: Pending, name: string, outcome: LiveOutcome): void {
  const model = modelIn(pending, name);
  if (!outcome.ok) {
    model.failed += 1;
    model.failed_last += 1;
    model.retry_after_ms = longer(model.retry_after_ms, outcome.retry_after_ms);
    const { failure } = outcome;
    pending.failed[failure.class] = (pending.failed[failure.class] ?? 0) + 1;
    pending.last_failure = failure;
    return;
  }
  model.ok += 1;
  model.failed_last = 0;
  pending.ok += 1;
  for (const counts of [pending, model]) {
    add(counts.latency, outcome.latency_ms);
    if (outcome.first_byte_ms !== null) add(counts.first_byte, outcome.first_byte_ms);
  }
}

function modelIn({ models }: Pending, name: string): PendingModel {
  const known = models.get(name);
  if (known !== undefined) return known;
  const made = { ok: 0, failed: 0, failed_last: 0, retry_after_ms: null, latency: {}, first_byte: {} };
  models.set(name, made);
  return made;
}

const longer = (a: number | null, b: number | null): number | null => (a === null || (b !== null && b > a) ? b : a);

function add(counts: Record<string, number>, ms: number): void {
  const bucket = String(latencyBucket(ms));
  counts[bucket] = (counts[bucket] ?? 0) + 1;
}
