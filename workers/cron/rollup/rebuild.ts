import { log } from "../../../schema/kernel/log.ts";
import type { HourRange, RollupRebuilt } from "../../../schema/wire/cron-rpc.ts";
import type { Database } from "../env.ts";
import { wholeHours } from "./hours.ts";

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

const REBUILD = `
  INSERT INTO rollup_hourly (
    org_id, hour, wallet_id, key_id, provider_id, model, feature, outcome,
    requests, cost_nano_usd, input_tokens, output_tokens, latency_ms_sum
  )
  SELECT
    org_id, hour, wallet_id, key_id, provider_id, model, feature, outcome,
    SUM(requests), SUM(cost_nano_usd), SUM(input_tokens), SUM(output_tokens), SUM(latency_ms)
  FROM request_postings
  WHERE at >= ?1 AND at < ?2
  GROUP BY org_id, hour, wallet_id, key_id, provider_id, model, feature, outcome`;
