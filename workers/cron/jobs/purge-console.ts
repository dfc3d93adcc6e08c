import type { LogFields } from "../../../schema/kernel/log.ts";
import type { Database } from "../env.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** What goes from which table: rows whose time is at or before `now` less `age_ms`, at most 5,000 of them in one run. */
const PURGES = [
  {
    table: "idempotent_creates",
    age_ms: DAY_MS,
    sql: "DELETE FROM idempotent_creates WHERE rowid IN (SELECT rowid FROM idempotent_creates WHERE created_at <= ?1 LIMIT 5000)",
  },
  {
    table: "sign_in_attempts",
    age_ms: DAY_MS,
    sql: "DELETE FROM sign_in_attempts WHERE rowid IN (SELECT rowid FROM sign_in_attempts WHERE window_start <= ?1 LIMIT 5000)",
  },
  {
    table: "sessions",
    age_ms: 0,
    sql: "DELETE FROM sessions WHERE rowid IN (SELECT rowid FROM sessions WHERE expires_at <= ?1 LIMIT 5000)",
  },
  {
    table: "verifications",
    age_ms: 0,
    sql: "DELETE FROM verifications WHERE rowid IN (SELECT rowid FROM verifications WHERE expires_at <= ?1 LIMIT 5000)",
  },
] as const;

/** Deletes what the console has no more use for. What is more than a run takes goes with the next ones. */
export async function purgeConsole(db: Database, now: number): Promise<LogFields> {
  const results = await db.batch(PURGES.map(({ sql, age_ms }) => db.prepare(sql).bind(now - age_ms)));
  return Object.fromEntries(PURGES.map(({ table }, index) => [table, results[index]?.meta.changes ?? 0]));
}
