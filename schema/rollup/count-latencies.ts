import { bucketSql } from "../kernel/log-buckets.ts";
import { DELIVERED_OUTCOMES } from "../wire/request-record.ts";

const delivered = `outcome IN (${DELIVERED_OUTCOMES.map((outcome) => `'${outcome}'`).join(", ")})`;

/** What a row of latency_hourly, and of latency_daily, is told apart by. */
export const LATENCY_KEY = "org_id, hour, provider_id, model, metric, bucket";
export const LATENCY_DAY_KEY = "org_id, day, provider_id, model, metric, bucket";

/** Two rows a request at most: how long a delivered answer took, and how long its first byte. */
export const LATENCIES = `
  FROM (
    SELECT org_id, at, at - at % 3600000 AS hour, provider_id, model, event_id, batch_id, metric.value AS metric,
      CASE metric.value WHEN 'first_byte' THEN ${bucketSql("first_byte_ms")} ELSE ${bucketSql("latency_ms")} END AS bucket
    FROM request_log CROSS JOIN json_each('["latency","first_byte"]') AS metric
    WHERE CASE metric.value WHEN 'first_byte' THEN first_byte_ms IS NOT NULL ELSE ${delivered} END
  )`;

/**
 * What latency_hourly counts, for everybody who writes it: a statement is COUNT_LATENCIES, a WHERE over what LATENCIES
 * has, and BY_BUCKET.
 */
export const COUNT_LATENCIES = `
  INSERT INTO latency_hourly (${LATENCY_KEY}, requests)
  SELECT ${LATENCY_KEY}, COUNT(*)${LATENCIES}`;

export const BY_BUCKET = `
  GROUP BY ${LATENCY_KEY}`;

/** What an insert of counts does where there are some already: it adds to them. */
export const ADD_TO_COUNTS = "DO UPDATE SET requests = requests + excluded.requests";
