import type { HourRange, RollupDifference, RollupReport } from "../../../schema/wire/cron-rpc.ts";
import type { Database } from "../env.ts";
import { wholeHours } from "./hours.ts";

/** Compares the rollup with the log, in one statement, so that events written meanwhile make no difference. */
export async function checkRollup(db: Database, range: HourRange): Promise<RollupReport> {
  const hours = wholeHours(range);
  if (hours === null) return { status: "invalid_range" };
  const { results } = await db.prepare(CHECK).bind(hours.from, hours.to).all<RollupDifference>();
  return { status: "checked", ...hours, differences: results };
}

const CHECK = `
  SELECT
    org_id, hour, wallet_id, key_id, provider_id, model, feature, outcome,
    SUM(requests) AS requests,
    CAST(SUM(cost_nano_usd) AS TEXT) AS cost_nano_usd,
    SUM(input_tokens) AS input_tokens,
    SUM(output_tokens) AS output_tokens,
    SUM(latency_ms_sum) AS latency_ms_sum
  FROM (
    SELECT
      org_id, hour, wallet_id, key_id, provider_id, model, feature, outcome,
      requests, cost_nano_usd, input_tokens, output_tokens, latency_ms_sum
    FROM rollup_hourly
    WHERE hour >= ?1 AND hour < ?2
    UNION ALL
    SELECT
      org_id, hour, wallet_id, key_id, provider_id, model, feature, outcome,
      -requests, -cost_nano_usd, -input_tokens, -output_tokens, -latency_ms
    FROM request_postings
    WHERE at >= ?1 AND at < ?2
  )
  GROUP BY org_id, hour, wallet_id, key_id, provider_id, model, feature, outcome
  HAVING SUM(requests) <> 0 OR SUM(cost_nano_usd) <> 0 OR SUM(input_tokens) <> 0 OR SUM(output_tokens) <> 0
    OR SUM(latency_ms_sum) <> 0
  ORDER BY hour, org_id, wallet_id
  LIMIT 100`;
