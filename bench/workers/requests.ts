import { nanoUsd } from "../../schema/kernel/money.ts";
import type { RequestContext, RequestRecord } from "../../schema/wire/request-record.ts";
import type { AdmitRequest, ReleaseRequest, SettleRequest } from "../../schema/wire/wallet-rpc.ts";

/** What a gateway asks of a wallet object. */

const context = (started_at: number): RequestContext => ({
  org_id: "org_bench",
  key_id: "key_bench",
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
  started_at,
});

const RECORD: RequestRecord = {
  outcome: "completed",
  status: 200,
  error_code: null,
  usage: { input: 10, output: 20 },
  usage_source: "provider",
  estimated: false,
  unpriced: [],
  price_id: "prc_bench",
  upstream_model: null,
  upstream_request_id: null,
  finish_reason: "stop",
  attempts: 1,
  latency_ms: 250,
  first_byte_ms: 100,
};

/** A hold outlives every run. */
const TTL_MS = 600_000;

export const admitRequest = (request_id: string, hold_nano_usd: number, now: number): AdmitRequest => ({
  request_id,
  hold_nano_usd: nanoUsd(hold_nano_usd),
  committed_nano_usd: nanoUsd(Math.floor(hold_nano_usd / 10)),
  ttl_ms: TTL_MS,
  context: context(now),
  price_id: RECORD.price_id ?? "",
});

export const settleRequest = (request_id: string, cost_nano_usd: number, now: number): SettleRequest => ({
  request_id,
  cost_nano_usd: nanoUsd(cost_nano_usd),
  record: RECORD,
  context: context(now),
});

export const releaseRequest = (request_id: string, now: number): ReleaseRequest => ({
  request_id,
  record: RECORD,
  context: context(now),
});
