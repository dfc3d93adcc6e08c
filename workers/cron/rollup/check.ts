import { CHECK_DAYS, CHECK_LATENCY_DAYS } from "../../../schema/rollup/days.ts";
import { CHECK_CACHE, CHECK_LATENCIES, CHECK_SUMS } from "../../../schema/rollup/statements.ts";
import type { HourRange, RollupReport } from "../../../schema/wire/cron-rpc.ts";
import type { Database } from "../env.ts";
import { wholeHours } from "./hours.ts";
import { logBegins } from "./log-begins.ts";

/** Compares the hourly rollups with the log, and the daily ones with the hourly, each in one statement, so that events written meanwhile make no difference. */
export async function checkRollup(db: Database, range: HourRange): Promise<RollupReport> {
  const hours = wholeHours(range);
  if (hours === null) return { status: "invalid_range" };
  const log_begins = await logBegins(db);
  if (hours.from < log_begins) return { status: "log_deleted", log_begins };
  const found = async <Row>(sql: string) => (await db.prepare(sql).bind(hours.from, hours.to).all<Row>()).results;
  return {
    status: "checked",
    ...hours,
    differences: await found(CHECK_SUMS),
    latency_differences: await found(CHECK_LATENCIES),
    cache_differences: await found(CHECK_CACHE),
    day_differences: await found(CHECK_DAYS),
    latency_day_differences: await found(CHECK_LATENCY_DAYS),
  };
}
