import { type NanoUsd, nanoUsd } from "../../../schema/kernel/money.ts";
import type { RequestContext, RequestRecord } from "../../../schema/wire/request-record.ts";
import type {
  AdmitRequest,
  ChargeAttemptRequest,
  ReleaseRequest,
  SettleRequest,
} from "../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";

/** 2026-03-10T12:00:00Z, a Tuesday in the middle of a month. */
export const NOON = Date.UTC(2026, 2, 10, 12);
export const TTL_MS = 90_000;

export const usd = (amount: number): NanoUsd => nanoUsd(amount);

export const settings = (change: Partial<WalletSettings> = {}): WalletSettings => ({
  wallet_id: "wal_1",
  org_id: "org_1",
  name: "Team",
  version: 1,
  limit_nano_usd: 1_000_000,
  hard: true,
  overdraft_percent: 0,
  period: "month",
  time_zone: "UTC",
  start_day: 1,
  carry_over: false,
  thresholds: [],
  maximum_per_request_nano_usd: null,
  frozen: false,
  parent_id: null,
  cost_center: null,
  team_id: null,
  ends_at: null,
  rate_limits: { requests_per_minute: null, tokens_per_minute: null, concurrent_requests: null },
  ...change,
});

export const context = (change: Partial<RequestContext> = {}): RequestContext => ({
  org_id: "org_1",
  key_id: "key_1",
  route: "/v1/chat/completions",
  dialect: "openai-chat",
  provider_id: "sandbox",
  provider_kind: "sandbox",
  model: "sandbox/echo",
  stream: true,
  feature: null,
  tags: {},
  subject: null,
  country: null,
  trace_id: null,
  started_at: NOON,
  ...change,
});

export const record = (change: Partial<RequestRecord> = {}): RequestRecord => ({
  outcome: "completed",
  status: 200,
  error_code: null,
  usage: { input: 10, output: 20 },
  usage_source: "provider",
  estimated: false,
  unpriced: [],
  price_id: "prc_1",
  upstream_model: null,
  upstream_request_id: null,
  finish_reason: "stop",
  attempts: 1,
  latency_ms: 250,
  first_byte_ms: 100,
  ...change,
});

export const admit = (request_id: string, hold: number, change: Partial<AdmitRequest> = {}): AdmitRequest => ({
  request_id,
  hold_nano_usd: usd(hold),
  committed_nano_usd: usd(Math.floor(hold / 10)),
  ttl_ms: TTL_MS,
  context: context(),
  price_id: "prc_1",
  ...change,
});

export const settle = (request_id: string, cost: number, change: Partial<SettleRequest> = {}): SettleRequest => ({
  request_id,
  cost_nano_usd: usd(cost),
  record: record(),
  context: context(),
  ...change,
});

/** A failed attempt, and what the next one may cost. */
export const charge = (
  request_id: string,
  attempt: number,
  cost: number,
  hold: number,
  change: Partial<ChargeAttemptRequest> = {},
): ChargeAttemptRequest => ({
  request_id,
  attempt,
  cost_nano_usd: usd(cost),
  record: record({ outcome: "upstream_timeout", status: 504, error_code: "upstream_timeout", attempts: attempt }),
  context: context(),
  next: {
    hold_nano_usd: usd(hold),
    committed_nano_usd: usd(Math.floor(hold / 10)),
    price_id: `prc_${attempt + 1}`,
    context: context({ model: `other/${attempt + 1}` }),
  },
  ...change,
});

export const release = (request_id: string): ReleaseRequest => ({ request_id, record: record(), context: context() });

/** The same request id, used with an idempotency key. */
export const keyed = (key: string, fingerprint = "body"): Partial<AdmitRequest> => ({
  idempotency: { key_hash: key, fingerprint },
});
