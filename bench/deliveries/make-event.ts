import type { RequestContext, RequestRecord } from "../../schema/wire/request-record.ts";
import type { StoredEvent } from "./stored-event.ts";

/** Events by their number: the same number is the same event, wherever and however often it is made. */

/** 2026-11-20T10:00:00Z. */
export const FROM = 1_795_168_800_000;
const HOUR_MS = 3_600_000;
const HOURS = 24;
export const TO = FROM + HOURS * HOUR_MS;

const MODELS = ["openai/gpt-5", "openai/gpt-5-mini", "anthropic/claude-sonnet-4-5"] as const;
const FEATURES = ["summary", "chat", null] as const;
const OUTCOMES = ["completed", "completed", "completed", "completed", "cancelled", "upstream_error"] as const;

/** Mixes a number's bits, so that neighbours have nothing in common. */
function mixed(index: number, salt: number): number {
  let bits = Math.imul(index ^ Math.imul(salt, 0x9e3779b1), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

const pick = <Item>(items: readonly [Item, ...Item[]], index: number, salt: number): Item =>
  items[mixed(index, salt) % items.length] ?? items[0];

export function makeEvent(index: number): StoredEvent {
  const wallet = mixed(index, 1) % 8;
  const base = {
    event_id: `wal_${wallet}:${index}`,
    at: FROM + (mixed(index, 2) % (HOURS * HOUR_MS)),
    org_id: `org_${wallet % 3}`,
    wallet_id: `wal_${wallet}`,
    cost_center: null,
    team_id: null,
  };
  const kind = mixed(index, 4) % 100;
  const request_id = `req_${index}`;
  const context = contextOf(index, base);
  const cost_nano_usd = mixed(index, 5) % 50_000_000;
  if (kind < 85) {
    const hold_nano_usd = cost_nano_usd + 1_000;
    const record = recordOf(index);
    const common = { ...base, request_id, context, record, cost_nano_usd, hold_nano_usd };
    return { ...common, type: "request.completed", unsettled: false };
  }
  if (kind < 91) {
    const more = { ...base, request_id, context, cost_nano_usd };
    return { ...more, type: "request.adjusted", reason: "overage", record: null };
  }
  if (kind < 96) {
    const less = { ...base, request_id, context, cost_nano_usd: -cost_nano_usd };
    return { ...less, type: "request.adjusted", reason: "correction", record: recordOf(index) };
  }
  const amounts = { limit_nano_usd: 10_000_000_000, spent_nano_usd: 8_000_000_000, period_start: FROM };
  return { ...base, type: "wallet.threshold", percent: 80, ...amounts };
}

const contextOf = (
  index: number,
  { org_id, wallet_id, at }: Pick<StoredEvent, "org_id" | "wallet_id" | "at">,
): RequestContext => ({
  org_id,
  key_id: `key_${wallet_id}_${mixed(index, 6) % 2}`,
  route: "chat.completions",
  dialect: "openai-chat",
  provider_id: "openai",
  provider_kind: "openai",
  model: pick(MODELS, index, 7),
  stream: mixed(index, 8) % 2 === 0,
  feature: pick(FEATURES, index, 9),
  tags: { team: "blue" },
  subject: null,
  country: "DE",
  trace_id: null,
  started_at: at - 1_000,
});

const recordOf = (index: number): RequestRecord => ({
  outcome: pick(OUTCOMES, index, 10),
  status: 200,
  error_code: null,
  usage: { input: mixed(index, 11) % 10_000, output: mixed(index, 12) % 2_000 },
  usage_source: "provider",
  estimated: false,
  unpriced: [],
  price_id: "prc_bench",
  upstream_model: null,
  upstream_request_id: null,
  finish_reason: "stop",
  attempts: 1,
  latency_ms: mixed(index, 13) % 60_000,
  first_byte_ms: 120,
});
