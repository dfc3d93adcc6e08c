import type { CacheDetail } from "../../../schema/caching/cache-detail.ts";
import { inputTokens, outputTokens } from "../../../schema/canonical/usage.ts";
import { unreachable } from "../../../schema/kernel/unreachable.ts";
import type { requestAdjustments, requestLog, walletEvents } from "../../../schema/tables/tables.ts";
import type { Event, EventOf } from "../../../schema/wire/events.ts";
import type { RequestContext } from "../../../schema/wire/request-record.ts";

/** Every column of the table except the one that the write itself fills in. */
type Row<Insert> = Required<Omit<Insert, "batch_id">>;

export type RequestRow = Row<typeof requestLog.$inferInsert>;
export type AdjustmentRow = Row<typeof requestAdjustments.$inferInsert>;
export type WalletEventRow = Row<typeof walletEvents.$inferInsert>;

export interface Rows {
  readonly requests: readonly RequestRow[];
  readonly adjustments: readonly AdjustmentRow[];
  readonly wallet_events: readonly WalletEventRow[];
}

/** Every event that is a row somewhere. A blocked request is an entry of the audit chain instead. */
export type StoredEvent = Exclude<Event, EventOf<"request.blocked">>;

/** The table rows of some events. An event that is there twice gives one row: the first. */
export function rowsOf(events: readonly StoredEvent[]): Rows {
  const requests: RequestRow[] = [];
  const adjustments: AdjustmentRow[] = [];
  const wallet_events: WalletEventRow[] = [];
  const seen = new Set<string>();
  for (const event of events) {
    if (seen.has(event.event_id)) continue;
    seen.add(event.event_id);
    switch (event.type) {
      case "request.completed":
        requests.push(requestRow(event));
        break;
      case "request.adjusted":
        adjustments.push(adjustmentRow(event));
        break;
      case "wallet.threshold":
      case "wallet.exhausted":
      case "wallet.posted":
        wallet_events.push(walletEventRow(event));
        break;
      default:
        unreachable(event);
    }
  }
  return { requests, adjustments, wallet_events };
}

function requestRow(event: EventOf<"request.completed">): RequestRow {
  const { context, record } = event;
  return {
    event_id: event.event_id,
    request_id: event.request_id,
    org_id: event.org_id,
    wallet_id: event.wallet_id,
    key_id: context.key_id,
    at: event.at,
    started_at: context.started_at,
    route: context.route,
    dialect: context.dialect,
    provider_id: context.provider_id,
    provider_kind: context.provider_kind,
    model: context.model,
    upstream_model: record.upstream_model,
    upstream_request_id: record.upstream_request_id,
    stream: context.stream,
    outcome: record.outcome,
    status: record.status,
    error_code: record.error_code,
    finish_reason: record.finish_reason,
    cost_nano_usd: event.cost_nano_usd,
    hold_nano_usd: event.hold_nano_usd,
    usage: record.usage,
    input_tokens: inputTokens(record.usage),
    output_tokens: outputTokens(record.usage),
    usage_source: record.usage_source,
    cache: record.cache?.status ?? null,
    cache_score: record.cache?.score ?? null,
    cache_detail: cacheDetailOf(record.cache?.detail),
    saved_nano_usd: record.cache?.saved_nano_usd ?? 0,
    saved_ms: record.cache?.saved_ms ?? 0,
    estimated: record.estimated,
    unsettled: event.unsettled,
    unpriced: record.unpriced,
    price_id: record.price_id,
    attempts: record.attempts,
    latency_ms: record.latency_ms,
    first_byte_ms: record.first_byte_ms,
    feature: context.feature,
    tags: context.tags,
    subject: context.subject,
    country: context.country,
    trace_id: context.trace_id,
    routing: routingOf(context.routing, record.called_ms),
    cost_center: event.cost_center,
    team_id: event.team_id,
  };
}

/** When the last call began is known behind it, so it comes with the record. */
const routingOf = (
  routing: RequestContext["routing"],
  called_ms: number | undefined,
): RequestContext["routing"] | null =>
  routing == null || called_ms === undefined ? (routing ?? null) : { ...routing, called_ms };

/** A miss that nothing stood behind takes no room. */
const cacheDetailOf = (detail: CacheDetail | undefined): CacheDetail | null =>
  detail === undefined || Object.values(detail).every((value) => value === null) ? null : detail;

/** Tokens count with the record of an attempt or a correction: an overage is more money for those of the request's row. */
function adjustmentRow(event: EventOf<"request.adjusted">): AdjustmentRow {
  const { context, record } = event;
  const usage = event.reason === "overage" ? {} : (record?.usage ?? {});
  return {
    event_id: event.event_id,
    request_id: event.request_id,
    org_id: event.org_id,
    wallet_id: event.wallet_id,
    key_id: context.key_id,
    at: event.at,
    provider_id: context.provider_id,
    model: context.model,
    feature: context.feature,
    reason: event.reason,
    cost_nano_usd: event.cost_nano_usd,
    input_tokens: inputTokens(usage),
    output_tokens: outputTokens(usage),
    record,
    tags: context.tags,
    subject: context.subject,
    country: context.country,
    cost_center: event.cost_center,
    team_id: event.team_id,
  };
}

function walletEventRow(event: EventOf<"wallet.threshold" | "wallet.exhausted" | "wallet.posted">): WalletEventRow {
  const { event_id, org_id, wallet_id, at, type, ...payload } = event;
  return { event_id, org_id, wallet_id, at, type, payload };
}
