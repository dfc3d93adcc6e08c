import { env } from "cloudflare:workers";
import { SQLiteAsyncDialect } from "drizzle-orm/sqlite-core";
import { beforeAll, describe, expect, test } from "vitest";
import { ADD_LATE, CHECK_DAYS, CHECK_LATENCY_DAYS, FOLD_HOURS } from "../../../schema/rollup/days.ts";
import { CHECK_CACHE, CHECK_LATENCIES, CHECK_SUMS, REBUILD } from "../../../schema/rollup/statements.ts";
import { recordEvents } from "../../../workers/cron/events/record-events.ts";
import { foldDays } from "../../../workers/cron/jobs/fold-days.ts";
import { purgeLog } from "../../../workers/cron/jobs/purge-log.ts";
import { addBatchToRollups } from "../../../workers/cron/rollup/add-batch.ts";
import { addBatchToCache } from "../../../workers/cron/rollup/add-cache.ts";
import { addBatchToExperiments, attributeFeedback } from "../../../workers/cron/rollup/add-experiments.ts";
import { bucketsStatement, endOfBuckets } from "../../../workers/dashboard/latency/statement.ts";
import { ourCount } from "../../../workers/dashboard/reconciliation/our-count.ts";
import { describeRequest, findRequest } from "../../../workers/dashboard/requests/detail.ts";
import { dimensionOf } from "../../../workers/dashboard/spend/dimensions.ts";
import { endStatement, sumsStatement } from "../../../workers/dashboard/spend/statement.ts";
import type { Store } from "../../../workers/dashboard/spend/stores.ts";
import { databaseOf } from "../../../workers/dashboard/store/database.ts";
import { fresh } from "./fresh.ts";
import { completed } from "./make-event.ts";
import { recordingDatabase } from "./recording-database.ts";

/** How SQLite reads each table of a statement, as `EXPLAIN QUERY PLAN` tells. */
async function planOf(sql: string, params: readonly unknown[]): Promise<readonly string[]> {
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...params)
    .all<{ detail: string }>();
  return results.map(({ detail }) => detail);
}

const TABLES =
  "request_log|request_adjustments|adjustment|rollup_hourly|latency_hourly|cache_hourly|rollup_daily|latency_daily|request_feedback|early";

/** Steps that read a table from end to end. */
const scans = (plan: readonly string[]): readonly string[] =>
  plan.filter((step) => new RegExp(`^SCAN (${TABLES})\\b`).test(step));

/** Steps that read a table of the log by an index, as `<table> <index>`. */
const lookups = (plan: readonly string[]): readonly string[] =>
  plan.flatMap((step) => {
    const [, table, index] =
      new RegExp(`^SEARCH (${TABLES}) USING (?:COVERING )?(?:INDEX |(?=PRIMARY KEY))(.*)$`).exec(step) ?? [];
    return table === undefined ? [] : [`${table} ${index}`];
  });

beforeAll(fresh);

describe("the write path", () => {
  test("finds the new rows by their primary key, however long the log is", async () => {
    const { db, statements } = recordingDatabase();
    const postings = ["e1", "e2"].map((event_id) => ({ event_id, org_id: "org_1", at: 0 }));
    await db.batch([
      ...addBatchToRollups(db, "batch", postings),
      ...[addBatchToExperiments, addBatchToCache, attributeFeedback].flatMap((add) => add(db, "batch", ["e1", "e2"])),
    ]);
    expect(statements).toHaveLength(9);
    for (const { sql, params } of statements) {
      const plan = await planOf(sql, params);
      expect(scans(plan)).toEqual([]);
      expect(plan.join("\n")).toMatch(/SEARCH request_log USING INDEX sqlite_autoindex_request_log_1 \(event_id=\?\)/);
    }
  });
});

describe("the check of the sums and their making anew", () => {
  test.each([...REBUILD, CHECK_SUMS, CHECK_LATENCIES, CHECK_CACHE, CHECK_DAYS, CHECK_LATENCY_DAYS])(
    "read the hours and days that they are asked about and no others: %#",
    async (sql) => {
      const plan = await planOf(sql, [0, 3_600_000]);
      expect(scans(plan)).toEqual([]);
      const read = [...sql.matchAll(/(?:FROM|JOIN) (rollup|latency|cache)_(hourly|daily)(?= WHERE|\n| USING)/g)];
      for (const [, table, unit] of read) {
        const [key, time] = unit === "daily" ? ["PRIMARY KEY", "day"] : [`sqlite_autoindex_${table}_hourly_1`, "hour"];
        expect(lookups(plan)).toContain(`${table}_${unit} ${key} (org_id=? AND ${time}>? AND ${time}<?)`);
      }
    },
  );
});

describe("the folding of hours into days", () => {
  test.each(FOLD_HOURS.slice(0, 2))("reads an org's stretch of hours: %#", async (sql) => {
    const plan = await planOf(sql, ["org_1", 0, 3_600_000]);
    expect(scans(plan)).toEqual([]);
    expect(plan.join("\n")).toMatch(/SEARCH \w+_hourly USING INDEX \w+ \(org_id=\? AND hour>\? AND hour<\?\)/);
  });

  test.each(ADD_LATE)("asks of each event by its org whether it is late: %#", async (sql) => {
    const plan = await planOf(sql, ["batch", "[]"]);
    expect(scans(plan)).toEqual([]);
    expect(plan.join("\n")).toMatch(/SEARCH fold USING INDEX sqlite_autoindex_rollup_folds_1 \(org_id=\?\)/);
  });
});

describe("the sums of spending", () => {
  const dialect = new SQLiteAsyncDialect();
  const spans = [{ from: 0, to: 3_600_000, index: 0 }];
  const INDEXES: Readonly<Record<Store, readonly RegExp[]>> = {
    days: [/SEARCH rollup_daily USING PRIMARY KEY \(org_id=\? AND day>\? AND day<\?\)/],
    hours: [/SEARCH rollup_hourly USING INDEX sqlite_autoindex_rollup_hourly_1 \(org_id=\? AND hour>\? AND hour<\?\)/],
    log: [
      /SEARCH request_log USING INDEX request_log_org_at \(org_id=\? AND at>\? AND at<\?\)/,
      /SEARCH request_adjustments USING INDEX request_adjustments_org_at \(org_id=\? AND at>\? AND at<\?\)/,
    ],
  };

  test.each<[Store, readonly string[]]>([
    ["days", ["team", "wallet", "key"]],
    ["hours", ["team", "wallet", "key"]],
    ["hours", ["model", "status"]],
    ["log", ["user", "tag:env", "country"]],
    ["log", []],
  ])("of the %s by %j read an org's stretch of time by the index, and names by their ids", async (store, names) => {
    const group_by = names.map(dimensionOf).filter((dimension) => dimension !== null);
    const filters = group_by.map((dimension) => ({ dimension, values: ["a", null] }));
    const { sql, params } = dialect.sqlToQuery(sumsStatement({ org_id: "org_1", group_by, filters }, store, spans, 10));
    const plan = await planOf(sql, params);
    expect(scans(plan)).toEqual([]);
    for (const index of INDEXES[store]) expect(plan.join("\n")).toMatch(index);
    for (const table of plan.filter((step) => step.includes("named_"))) expect(table).toMatch(/^SEARCH .* \(id=\?\)/);
  });

  test.each<[Store, RegExp]>([
    ["days", /SEARCH rollup_daily USING PRIMARY KEY/],
    ["hours", /SEARCH rollup_hourly USING COVERING INDEX/],
    ["log", /SEARCH request_log USING COVERING INDEX request_log_org_at/],
  ])("of the %s find the end of a slice in the key alone", async (store, index) => {
    const { sql, params } = dialect.sqlToQuery(endStatement("org_1", store, { from: 0, to: 9 }, 50_000));
    const plan = await planOf(sql, params);
    expect(plan).toEqual([expect.stringMatching(index)]);
  });
});

describe("the counts of latencies", () => {
  const dialect = new SQLiteAsyncDialect();

  test.each<[Store, RegExp]>([
    ["days", /SEARCH latency_daily USING PRIMARY KEY \(org_id=\? AND day>\? AND day<\?\)/],
    [
      "hours",
      /SEARCH latency_hourly USING INDEX sqlite_autoindex_latency_hourly_1 \(org_id=\? AND hour>\? AND hour<\?\)/,
    ],
    ["log", /SEARCH request_log USING INDEX request_log_model_at \(org_id=\? AND model=\? AND at>\? AND at<\?\)/],
  ])("of the %s read an org's stretch of time by the index", async (store, index) => {
    const group_by = ["provider", "model"].map(dimensionOf).filter((dimension) => dimension !== null);
    const filters = group_by.map((dimension) => ({ dimension, values: ["a"] }));
    const selection = { org_id: "org_1", group_by, filters };
    const { sql, params } = dialect.sqlToQuery(
      bucketsStatement(selection, store, [{ from: 0, to: 3_600_000, index: 0 }], 10),
    );
    const plan = await planOf(sql, params);
    expect(scans(plan)).toEqual([]);
    expect(plan.join("\n")).toMatch(index);
    const end = dialect.sqlToQuery(endOfBuckets("org_1", store, { from: 0, to: 9 }, 50_000));
    expect(await planOf(end.sql, end.params)).toEqual([
      expect.stringMatching(/SEARCH .* USING (COVERING INDEX|PRIMARY KEY)/),
    ]);
  });
});

describe("what looks at single requests, or at all of a day", () => {
  /** The steps by an index of all statements that something makes; none may read a table whole. */
  async function lookupsOf(work: (db: D1Database) => Promise<unknown>): Promise<readonly string[]> {
    const { db, statements } = recordingDatabase();
    await work(db);
    expect(statements.length).toBeGreaterThan(0);
    const plans = await Promise.all(statements.map(({ sql, params }) => planOf(sql, params)));
    expect(plans.flatMap(scans)).toEqual([]);
    return [...new Set(plans.flatMap(lookups))].toSorted();
  }

  test("one request, its postings and its price are found by its id", async () => {
    await recordEvents(env.DB, [completed("e1")], "batch", 0);
    const found = await lookupsOf(async (db) => {
      const row = await findRequest(databaseOf(db), "org_1", "req_e1");
      if (row === null) throw new Error("the request is not there");
      await describeRequest(databaseOf(db), row, 0);
    });
    expect(found).toEqual([
      "request_adjustments request_adjustments_request (request_id=?)",
      "request_log request_log_request (request_id=?)",
      "request_log sqlite_autoindex_request_log_1 (event_id=?)",
    ]);
  });

  test("a bill is laid beside one org's requests of its days", async () => {
    const found = await lookupsOf((db) => ourCount(databaseOf(db), "org_1", "openai", "2026-11-01", "2026-11-01"));
    expect(found).toEqual([
      "adjustment request_adjustments_request (request_id=?)",
      "request_adjustments request_adjustments_org_at (org_id=? AND at>? AND at<?)",
      "request_log request_log_org_at (org_id=? AND at>? AND at<?)",
    ]);
  });

  test("what is left to fold is found by org and hour", async () => {
    await recordEvents(env.DB, [completed("e2")], "batch", 0);
    const found = await lookupsOf((db) => foldDays(db, Date.UTC(2026, 11, 1)));
    expect(found).toContain("rollup_hourly sqlite_autoindex_rollup_hourly_1 (org_id>?)");
    expect(found).toContain("latency_hourly sqlite_autoindex_latency_hourly_1 (org_id=? AND hour>? AND hour<?)");
    expect(found).toContain("rollup_hourly sqlite_autoindex_rollup_hourly_1 (org_id=? AND hour>? AND hour<?)");
  });

  test("what is deleted from the log is found by its time", async () => {
    const found = await lookupsOf((db) => purgeLog(db, 30, Date.UTC(2026, 10, 26)));
    expect(found.filter((step) => step.includes("(at<?)"))).toEqual([
      "request_adjustments request_adjustments_at (at<?)",
      "request_log request_log_at (at<?)",
    ]);
  });
});
