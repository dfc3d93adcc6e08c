import type { Database } from "../env.ts";
import { BY_DIMENSIONS, SUM_POSTINGS } from "./sum-postings.ts";

/**
 * The statement that adds to the rollup what the write `batch_id` inserted. It belongs in the same D1 batch as the
 * inserts. The event ids only lead to the rows by their primary key; the batch id says which of them are new.
 */
export function addBatchToRollup(db: Database, batch_id: string, event_ids: readonly string[]): D1PreparedStatement {
  return db.prepare(ADD_BATCH).bind(batch_id, JSON.stringify(event_ids));
}

const ADD_BATCH = `${SUM_POSTINGS}
  WHERE event_id IN (SELECT value FROM json_each(?2)) AND batch_id = ?1${BY_DIMENSIONS}
  ON CONFLICT (org_id, hour, wallet_id, key_id, provider_id, model, feature, outcome) DO UPDATE SET
    requests = requests + excluded.requests,
    cost_nano_usd = cost_nano_usd + excluded.cost_nano_usd,
    input_tokens = input_tokens + excluded.input_tokens,
    output_tokens = output_tokens + excluded.output_tokens,
    latency_ms_sum = latency_ms_sum + excluded.latency_ms_sum`;
