import { env, exports } from "cloudflare:workers";
import { beforeEach, expect, test } from "vitest";
import * as z from "zod";
import { isRefused } from "../../../schema/kernel/errors.ts";
import { purgeLog } from "../../../workers/cron/jobs/purge-log.ts";
import { logBegins } from "../../../workers/cron/rollup/log-begins.ts";
import { chargebackParams, chargebackQuery } from "../../../workers/dashboard/chargeback/query.ts";
import { sumPostings } from "../../../workers/dashboard/chargeback/sum.ts";
import { databaseOf } from "../../../workers/dashboard/store/database.ts";
import { deliver, flights } from "./deliver.ts";
import { fresh } from "./fresh.ts";
import { adjusted, completed, HOUR, HOUR_MS } from "./make-event.ts";
import { rollupSums } from "./sums.ts";

const DAY_MS = 24 * HOUR_MS;
const NOW = HOUR + 30 * DAY_MS;

const kept = async (table: "request_log" | "request_adjustments") =>
  (await env.DB.prepare(`SELECT event_id FROM ${table} ORDER BY event_id`).all<{ event_id: string }>()).results.map(
    ({ event_id }) => event_id,
  );

beforeEach(async () => {
  await fresh();
  await deliver(
    flights(
      completed("old", { at: HOUR - 1 }),
      adjusted("old_too", "old", { at: HOUR - 1 }),
      completed("young", { at: HOUR }),
      adjusted("young_too", "old", { at: HOUR }),
    ),
  );
});

test("what is older than the retention goes, and its sums stay", async () => {
  const sums = await rollupSums();
  expect(await purgeLog(env.DB, 30, NOW)).toEqual({ request_log: 1, request_adjustments: 1 });
  expect(await kept("request_log")).toEqual(["young"]);
  expect(await kept("request_adjustments")).toEqual(["young_too"]);
  expect(await rollupSums()).toEqual(sums);
  expect(await purgeLog(env.DB, 30, NOW)).toEqual({ request_log: 0, request_adjustments: 0 });
});

test("sums are neither checked nor made anew where the log is gone", async () => {
  await purgeLog(env.DB, 30, NOW);
  expect(await logBegins(env.DB)).toBe(HOUR);
  const gone = { from: HOUR - HOUR_MS, to: HOUR + HOUR_MS };
  expect(await exports.CronRpc.rollupCheck(gone)).toEqual({ status: "log_deleted", log_begins: HOUR });
  expect(await exports.CronRpc.rollupRebuild(gone)).toEqual({ status: "log_deleted", log_begins: HOUR });
  expect(await exports.CronRpc.rollupCheck({ from: HOUR, to: HOUR + HOUR_MS })).toMatchObject({ differences: [] });
});

test("nothing goes without a retention, and a longer one brings nothing back", async () => {
  expect(await purgeLog(env.DB, 0, NOW)).toEqual({ kept: "all" });
  expect(await kept("request_log")).toHaveLength(2);
  expect(await logBegins(env.DB)).toBe(0);
  await purgeLog(env.DB, 30, NOW);
  await purgeLog(env.DB, 40, NOW);
  expect(await logBegins(env.DB)).toBe(HOUR);
});

test("the retention goes through the time index, so that a full log costs no scan", async () => {
  const { results } = await env.DB.prepare(
    "EXPLAIN QUERY PLAN SELECT rowid FROM request_log WHERE at < 1 ORDER BY at LIMIT 5000",
  ).all<{ detail: string }>();
  expect(results.map(({ detail }) => detail)).toEqual([expect.stringContaining("USING COVERING INDEX request_log_at")]);
});

test("what would have to be added up from what is gone is refused; whole hours of what the sums know are not", async () => {
  await purgeLog(env.DB, 30, NOW);
  const db = databaseOf(env.DB);
  const query = (params: Record<string, string>) => {
    const made = chargebackQuery(z.object(chargebackParams).parse(params), NOW);
    if (isRefused(made)) throw new Error(made.refused.message);
    return sumPostings(db, "org_1", made);
  };
  const at = (ms: number) => new Date(ms).toISOString();
  const whole = { from: at(HOUR - HOUR_MS), to: at(HOUR + HOUR_MS), group_by: "model" };
  expect(await query(whole)).toMatchObject({ status: "summed", total_nano_usd: 2_140n });
  expect(await query({ ...whole, from: at(HOUR - HOUR_MS + 1) })).toEqual({ status: "log_deleted" });
  expect(await query({ ...whole, from: at(HOUR + 1) })).toMatchObject({ status: "summed" });
});
