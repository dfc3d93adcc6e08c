import type { UpstreamError } from "../../../schema/canonical/parts.ts";
import type { FailureClass } from "../../../schema/wire/monitor-rpc.ts";
import { LiveReports } from "../stores/live-reports.ts";
import type { Ending, Exchange } from "./exchange.ts";

/** One per isolate. */
const reports = new LiveReports();

/** Tells the provider's monitor, behind the answer, how its call went. What was never called or was left early tells nothing. */
export function reportLive(exchange: Exchange, ending: Ending): void {
  const { scope, called_at, first_byte_at } = exchange;
  if (called_at === null) return;
  const namespace = scope.env.MONITOR;
  if (namespace === undefined) return;
  const now = scope.effects.now();
  const { waitUntil } = scope;
  const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const tools = { namespace, now, wait, waitUntil };
  const add = (outcome: Parameters<LiveReports["add"]>[2]): void =>
    reports.add(exchange.context.org_id, exchange.attempt.account.id, outcome, tools);
  const error = exchange.call_error ?? exchange.meter.error;
  if (error !== null) add({ ok: false, failure: { class: error.class, text: textOf(error), at: now } });
  else if (WENT_WELL.has(ending.outcome)) {
    const first_byte_ms = first_byte_at === null ? null : Math.max(0, first_byte_at - called_at);
    add({ ok: true, latency_ms: Math.max(0, now - called_at), first_byte_ms });
  } else if (ending.outcome !== "cancelled") {
    const kind: FailureClass = ending.outcome === "upstream_timeout" ? "timeout" : "failed";
    add({ ok: false, failure: { class: kind, text: `The answer ended as ${ending.outcome}.`, at: now } });
  }
}

/** `cut` ended at what the wallet covers: no fault of the provider's. */
const WENT_WELL: ReadonlySet<string> = new Set(["completed", "cut"]);

/** Status and code: the provider's own words may quote the prompt. */
const textOf = ({ status, code }: UpstreamError): string =>
  code !== null && /^[a-z0-9_.-]{1,64}$/i.test(code) ? `HTTP ${status}, ${code}` : `HTTP ${status}`;
