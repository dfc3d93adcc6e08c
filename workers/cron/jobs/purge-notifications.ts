import type { LogFields } from "../../../schema/kernel/log.ts";
import type { Database } from "../env.ts";

/** What was told is kept for so long. */
const KEPT_MS = 90 * 24 * 60 * 60 * 1000;

const PURGES = [
  {
    table: "alerts",
    sql: "DELETE FROM alerts WHERE rowid IN (SELECT rowid FROM alerts WHERE created_at <= ?1 LIMIT 5000)",
  },
  {
    table: "deliveries",
    sql: "DELETE FROM notification_deliveries WHERE rowid IN (SELECT rowid FROM notification_deliveries WHERE created_at <= ?1 LIMIT 5000)",
  },
] as const;

/** Deletes alerts and deliveries of long ago, at most 5,000 of each in one run. */
export async function purgeNotifications(db: Database, now: number): Promise<LogFields> {
  const results = await db.batch(PURGES.map(({ sql }) => db.prepare(sql).bind(now - KEPT_MS)));
  return Object.fromEntries(PURGES.map(({ table }, index) => [table, results[index]?.meta.changes ?? 0]));
}
