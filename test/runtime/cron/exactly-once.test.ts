import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { faults, faultyDatabase } from "../../../bench/workers/faulty-database.ts";
import { checkRollup } from "../../../workers/cron/rollup/check.ts";
import { deliver, flights } from "./deliver.ts";
import { fresh } from "./fresh.ts";
import { adjusted, completed, context, HOUR, HOUR_MS, record, threshold } from "./make-event.ts";
import { count, rollupSums } from "./sums.ts";

beforeEach(fresh);

const once = { requests: 1, cost_nano_usd: "1000", input_tokens: 120, output_tokens: 35, latency_ms: 400 };
const times = (n: number) => ({
  requests: n,
  cost_nano_usd: String(1_000 * n),
  input_tokens: 120 * n,
  output_tokens: 35 * n,
  latency_ms: 400 * n,
});

const wholeDay = { from: HOUR - HOUR_MS, to: HOUR + 20 * HOUR_MS };
const differences = async () => {
  const report = await checkRollup(env.DB, wholeDay);
  return report.status === "checked" ? report.differences : report.status;
};

describe("an event counts once", () => {
  test("when it is twice in a batch", async () => {
    const delivered = await deliver(
      flights(completed("e1"), completed("e1"), completed("e2"), threshold("t1"), threshold("t1")),
    );
    expect(delivered.acked).toHaveLength(5);
    expect(await rollupSums()).toEqual(times(2));
    expect(await count("request_log")).toBe(2);
    expect(await count("wallet_events")).toBe(1);
  });

  test("when its batch is delivered again", async () => {
    const batch = flights(completed("e1"), adjusted("a1", "e1"), threshold("t1"));
    await deliver(batch);
    const first = await rollupSums();
    const again = await deliver(batch.map((message) => ({ ...message, attempts: 2 })));
    expect(again.acked).toHaveLength(3);
    expect(await rollupSums()).toEqual(first);
    expect(first).toEqual({ ...once, cost_nano_usd: "1070" });
    expect(await differences()).toEqual([]);
  });

  test("when a later batch holds old and new events", async () => {
    await deliver(flights(completed("e1"), completed("e2")));
    await deliver(flights(completed("e2"), completed("e3"), completed("e1")));
    expect(await rollupSums()).toEqual(times(3));
  });

  test("when concurrent batches overlap", async () => {
    const events = Array.from({ length: 60 }, (_, index) => completed(`e${index}`));
    await Promise.all([
      deliver(flights(...events.slice(0, 40))),
      deliver(flights(...events.slice(20, 60))),
      deliver(flights(...events.slice(10, 50))),
    ]);
    expect(await count("request_log")).toBe(60);
    expect(await rollupSums()).toEqual(times(60));
    expect(await differences()).toEqual([]);
  });

  test("when D1 wrote the batch and said that it failed", async () => {
    const batch = flights(completed("e1"), completed("e2"), adjusted("a1", "e1"));
    const failed = await deliver(batch, faultyDatabase(env.DB, faults("after")));
    expect(failed).toEqual({ acked: [], retried: ["msg_0", "msg_1", "msg_2"] });
    expect(await count("request_log")).toBe(2);
    const again = await deliver(batch.map((message) => ({ ...message, attempts: 2 })));
    expect(again.acked).toHaveLength(3);
    expect(await rollupSums()).toEqual({ ...times(2), cost_nano_usd: "2070" });
  });

  test("when D1 failed and wrote nothing", async () => {
    const batch = flights(completed("e1"), completed("e2"));
    const failed = await deliver(batch, faultyDatabase(env.DB, faults("before")));
    expect(failed).toEqual({ acked: [], retried: ["msg_0", "msg_1"] });
    expect(await count("request_log")).toBe(0);
    await deliver(batch.map((message) => ({ ...message, attempts: 2 })));
    expect(await rollupSums()).toEqual(times(2));
  });

  test("when the batch and its single messages all fail after they were written", async () => {
    const batch = flights(completed("e1"), completed("e2")).map((message) => ({ ...message, attempts: 2 }));
    const failed = await deliver(batch, faultyDatabase(env.DB, faults("after", "after", "after")));
    expect(failed.acked).toEqual([]);
    await deliver(batch);
    expect(await rollupSums()).toEqual(times(2));
  });
});

describe("an adjustment", () => {
  test("counts before the request that it adjusts has come", async () => {
    await deliver(flights(adjusted("a1", "e1")));
    expect(await rollupSums()).toEqual({
      requests: 0,
      cost_nano_usd: "70",
      input_tokens: 0,
      output_tokens: 0,
      latency_ms: 0,
    });
    await deliver(flights(completed("e1")));
    expect(await rollupSums()).toEqual({ ...once, cost_nano_usd: "1070" });
    expect(await differences()).toEqual([]);
  });

  test("that corrects an expiry brings the money back and the tokens that expiry did not know", async () => {
    const expired = { ...record, outcome: "expired" as const, usage: {}, usage_source: "bound" as const };
    await deliver(
      flights(
        completed("e1", { cost_nano_usd: 5_000, unsettled: true, record: expired }),
        adjusted("a1", "e1", { reason: "correction", cost_nano_usd: -4_000, record }),
      ),
    );
    expect(await rollupSums()).toEqual(once);
    const { results } = await env.DB.prepare(
      "SELECT outcome, requests, cost_nano_usd FROM rollup_hourly ORDER BY outcome",
    ).all();
    expect(results).toEqual([
      { outcome: "correction", requests: 0, cost_nano_usd: -4_000 },
      { outcome: "expired", requests: 1, cost_nano_usd: 5_000 },
    ]);
  });

  test("that is an attempt before the last adds its cost and tokens to the model that it asked", async () => {
    const failed = { ...context, model: "openai/gpt-5-mini", provider_id: "openai" };
    const attempt = { ...record, outcome: "upstream_timeout" as const, usage: { input: 120 } };
    await deliver(
      flights(
        // It may come before the row that it belongs to.
        adjusted("a1", "e1", { reason: "attempt", cost_nano_usd: 300, context: failed, record: attempt }),
        completed("e1"),
      ),
    );
    const { results } = await env.DB.prepare(
      "SELECT model, outcome, requests, cost_nano_usd, usage_input, usage_output FROM rollup_hourly ORDER BY outcome",
    ).all();
    expect(results).toEqual([
      {
        model: "openai/gpt-5-mini",
        outcome: "attempt",
        requests: 0,
        cost_nano_usd: 300,
        usage_input: 120,
        usage_output: 0,
      },
      expect.objectContaining({ model: context.model, outcome: "completed", requests: 1, cost_nano_usd: 1_000 }),
    ]);
    expect(await differences()).toEqual([]);
  });
});

test("every field of an event is in its column", async () => {
  await deliver(flights(completed("e1"), adjusted("a1", "e1", { reason: "correction", record }), threshold("t1")));
  const { batch_id, ...row } = (await env.DB.prepare("SELECT * FROM request_log").first()) ?? {};
  expect(batch_id).toMatch(/^[0-9a-z]{26}$/);
  expect(row).toEqual({
    event_id: "e1",
    request_id: "req_e1",
    org_id: "org_1",
    wallet_id: "wal_1",
    key_id: "key_1",
    at: HOUR + 5_000,
    started_at: HOUR + 1_000,
    route: "chat.completions",
    dialect: "openai-chat",
    provider_id: "openai",
    provider_kind: "openai",
    model: "openai/gpt-5",
    upstream_model: "gpt-5-2026-08-01",
    upstream_request_id: "chatcmpl-1",
    stream: 1,
    outcome: "completed",
    status: 200,
    error_code: null,
    finish_reason: "stop",
    cost_nano_usd: 1_000,
    hold_nano_usd: 5_000,
    usage: '{"input":100,"cached_read":20,"output":30,"reasoning":5}',
    input_tokens: 120,
    output_tokens: 35,
    usage_source: "provider",
    cache: null,
    cache_score: null,
    cache_detail: null,
    saved_nano_usd: 0,
    saved_ms: 0,
    estimated: 0,
    unsettled: 0,
    unpriced: "[]",
    price_id: "prc_1",
    attempts: 1,
    latency_ms: 400,
    first_byte_ms: 120,
    feature: "summary",
    tags: '{"team":"blue"}',
    subject: "user-7",
    country: "DE",
    trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
    routing: JSON.stringify(context.routing),
    cost_center: "CC-1",
    team_id: "tem_1",
  });
  const { record: kept, ...adjustment } = (await env.DB.prepare("SELECT * FROM request_adjustments").first()) ?? {};
  expect(JSON.parse(String(kept))).toEqual(record);
  expect(adjustment).toEqual({
    event_id: "a1",
    request_id: "req_e1",
    org_id: "org_1",
    wallet_id: "wal_1",
    key_id: "key_1",
    at: HOUR + 5_000,
    provider_id: "openai",
    model: "openai/gpt-5",
    feature: "summary",
    reason: "correction",
    cost_nano_usd: 70,
    input_tokens: 120,
    output_tokens: 35,
    tags: '{"team":"blue"}',
    subject: "user-7",
    country: "DE",
    cost_center: "CC-1",
    team_id: "tem_1",
    batch_id,
  });
  expect(await env.DB.prepare("SELECT * FROM wallet_events").first()).toEqual({
    event_id: "t1",
    org_id: "org_1",
    wallet_id: "wal_1",
    at: HOUR + 5_000,
    type: "wallet.threshold",
    payload: JSON.stringify({
      cost_center: "CC-1",
      team_id: "tem_1",
      percent: 80,
      limit_nano_usd: 10_000,
      spent_nano_usd: 8_100,
      period_start: HOUR,
    }),
  });
});

test("amounts near 9,000,000 USD stay exact, also where their sum is beyond 2^53", async () => {
  const amount = 8_999_999_999_999_999;
  await deliver(
    flights(
      ...["e1", "e2", "e3"].map((id) => completed(id, { cost_nano_usd: amount })),
      adjusted("a1", "e1", { cost_nano_usd: -1 }),
    ),
  );
  await deliver(flights(completed("e4", { cost_nano_usd: amount })));
  expect((await rollupSums()).cost_nano_usd).toBe(String(4n * BigInt(amount) - 1n));
  const kept = await env.DB.prepare(
    "SELECT CAST(cost_nano_usd AS TEXT) AS cost, typeof(cost_nano_usd) AS type, typeof(at) AS at FROM request_log",
  ).first();
  expect(kept).toEqual({ cost: String(amount), type: "integer", at: "integer" });
  const types = await env.DB.prepare(
    "SELECT DISTINCT typeof(hour) || typeof(cost_nano_usd) || typeof(requests) AS t FROM rollup_hourly",
  ).all();
  expect(types.results).toEqual([{ t: "integerintegerinteger" }]);
});

test("sums are kept apart by hour and by everything that the rollup names", async () => {
  await deliver(
    flights(
      completed("e1", { at: HOUR }),
      completed("e2", { at: HOUR + HOUR_MS - 1 }),
      completed("e3", { at: HOUR + HOUR_MS }),
      completed("e4", { wallet_id: "wal_2" }),
      completed("e5", { context: { ...context, feature: null } }),
      completed("e6", { context: { ...context, model: "openai/gpt-5-mini" } }),
      completed("e7", { record: { ...record, outcome: "cancelled" } }),
      completed("e8", { org_id: "org_2" }),
      completed("e9", { context: { ...context, key_id: "key_2" } }),
      completed("e10", { context: { ...context, provider_id: "azure" } }),
    ),
  );
  const { results } = await env.DB.prepare(
    "SELECT hour, requests FROM rollup_hourly ORDER BY hour, requests DESC",
  ).all();
  expect(results).toEqual([
    { hour: HOUR, requests: 2 },
    ...Array.from({ length: 7 }, () => ({ hour: HOUR, requests: 1 })),
    { hour: HOUR + HOUR_MS, requests: 1 },
  ]);
  expect(await differences()).toEqual([]);
});

test("one wallet's request ids do not stand in the way of another's", async () => {
  const delivered = await deliver(
    flights(
      completed("e1", { request_id: "req_same" }),
      completed("e2", { request_id: "req_same", wallet_id: "wal_2", org_id: "org_2" }),
    ),
  );
  expect(delivered.acked).toHaveLength(2);
  expect(await rollupSums()).toEqual(times(2));
});
