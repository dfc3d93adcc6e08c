import { log } from "../../../schema/kernel/log.ts";
import { REBUILD } from "../../../schema/rollup/statements.ts";
import type { HourRange, RollupRebuilt } from "../../../schema/wire/cron-rpc.ts";
import type { Database } from "../env.ts";
import { wholeHours } from "./hours.ts";
import { logBegins } from "./log-begins.ts";

/**
 * Replaces the rollups of these hours by the sums of the log, in one transaction: batches that are consumed meanwhile
 * come wholly before or wholly after. Never where the log was deleted: the sums would be, too.
 */
export async function rebuildRollup(db: Database, range: HourRange): Promise<RollupRebuilt> {
  const hours = wholeHours(range);
  if (hours === null) return { status: "invalid_range" };
  const log_begins = await logBegins(db);
  if (hours.from < log_begins) return { status: "log_deleted", log_begins };
  const [, , sums] = await db.batch(REBUILD.map((statement) => db.prepare(statement).bind(hours.from, hours.to)));
  const rows = sums?.meta.changes ?? 0;
  log("info", "rollup_rebuilt", { ...hours, rows });
  return { status: "rebuilt", ...hours, rows };
}
