import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { FOLD_HOURS } from "../../../schema/rollup/days.ts";
import type { Database } from "../../../workers/cron/env.ts";
import { FOLD_LIMITS, type FoldLimits, foldDays } from "../../../workers/cron/jobs/fold-days.ts";
import { deliver, flights } from "./deliver.ts";
import { fresh } from "./fresh.ts";
import { adjusted, completed, context, HOUR, HOUR_MS, record } from "./make-event.ts";

/** Hours are folded into days while events come, also for days that are folded; both are compared with the log. */

const DAY_MS = 24 * HOUR_MS;
/** The midnight before HOUR. */
const DAY = Math.floor(HOUR / DAY_MS) * DAY_MS;
/** All of the eight days from DAY on have been over for a day. */
const NOW = DAY + 9 * DAY_MS + 5;
const range = { from: DAY, to: DAY + 10 * DAY_MS };

beforeEach(fresh);

/** Requests of eight days and two orgs, so many an hour and more, a third of them with a later posting. */
const batch = (name: string, count: number) =>
  Array.from({ length: count }, (_, index) => {
    const at = DAY + ((index * 7_919_777) % (8 * DAY_MS));
    const event = completed(`${name}-${index}`, {
      at: index % 9 === 0 ? at - (at % DAY_MS) + (index % 2) * (DAY_MS - 1) : at,
      org_id: index % 4 === 0 ? "org_2" : "org_1",
      wallet_id: `wal_${index % 3}`,
      cost_nano_usd: 1 << (index % 30),
      context: { ...context, model: `openai/m${index % 2}` },
      record: { ...record, latency_ms: 10 * index, first_byte_ms: index % 5 === 0 ? null : index },
    });
    const { org_id, wallet_id, context: about } = event;
    const later = { at: event.at + 1_000, org_id, wallet_id, context: about, cost_nano_usd: -index };
    return index % 3 === 0 ? [event, adjusted(`${name}-a${index}`, `${name}-${index}`, later)] : [event];
  }).flat();

/** What the daily sums are, and what those of the log are for the hours that are folded. */
async function daysAndLog() {
  const of_log = (rest: string) => `${rest} JOIN rollup_folds USING (org_id) WHERE at < folded_until`;
  const figures = "SUM(requests) AS requests, CAST(SUM(cost_nano_usd) AS TEXT) AS cost, SUM(input_tokens) AS input";
  const by = "GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5";
  const day = "at - at % 86400000 AS day";
  const delivered = "outcome IN ('completed', 'cut')";
  const counted = "SUM(latencies) AS latencies, SUM(first_bytes) AS first_bytes";
  const read = async (sql: string) => (await env.DB.prepare(sql).all()).results;
  return {
    days: [
      await read(`SELECT org_id, day, wallet_id, model, outcome, ${figures} FROM rollup_daily ${by}`),
      await read(`SELECT org_id, day, ${counted} FROM (
        SELECT org_id, day, iif(metric = 'latency', requests, 0) AS latencies, iif(metric = 'latency', 0, requests) AS first_bytes
        FROM latency_daily) GROUP BY 1, 2 ORDER BY 1, 2`),
    ],
    log: [
      await read(
        `SELECT org_id, ${day}, wallet_id, model, outcome, ${figures} ${of_log("FROM request_postings")} ${by}`,
      ),
      await read(`SELECT org_id, day, ${counted} FROM (
        SELECT org_id, ${day}, ${delivered} AS latencies, first_byte_ms IS NOT NULL AS first_bytes
        ${of_log("FROM request_log")}) GROUP BY 1, 2 ORDER BY 1, 2`),
    ],
  };
}

async function expectExact(): Promise<void> {
  const { days, log } = await daysAndLog();
  expect(days).toEqual(log);
  expect(await exports.CronRpc.rollupCheck(range)).toMatchObject({
    differences: [],
    latency_differences: [],
    day_differences: [],
    latency_day_differences: [],
  });
}

const marks = async () =>
  Object.fromEntries(
    (
      await env.DB.prepare("SELECT org_id, folded_until FROM rollup_folds").all<Record<string, string | number>>()
    ).results.map(({ org_id, folded_until }) => [org_id, folded_until]),
  );

/** Folds until nothing is left. */
async function foldAll(db: Database = env.DB, limits: FoldLimits = FOLD_LIMITS): Promise<void> {
  for (let runs = 0; runs < 500; runs += 1) if ((await foldDays(db, NOW, limits)).slices === 0) return;
  throw new Error("there is no end of folding");
}

describe("days that have been over for a day", () => {
  test("are folded org by org, and the days since are not", async () => {
    await deliver(flights(...batch("b", 80), completed("new", { at: NOW })));
    expect(await foldDays(env.DB, NOW)).toEqual({ orgs: 2, slices: 2, failed: 0 });
    expect(await marks()).toEqual({ org_1: DAY + 8 * DAY_MS, org_2: DAY + 8 * DAY_MS });
    await expectExact();
    const [days] = (await daysAndLog()).days;
    expect(new Set(days?.map(({ day }) => day))).toEqual(new Set([...Array(8).keys()].map((n) => DAY + n * DAY_MS)));
    expect(await foldDays(env.DB, NOW)).toEqual({ orgs: 0, slices: 0, failed: 0 });
  });

  test("are none where there is nothing, and none before they have been over for a day", async () => {
    expect(await foldDays(env.DB, NOW)).toEqual({ orgs: 0, slices: 0, failed: 0 });
    await deliver(flights(completed("e1", { at: DAY + DAY_MS - 1 })));
    expect(await foldDays(env.DB, DAY + 2 * DAY_MS - 1)).toEqual({ orgs: 0, slices: 0, failed: 0 });
    expect(await foldDays(env.DB, DAY + 2 * DAY_MS)).toMatchObject({ slices: 1 });
    await expectExact();
  });

  test.each([1, 7, 30])("are folded in slices of %i rows, org after org in turns", async (rows) => {
    await deliver(flights(...batch("b", 80)));
    const limits = { orgs: 20, slices: 3, rows };
    expect(await foldDays(env.DB, NOW, limits)).toMatchObject({ slices: 3 });
    expect(Object.keys(await marks()).sort()).toEqual(["org_1", "org_2"]);
    await expectExact();
    await foldAll(env.DB, limits);
    for (const mark of Object.values(await marks())) expect(Number(mark) % DAY_MS).toBe(0);
    const { results } = await env.DB.prepare(
      "SELECT hour FROM rollup_hourly JOIN rollup_folds USING (org_id) WHERE hour >= folded_until",
    ).all();
    expect(results).toEqual([]);
    await expectExact();
  });

  test("of more orgs than one run looks at are folded in the next runs", async () => {
    const orgs = Array.from({ length: 5 }, (_, index) => `org_${index}`);
    await deliver(flights(...orgs.map((org_id) => completed(org_id, { org_id }))));
    await foldDays(env.DB, NOW, { ...FOLD_LIMITS, orgs: 2 });
    expect(Object.keys(await marks()).sort()).toEqual(["org_0", "org_1"]);
    await foldAll(env.DB, { ...FOLD_LIMITS, orgs: 2 });
    expect(Object.keys(await marks()).sort()).toEqual(orgs);
  });
});

describe("what comes for a day that is folded", () => {
  test("reaches it once, however often it comes, and with it the hour", async () => {
    await deliver(flights(...batch("b", 60)));
    await foldAll();
    const late = flights(...batch("late", 60), completed("new", { at: NOW }));
    await deliver(late);
    await deliver(late);
    await deliver(flights(...batch("late", 70)));
    await expectExact();
    const [days] = (await daysAndLog()).days;
    expect(days?.reduce((sum, { requests }) => sum + Number(requests), 0)).toBe(130);
  });

  test("in the middle of one that is folded in part reaches the part that has its hour", async () => {
    await deliver(flights(...batch("b", 80)));
    for (let part = 0; part < 12; part += 1) {
      await foldDays(env.DB, NOW, { orgs: 20, slices: 1, rows: 3 });
      await deliver(flights(...batch(`late${part}`, 24)));
      await expectExact();
    }
  });

  test("while it is folded by three runs at once counts once", async () => {
    await deliver(flights(...batch("b", 90)));
    const late = Array.from({ length: 8 }, (_, index) => flights(...batch(`late${index}`, 30)));
    await Promise.all([
      ...late.flatMap((some) => [deliver(some), deliver(some)]),
      ...Array.from({ length: 3 }, () => foldAll(env.DB, { orgs: 20, slices: 2, rows: 11 })),
      ...late.map(() => exports.CronRpc.rollupRebuild(range)),
    ]);
    await foldAll();
    await expectExact();
    const [days] = (await daysAndLog()).days;
    expect(days?.reduce((sum, { requests }) => sum + Number(requests), 0)).toBe(90 + 8 * 30);
  });
});

describe("a run that breaks", () => {
  /** A D1 whose n-th transaction fails, before or after it took effect. */
  function breaking(at: number, after: boolean): Database {
    let batches = 0;
    return {
      prepare: (sql) => env.DB.prepare(sql),
      async batch(statements: D1PreparedStatement[]) {
        batches += 1;
        if (batches !== at) return env.DB.batch(statements);
        if (after) await env.DB.batch(statements);
        throw new Error("D1 is gone");
      },
    };
  }

  test.each([1, 2, 3, 4].flatMap((at) => [false, true].map((after) => ({ at, after }))))(
    "in transaction $at leaves days whole, and the next goes on (after it took effect: $after)",
    async ({ at, after }) => {
      await deliver(flights(...batch("b", 60)));
      expect(await foldDays(breaking(at, after), NOW, { orgs: 20, slices: 6, rows: 9 })).toMatchObject({ failed: 1 });
      await expectExact();
      await foldAll(env.DB, { orgs: 20, slices: 6, rows: 9 });
      await expectExact();
    },
  );

  test("within a transaction leaves nothing of it", async () => {
    await deliver(flights(...batch("b", 60)));
    const broken = FOLD_HOURS.map((sql) => env.DB.prepare(sql).bind("org_1", 0, DAY + 2 * DAY_MS));
    await expect(env.DB.batch([...broken, env.DB.prepare("SELECT no_such_column")])).rejects.toThrow("no_such_column");
    expect(await marks()).toEqual({});
    expect((await daysAndLog()).days).toEqual([[], []]);
  });
});

describe("the check of the days and their making anew", () => {
  beforeEach(async () => {
    await deliver(flights(...batch("b", 80)));
    await foldAll();
  });

  test("find a figure, a missing row and a row too many, and put them right", async () => {
    const right = (await daysAndLog()).days;
    await env.DB.batch([
      env.DB.prepare(
        "UPDATE rollup_daily SET cost_nano_usd = cost_nano_usd + 1 WHERE day = ? AND wallet_id = 'wal_1' AND org_id = 'org_1'",
      ).bind(DAY),
      env.DB.prepare("DELETE FROM rollup_daily WHERE day = ? AND org_id = 'org_2'").bind(DAY + DAY_MS),
      env.DB.prepare("UPDATE latency_daily SET requests = requests + 2 WHERE day = ?").bind(DAY + 2 * DAY_MS),
      env.DB.prepare(
        "INSERT INTO latency_daily SELECT org_id, day, provider_id, 'ghost', metric, 9999, 5 FROM latency_daily WHERE day = ? LIMIT 1",
      ).bind(DAY + 3 * DAY_MS),
    ]);
    const found = await exports.CronRpc.rollupCheck(range);
    if (found.status !== "checked") throw new Error(found.status);
    expect(found).toMatchObject({ differences: [], latency_differences: [] });
    expect(new Set(found.day_differences.map(({ day }) => day))).toEqual(new Set([DAY, DAY + DAY_MS]));
    expect(new Set(found.day_differences.filter(({ day }) => day === DAY).map((row) => row.cost_nano_usd))).toEqual(
      new Set(["1"]),
    );
    expect(found.latency_day_differences.filter(({ model }) => model === "ghost")).toMatchObject([{ requests: 5 }]);
    expect(new Set(found.latency_day_differences.map(({ day }) => day))).toEqual(
      new Set([DAY + 2 * DAY_MS, DAY + 3 * DAY_MS]),
    );
    await exports.CronRpc.rollupRebuild({ from: DAY + HOUR_MS, to: DAY + 3 * DAY_MS + 1 });
    expect((await daysAndLog()).days).toEqual(right);
    await expectExact();
  });

  test("know of a day that is folded in part no more than that part", async () => {
    await env.DB.batch([
      env.DB.prepare("DELETE FROM rollup_daily"),
      env.DB.prepare("DELETE FROM latency_daily"),
      env.DB.prepare("DELETE FROM rollup_folds"),
    ]);
    for (let run = 0; run < 7; run += 1) await foldDays(env.DB, NOW, { orgs: 20, slices: 1, rows: 4 });
    await expectExact();
    await exports.CronRpc.rollupRebuild(range);
    await expectExact();
    await foldAll();
    await expectExact();
  });
});
