import type { UpstreamError } from "../../../schema/canonical/parts.ts";
import type { FailureClass } from "../../../schema/wire/monitor-rpc.ts";
import { CALLERS_OWN, type LiveOutcome, LiveReports } from "../stores/live-reports.ts";
import type { Ending, Exchange } from "./exchange.ts";
import { isolateHealth } from "./isolate-health.ts";
import { traceAttempt } from "./trace-attempt.ts";

/** One per isolate. */
const reports = new LiveReports();

/**
 * Remembers how a call went, and tells its provider's monitor behind the answer; and the trace, where there is one. What was never
 * called or was left early tells nothing.
 */
export function reportLive(exchange: Exchange, ending: Ending): void {
  traceAttempt(exchange, ending);
  const { scope, context, attempt } = exchange;
  const now = scope.effects.now();
  const outcome = outcomeOf(exchange, ending, now);
  if (outcome === null || (!outcome.ok && CALLERS_OWN.has(outcome.failure.class))) return;
  const { org_id } = context;
  const provider_id = attempt.account.id;
  const model = attempt.name.slice(provider_id.length + 1);
  const end = { ok: outcome.ok, retry_after_ms: outcome.ok ? null : outcome.retry_after_ms };
  isolateHealth.seen(org_id, provider_id, model, end, now, (scope.effects.randomBytes(1)[0] ?? 0) / 256);
  const namespace = scope.env.MONITOR;
  if (namespace === undefined) return;
  reports.add(org_id, provider_id, model, outcome, {
    namespace,
    now,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    waitUntil: scope.waitUntil,
    learn: (shared) => isolateHealth.learn(org_id, provider_id, shared),
  });
}

function outcomeOf(exchange: Exchange, ending: Ending, now: number): LiveOutcome | null {
  const { called_at, first_byte_at } = exchange;
  if (called_at === null) return null;
  const error = exchange.call_error ?? exchange.meter.error;
  if (error !== null) {
    const failure = { class: error.class, text: `${textOf(error)}${withCredential(exchange)}`, at: now };
    return { ok: false, failure, retry_after_ms: error.retry_after_ms };
  }
  if (WENT_WELL.has(ending.outcome)) {
    const first_byte_ms = first_byte_at === null ? null : Math.max(0, first_byte_at - called_at);
    return { ok: true, latency_ms: Math.max(0, now - called_at), first_byte_ms };
  }
  if (ending.outcome === "cancelled") return null;
  const kind: FailureClass = ending.outcome === "upstream_timeout" ? "timeout" : "failed";
  const failure = { class: kind, text: `The answer ended as ${ending.outcome}.`, at: now };
  return { ok: false, failure, retry_after_ms: null };
}

/** `cut` ended at what the wallet covers: no fault of the provider's. */
const WENT_WELL: ReadonlySet<string> = new Set(["completed", "cut"]);

/** Which of several credentials it was, by its name. */
const withCredential = ({ attempt: { account } }: Exchange): string =>
  account.credential_name === undefined ? "" : `, with the credential "${account.credential_name}"`;

/** Status and code: the provider's own words may quote the prompt. */
const textOf = ({ status, code }: UpstreamError): string =>
  code !== null && /^[a-z0-9_.-]{1,64}$/i.test(code) ? `HTTP ${status}, ${code}` : `HTTP ${status}`;
