import type { EventOf } from "../../../schema/wire/events.ts";
import type { RequestContext, RequestRecord } from "../../../schema/wire/request-record.ts";

/** An hour that is nobody's boundary: 2026-11-20T10:00:00Z. */
export const HOUR = 1_795_168_800_000;
export const HOUR_MS = 3_600_000;

export const context: RequestContext = {
  org_id: "org_1",
  key_id: "key_1",
  route: "chat.completions",
  dialect: "openai-chat",
  provider_id: "openai",
  provider_kind: "openai",
  model: "openai/gpt-5",
  stream: true,
  feature: "summary",
  tags: { team: "blue" },
  subject: "user-7",
  country: "DE",
  trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
  started_at: HOUR + 1_000,
  routing: {
    asked: "smart",
    rule_id: "rule_1",
    rule: "Smart",
    how: "split",
    passed_over: [{ rule_id: "rule_0", failed: "images" }],
    passed_over_more: 0,
    candidates: [
      { model: "openai/gpt-5", weight: 90 },
      { model: "openai/gpt-5-mini", weight: 10 },
    ],
  },
};

export const record: RequestRecord = {
  outcome: "completed",
  status: 200,
  error_code: null,
  usage: { input: 100, cached_read: 20, output: 30, reasoning: 5 },
  usage_source: "provider",
  estimated: false,
  unpriced: [],
  price_id: "prc_1",
  upstream_model: "gpt-5-2026-08-01",
  upstream_request_id: "chatcmpl-1",
  finish_reason: "stop",
  attempts: 1,
  latency_ms: 400,
  first_byte_ms: 120,
};

const base = (event_id: string) => ({
  event_id,
  at: HOUR + 5_000,
  org_id: "org_1",
  wallet_id: "wal_1",
  cost_center: "CC-1",
  team_id: "tem_1",
});

/** A finished request: 120 tokens in, 35 out, 400 ms, 1,000 nano-USD. */
export const completed = (
  event_id: string,
  changes: Partial<EventOf<"request.completed">> = {},
): EventOf<"request.completed"> => ({
  ...base(event_id),
  type: "request.completed",
  request_id: `req_${event_id}`,
  cost_nano_usd: 1_000,
  hold_nano_usd: 5_000,
  unsettled: false,
  context,
  record,
  ...changes,
});

/** An overage of 70 nano-USD on the request of event `of`. */
export const adjusted = (
  event_id: string,
  of: string,
  changes: Partial<EventOf<"request.adjusted">> = {},
): EventOf<"request.adjusted"> => ({
  ...base(event_id),
  type: "request.adjusted",
  request_id: `req_${of}`,
  reason: "overage",
  cost_nano_usd: 70,
  context,
  record: null,
  ...changes,
});

export const threshold = (event_id: string): EventOf<"wallet.threshold"> => ({
  ...base(event_id),
  type: "wallet.threshold",
  percent: 80,
  limit_nano_usd: 10_000,
  spent_nano_usd: 8_100,
  period_start: HOUR,
});
