import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import type { CacheStatus } from "../../../schema/caching/cache-status.ts";
import { USAGE_COMPONENTS } from "../../../schema/canonical/usage.ts";
import { bucketOf, ZERO_BUCKET } from "../../../schema/kernel/log-buckets.ts";
import type { RequestOutcome } from "../../../schema/wire/request-record.ts";
import { deliver, flights } from "./deliver.ts";
import { fresh } from "./fresh.ts";
import { adjusted, completed, HOUR, HOUR_MS, record } from "./make-event.ts";
import { rollupSums } from "./sums.ts";

const range = { from: HOUR, to: HOUR + 3 * HOUR_MS };
const rpc = () => exports.CronRpc;

beforeEach(async () => {
  await fresh();
  await deliver(
    flights(
      completed("e1"),
      adjusted("a1", "e1"),
      completed("e2", { at: HOUR + HOUR_MS }),
      completed("e3", { at: HOUR + 2 * HOUR_MS, wallet_id: "wal_2" }),
      completed("e4", { at: HOUR + 3 * HOUR_MS }),
    ),
  );
});

const place = {
  org_id: "org_1",
  key_id: "key_1",
  provider_id: "openai",
  model: "openai/gpt-5",
  feature: "summary",
  team_id: "tem_1",
  cost_center: "CC-1",
  outcome: "completed",
  status: 200,
};

/** Changes figures behind the consumer's back: one too high, one row gone, one row of nothing. */
async function plant(): Promise<void> {
  await env.DB.batch([
    env.DB.prepare(
      "UPDATE rollup_hourly SET cost_nano_usd = cost_nano_usd + 1 WHERE hour = ? AND outcome = 'completed'",
    ).bind(HOUR),
    env.DB.prepare("DELETE FROM rollup_hourly WHERE wallet_id = 'wal_2'"),
    env.DB.prepare(`
      INSERT INTO rollup_hourly (org_id, hour, wallet_id, team_id, cost_center, key_id, provider_id, model, feature, outcome,
        status, requests, cache_hits, cost_nano_usd, input_tokens, output_tokens, latency_ms_sum,
        ${USAGE_COMPONENTS.map((name) => `usage_${name}`).join(", ")})
      SELECT org_id, hour, 'wal_ghost', team_id, cost_center, key_id, provider_id, model, feature, outcome, status,
        0, 0, 0, 7, 0, 0, ${USAGE_COMPONENTS.map(() => 0).join(", ")}
      FROM rollup_hourly WHERE hour = ?`).bind(HOUR + HOUR_MS),
    env.DB.prepare("UPDATE latency_hourly SET requests = 3 WHERE hour = ? AND metric = 'first_byte'").bind(HOUR),
    env.DB.prepare("DELETE FROM latency_hourly WHERE hour = ? AND metric = 'latency'").bind(HOUR + 2 * HOUR_MS),
  ]);
}

describe("the check of the rollup", () => {
  test("finds nothing where the rollup is the sum of the log", async () => {
    expect(await rpc().rollupCheck(range)).toEqual({
      status: "checked",
      ...range,
      differences: [],
      latency_differences: [],
      cache_differences: [],
      day_differences: [],
      latency_day_differences: [],
    });
  });

  test("finds each planted difference: a figure, a missing row and a row too many", async () => {
    await plant();
    const usage = Object.fromEntries(USAGE_COMPONENTS.map((name) => [`usage_${name}`, 0]));
    const zero = {
      requests: 0,
      cache_hits: 0,
      saved_nano_usd: 0,
      cost_nano_usd: "0",
      input_tokens: 0,
      output_tokens: 0,
      latency_ms_sum: 0,
      ...usage,
    };
    const { org_id, provider_id, model } = place;
    expect(await rpc().rollupCheck(range)).toEqual({
      status: "checked",
      ...range,
      differences: [
        { ...place, hour: HOUR, wallet_id: "wal_1", ...zero, cost_nano_usd: "1" },
        { ...place, hour: HOUR + HOUR_MS, wallet_id: "wal_ghost", ...zero, input_tokens: 7 },
        {
          ...place,
          hour: HOUR + 2 * HOUR_MS,
          wallet_id: "wal_2",
          ...zero,
          usage_input: -100,
          usage_cached_read: -20,
          usage_output: -30,
          usage_reasoning: -5,
          requests: -1,
          cost_nano_usd: "-1000",
          input_tokens: -120,
          output_tokens: -35,
          latency_ms_sum: -400,
        },
      ],
      latency_differences: [
        { org_id, hour: HOUR, provider_id, model, metric: "first_byte", bucket: bucketOf(120), requests: 2 },
        {
          org_id,
          hour: range.to - HOUR_MS,
          provider_id,
          model,
          metric: "latency",
          bucket: bucketOf(400),
          requests: -1,
        },
      ],
      cache_differences: [],
      day_differences: [],
      latency_day_differences: [],
    });
  });

  test("takes whole hours, since a rollup row has no less", async () => {
    await plant();
    const report = await rpc().rollupCheck({ from: HOUR + 1, to: HOUR + 2 });
    expect(report).toMatchObject({ from: HOUR, to: HOUR + HOUR_MS, differences: [{ cost_nano_usd: "1" }] });
  });

  test.each([
    { from: 2, to: 1 },
    { from: 1, to: 1 },
    { from: -1, to: 1 },
    { from: Number.NaN, to: 1 },
    { from: 0, to: 32 * 24 * HOUR_MS },
  ])("refuses the range $from to $to", async (bad) => {
    expect(await rpc().rollupCheck(bad)).toEqual({ status: "invalid_range" });
    expect(await rpc().rollupRebuild(bad)).toEqual({ status: "invalid_range" });
  });
});

describe("the figures of the cache", () => {
  const asked = (id: string, status: CacheStatus, at: number, team_id: string | null = "tem_1") =>
    completed(id, {
      at,
      team_id,
      cost_nano_usd: status === "miss" ? 1_000 : 0,
      record: { ...record, cache: { status, score: null, saved_nano_usd: status === "miss" ? 0 : 700, saved_ms: 90 } },
    });
  const ofCache = async () =>
    (await env.DB.prepare("SELECT * FROM cache_hourly ORDER BY org_id, hour, team_id, status").all()).results;
  const place = { org_id: "org_1", provider_id: "openai", model: "openai/gpt-5" };
  const nothing = { requests: 0, cost_nano_usd: "0", saved_nano_usd: 0, saved_ms: 0, latency_ms_sum: 0 };

  beforeEach(() =>
    deliver(
      flights(
        asked("c1", "hit-exact", HOUR),
        asked("c2", "hit-exact", HOUR + 1),
        asked("c3", "miss", HOUR + HOUR_MS),
        asked("c4", "hit-semantic", HOUR + 2 * HOUR_MS, null),
        asked("c5", "miss", HOUR + 3 * HOUR_MS),
      ),
    ),
  );

  test("are compared with the log and made anew: a figure, a missing row and a row too many", async () => {
    const right = await ofCache();
    expect(right).toHaveLength(4);
    expect(await rpc().rollupCheck(range)).toMatchObject({ cache_differences: [] });
    await env.DB.batch([
      env.DB.prepare("UPDATE cache_hourly SET saved_nano_usd = saved_nano_usd + 7 WHERE hour = ?").bind(HOUR),
      env.DB.prepare("DELETE FROM cache_hourly WHERE team_id = ''"),
      env.DB.prepare(
        "INSERT INTO cache_hourly SELECT org_id, hour, 'tem_ghost', provider_id, model, status, 2, 0, 0, 0, 0 FROM cache_hourly WHERE hour = ?",
      ).bind(HOUR + HOUR_MS),
    ]);
    expect(await rpc().rollupCheck(range)).toMatchObject({
      differences: [],
      cache_differences: [
        { ...place, ...nothing, hour: HOUR, team_id: "tem_1", status: "hit-exact", saved_nano_usd: 7 },
        { ...place, ...nothing, hour: HOUR + HOUR_MS, team_id: "tem_ghost", status: "miss", requests: 2 },
        {
          ...place,
          hour: HOUR + 2 * HOUR_MS,
          team_id: "",
          status: "hit-semantic",
          requests: -1,
          cost_nano_usd: "0",
          saved_nano_usd: -700,
          saved_ms: -90,
          latency_ms_sum: -400,
        },
      ],
    });
    await rpc().rollupRebuild(range);
    expect(await ofCache()).toEqual(right);
  });
});

test("latencies are counted of delivered answers, first bytes of all that came, each once", async () => {
  await fresh();
  const ended = (id: string, outcome: RequestOutcome, latency_ms: number, first_byte_ms: number | null) =>
    completed(id, { record: { ...record, outcome, latency_ms, first_byte_ms } });
  const batch = flights(
    ended("e1", "completed", 400, 120),
    ended("e2", "completed", 402, 0),
    ended("e3", "cut", 9_000, 120),
    ended("e4", "cancelled", 50, 40),
    ended("e5", "upstream_timeout", 60_000, null),
    adjusted("a1", "e1"),
  );
  await deliver(batch);
  await deliver(batch);
  const { results } = await env.DB.prepare(
    "SELECT metric, bucket, requests FROM latency_hourly ORDER BY metric, bucket",
  ).all();
  expect(results).toEqual([
    { metric: "first_byte", bucket: ZERO_BUCKET, requests: 1 },
    { metric: "first_byte", bucket: bucketOf(40), requests: 1 },
    { metric: "first_byte", bucket: bucketOf(120), requests: 2 },
    { metric: "latency", bucket: bucketOf(400), requests: 2 },
    { metric: "latency", bucket: bucketOf(9_000), requests: 1 },
  ]);
});

describe("a rebuild of the rollup", () => {
  test("puts every figure right and leaves other hours alone", async () => {
    const right = await rollupSums();
    await plant();
    await env.DB.prepare("UPDATE rollup_hourly SET requests = 50 WHERE hour = ?").bind(range.to).run();
    expect(await rpc().rollupRebuild(range)).toEqual({ status: "rebuilt", ...range, rows: 4 });
    expect(await rpc().rollupCheck(range)).toMatchObject({ differences: [], latency_differences: [] });
    expect(await rollupSums()).toEqual({ ...right, requests: right.requests + 49 });
  });

  test("while events are consumed neither loses nor doubles them", async () => {
    const batches = Array.from({ length: 10 }, (_, batch) =>
      flights(...Array.from({ length: 20 }, (_, index) => completed(`b${batch}-${index}`))),
    );
    await Promise.all(batches.flatMap((batch) => [deliver(batch), rpc().rollupRebuild(range)]));
    expect(await rpc().rollupCheck(range)).toMatchObject({ differences: [], latency_differences: [] });
    expect((await rollupSums()).requests).toBe(204);
  });
});
