import type { LogFields } from "../../../schema/kernel/log.ts";
import { LOG_BEGINS } from "../../../schema/rollup/statements.ts";
import type { Database } from "../env.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Rows of one table that go in one run: some hundred milliseconds of D1. A minute later it goes on. */
const ROWS = 5_000;

const TABLES = ["request_log", "request_adjustments"] as const;

/**
 * Deletes what of the request log is older than `days`, the oldest first; hourly sums stay for ever. In the same
 * transaction it is written down from when on the log is whole, so that nobody takes a part of it for all. 0 days keep
 * everything.
 */
export async function purgeLog(db: Database, days: number, now: number): Promise<LogFields> {
  if (days === 0) return { kept: "all" };
  // Whole hours, as the rollups have them.
  const before = Math.floor((now - days * DAY_MS) / 3_600_000) * 3_600_000;
  const deletes = TABLES.map((table) =>
    db
      .prepare(
        `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE at < ?1 ORDER BY at LIMIT ${ROWS})`,
      )
      .bind(before),
  );
  const [, ...results] = await db.batch([db.prepare(MARK).bind(LOG_BEGINS, before), ...deletes]);
  return Object.fromEntries(TABLES.map((table, index) => [table, results[index]?.meta.changes ?? 0]));
}

/** Only where something is deleted, and never back: a longer retention does not bring back what is gone. */
const MARK = `
  INSERT INTO job_state (job, cursor) SELECT ?1, CAST(CAST(?2 AS INTEGER) AS TEXT)
  WHERE ${TABLES.map((table) => `EXISTS (SELECT 1 FROM ${table} WHERE at < ?2)`).join(" OR ")}
  ON CONFLICT (job) DO UPDATE SET cursor = excluded.cursor WHERE CAST(excluded.cursor AS INTEGER) > CAST(cursor AS INTEGER)`;
