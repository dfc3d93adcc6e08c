import { log } from "../../../schema/kernel/log.ts";
import type { HourRange, RollupRebuilt } from "../../../schema/wire/cron-rpc.ts";
import type { Database } from "../env.ts";
import { wholeHours } from "./hours.ts";
import { BY_DIMENSIONS, SUM_POSTINGS } from "./sum-postings.ts";

/**
 * Replaces the rollup of these hours by the sums of the log, in one transaction: batches that are consumed meanwhile
 * come wholly before or wholly after. Only for hours whose log is complete; where it has been deleted, so are the sums.
 */
export async function rebuildRollup(db: Database, range: HourRange): Promise<RollupRebuilt> {
  const hours = wholeHours(range);
  if (hours === null) return { status: "invalid_range" };
  const [, inserted] = await db.batch([
    db.prepare("DELETE FROM rollup_hourly WHERE hour >= ?1 AND hour < ?2").bind(hours.from, hours.to),
    db.prepare(REBUILD).bind(hours.from, hours.to),
  ]);
  const rows = inserted?.meta.changes ?? 0;
  log("info", "rollup_rebuilt", { ...hours, rows });
  return { status: "rebuilt", ...hours, rows };
}

const REBUILD = `${SUM_POSTINGS}
  WHERE at >= ?1 AND at < ?2${BY_DIMENSIONS}`;
