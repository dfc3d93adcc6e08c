import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { deliver, flights } from "./deliver.ts";
import { fresh } from "./fresh.ts";
import { adjusted, completed, HOUR, HOUR_MS } from "./make-event.ts";
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
  outcome: "completed",
};

/** Changes figures behind the consumer's back: one too high, one row gone, one row of nothing. */
async function plant(): Promise<void> {
  await env.DB.batch([
    env.DB.prepare(
      "UPDATE rollup_hourly SET cost_nano_usd = cost_nano_usd + 1 WHERE hour = ? AND outcome = 'completed'",
    ).bind(HOUR),
    env.DB.prepare("DELETE FROM rollup_hourly WHERE wallet_id = 'wal_2'"),
    env.DB.prepare(`
      INSERT INTO rollup_hourly
      SELECT org_id, hour, 'wal_ghost', key_id, provider_id, model, feature, outcome, 0, 0, 7, 0, 0
      FROM rollup_hourly WHERE hour = ?`).bind(HOUR + HOUR_MS),
  ]);
}

describe("the check of the rollup", () => {
  test("finds nothing where the rollup is the sum of the log", async () => {
    expect(await rpc().rollupCheck(range)).toEqual({ status: "checked", ...range, differences: [] });
  });

  test("finds each planted difference: a figure, a missing row and a row too many", async () => {
    await plant();
    const zero = { requests: 0, cost_nano_usd: "0", input_tokens: 0, output_tokens: 0, latency_ms_sum: 0 };
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
          requests: -1,
          cost_nano_usd: "-1000",
          input_tokens: -120,
          output_tokens: -35,
          latency_ms_sum: -400,
        },
      ],
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

describe("a rebuild of the rollup", () => {
  test("puts every figure right and leaves other hours alone", async () => {
    const right = await rollupSums();
    await plant();
    await env.DB.prepare("UPDATE rollup_hourly SET requests = 50 WHERE hour = ?").bind(range.to).run();
    expect(await rpc().rollupRebuild(range)).toEqual({ status: "rebuilt", ...range, rows: 4 });
    expect(await rpc().rollupCheck(range)).toMatchObject({ differences: [] });
    expect(await rollupSums()).toEqual({ ...right, requests: right.requests + 49 });
  });

  test("while events are consumed neither loses nor doubles them", async () => {
    const batches = Array.from({ length: 10 }, (_, batch) =>
      flights(...Array.from({ length: 20 }, (_, index) => completed(`b${batch}-${index}`))),
    );
    await Promise.all(batches.flatMap((batch) => [deliver(batch), rpc().rollupRebuild(range)]));
    expect(await rpc().rollupCheck(range)).toMatchObject({ differences: [] });
    expect((await rollupSums()).requests).toBe(204);
  });
});
