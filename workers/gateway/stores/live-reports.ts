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
  | { readonly ok: false; readonly failure: MonitorFailure };

export interface ReportTools {
  readonly namespace: MonitorNamespace;
  readonly now: number;
  /** Resolves after so many milliseconds. */
  wait(ms: number): Promise<unknown>;
  waitUntil(promise: Promise<unknown>): void;
}

/** What the caller did wrong: the provider was right to refuse it. */
const CALLERS_OWN: ReadonlySet<FailureClass> = new Set(["rejected", "content_filter", "not_found", "too_large"]);

const FLUSH_MS = 1_000;
/** A flush that was begun and did not come has died with the request that it belonged to. */
const FLUSH_LOST_MS = 5_000;
/** Providers remembered at a time: beyond that, those with nothing to tell are forgotten. */
const PROVIDERS_MAX = 5_000;

interface Pending {
  ok: number;
  failed: Partial<Record<FailureClass, number>>;
  latency: Record<string, number>;
  first_byte: Record<string, number>;
  last_failure: MonitorFailure | null;
  /** When a flush was scheduled that has not come yet. */
  scheduled_at: number | null;
  /** Whether the last that was told was a failure. */
  failing: boolean;
}

/**
 * What an isolate sees of its providers, summed up and told to their monitors at most once a second each, behind the
 * request. The first failure after a success is told at once. No caller ever waits for this.
 */
export class LiveReports {
  readonly #pending = new Map<string, Pending>();

  add(org_id: string, provider_id: string, outcome: LiveOutcome, tools: ReportTools): void {
    if (!outcome.ok && CALLERS_OWN.has(outcome.failure.class)) return;
    const pending = this.#of(`${org_id}/${provider_id}`);
    count(pending, outcome);
    const at_once = !outcome.ok && !pending.failing;
    pending.failing = !outcome.ok;
    const flush = () => this.#flush(org_id, provider_id, pending, tools.namespace);
    if (at_once) {
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
    const made: Pending = { ...nothing(), scheduled_at: null, failing: false };
    this.#pending.set(key, made);
    return made;
  }

  /** What cannot be told is dropped: it is a sample, and the next one comes soon. */
  async #flush(org_id: string, provider_id: string, pending: Pending, namespace: MonitorNamespace): Promise<void> {
    const { ok, failed, latency, first_byte, last_failure } = pending;
    Object.assign(pending, nothing(), { scheduled_at: null });
    if (ok === 0 && last_failure === null) return;
    const batch: LiveBatch = { ok, failed, latency, first_byte, last_failure };
    try {
      await monitorOf(namespace, org_id, provider_id).report(org_id, provider_id, batch);
    } catch (error) {
      log("warn", "provider_report_lost", { org_id, provider_id, reason: String(error) });
    }
  }
}

const nothing = () => ({ ok: 0, failed: {}, latency: {}, first_byte: {}, last_failure: null });

function count(pending: Pending, outcome: LiveOutcome): void {
  if (!outcome.ok) {
    const { failure } = outcome;
    pending.failed[failure.class] = (pending.failed[failure.class] ?? 0) + 1;
    pending.last_failure = failure;
    return;
  }
  pending.ok += 1;
  add(pending.latency, outcome.latency_ms);
  if (outcome.first_byte_ms !== null) add(pending.first_byte, outcome.first_byte_ms);
}

function add(counts: Record<string, number>, ms: number): void {
  const bucket = String(latencyBucket(ms));
  counts[bucket] = (counts[bucket] ?? 0) + 1;
}
