import { boundSql } from "../../../schema/metrics/latency-buckets.ts";
import type { Database } from "../env.ts";

/** Series of `/metrics` are bounded: so many models have their own, and what further ones do is `other`. */
export const METRIC_MODELS = 200;

/**
 * The statements that add to the totals of the deployment what the write `batch_id` inserted. They belong in the same D1
 * batch as the inserts, as those of the rollups do. `cache_ids` are those of requests that the cache was asked for.
 */
export function addToTotals(
  db: Database,
  batch_id: string,
  event_ids: readonly string[],
  cache_ids: readonly string[],
): D1PreparedStatement[] {
  const add = (statement: string, ids: readonly string[]) => db.prepare(statement).bind(batch_id, JSON.stringify(ids));
  const of_all = [ADD_MODELS, ADD_REQUESTS, ADD_LATENCIES].map((statement) => add(statement, event_ids));
  return cache_ids.length === 0 ? of_all : [...of_all, add(ADD_CACHE, cache_ids)];
}

const OF_BATCH = "event_id IN (SELECT value FROM json_each(?2)) AND batch_id = ?1";

const ADD_MODELS = `
  INSERT INTO metric_models (provider_id, model)
  SELECT DISTINCT provider_id, model FROM request_log
  WHERE ${OF_BATCH} AND NOT EXISTS (
    SELECT 1 FROM metric_models AS known
    WHERE known.provider_id = request_log.provider_id AND known.model = request_log.model
  )
  LIMIT MAX(0, ${METRIC_MODELS} - (SELECT COUNT(*) FROM metric_models))`;

/** A posting with the names of its series. */
const named = (from: string): string => `
  FROM ${from} AS posting LEFT JOIN metric_models AS named
    ON named.provider_id = posting.provider_id AND named.model = posting.model`;
const NAMES = "COALESCE(named.provider_id, 'other') AS series_provider, COALESCE(named.model, 'other') AS series_model";

const ADD_REQUESTS = `
  INSERT INTO request_totals (
    provider_id, model, outcome, requests, attempts, input_tokens, output_tokens, charged_nano_usd, credited_nano_usd
  )
  SELECT ${NAMES}, posting.outcome, SUM(posting.requests),
    SUM(COALESCE((SELECT attempts FROM request_log AS logged WHERE logged.event_id = posting.event_id), 0)),
    SUM(input_tokens), SUM(output_tokens), SUM(MAX(cost_nano_usd, 0)), SUM(MAX(-cost_nano_usd, 0))
  ${named("request_postings")}
  WHERE ${OF_BATCH}
  GROUP BY series_provider, series_model, posting.outcome
  ON CONFLICT (provider_id, model, outcome) DO UPDATE SET
    requests = requests + excluded.requests,
    attempts = attempts + excluded.attempts,
    input_tokens = input_tokens + excluded.input_tokens,
    output_tokens = output_tokens + excluded.output_tokens,
    charged_nano_usd = charged_nano_usd + excluded.charged_nano_usd,
    credited_nano_usd = credited_nano_usd + excluded.credited_nano_usd`;

/** What was delivered says how long an answer takes; how long a first byte takes, every request that had one. */
const ADD_LATENCIES = `
  INSERT INTO latency_totals (provider_id, model, metric, bound_ms, requests, sum_ms)
  SELECT series_provider, series_model, metric, ${boundSql("ms")} AS bound_ms, COUNT(*), SUM(ms)
  FROM (
    SELECT ${NAMES}, metric.value AS metric, CASE metric.value WHEN 'first_byte' THEN first_byte_ms ELSE latency_ms END AS ms
    ${named("request_log")} CROSS JOIN json_each('["latency","first_byte"]') AS metric
    WHERE ${OF_BATCH} AND CASE metric.value WHEN 'first_byte' THEN first_byte_ms IS NOT NULL ELSE outcome IN ('completed', 'cut') END
  )
  GROUP BY series_provider, series_model, metric, bound_ms
  ON CONFLICT (provider_id, model, metric, bound_ms) DO UPDATE SET
    requests = requests + excluded.requests, sum_ms = sum_ms + excluded.sum_ms`;

const ADD_CACHE = `
  INSERT INTO cache_totals (provider_id, model, status, requests, saved_nano_usd)
  SELECT ${NAMES}, cache, COUNT(*), SUM(saved_nano_usd)
  ${named("request_log")}
  WHERE ${OF_BATCH} AND cache IS NOT NULL
  GROUP BY series_provider, series_model, cache
  ON CONFLICT (provider_id, model, status) DO UPDATE SET
    requests = requests + excluded.requests, saved_nano_usd = saved_nano_usd + excluded.saved_nano_usd`;
