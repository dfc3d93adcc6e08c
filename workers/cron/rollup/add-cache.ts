import type { Database } from "../env.ts";

/**
 * The statement that adds to the figures of the response cache what the write `batch_id` inserted. It belongs in the same
 * D1 batch as the inserts, so that a request counts once however often its event comes.
 */
export function addBatchToCache(
  db: Database,
  batch_id: string,
  event_ids: readonly string[],
): readonly D1PreparedStatement[] {
  return [db.prepare(ADD_HOURS).bind(batch_id, JSON.stringify(event_ids))];
}

const NEW = "event_id IN (SELECT value FROM json_each(?2)) AND batch_id = ?1 AND cache IS NOT NULL";

const ADD_HOURS = `
  INSERT INTO cache_hourly (org_id, hour, team_id, provider_id, model, status, requests, cost_nano_usd, saved_nano_usd,
    saved_ms, latency_ms_sum)
  SELECT org_id, at - at % 3600000, COALESCE(team_id, ''), provider_id, model, cache, COUNT(*), SUM(cost_nano_usd),
    SUM(saved_nano_usd), SUM(saved_ms), SUM(latency_ms)
  FROM request_log WHERE ${NEW}
  GROUP BY 1, 2, 3, 4, 5, 6
  ON CONFLICT (org_id, hour, team_id, provider_id, model, status) DO UPDATE SET
    requests = requests + excluded.requests, cost_nano_usd = cost_nano_usd + excluded.cost_nano_usd,
    saved_nano_usd = saved_nano_usd + excluded.saved_nano_usd, saved_ms = saved_ms + excluded.saved_ms,
    latency_ms_sum = latency_ms_sum + excluded.latency_ms_sum`;
