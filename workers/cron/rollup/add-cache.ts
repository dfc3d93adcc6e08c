import { ADD_TO_CACHE, BY_CACHE, CACHE_KEY, SUM_CACHE } from "../../../schema/rollup/sum-cache.ts";
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

const ADD_HOURS = `${SUM_CACHE}
  WHERE event_id IN (SELECT value FROM json_each(?2)) AND batch_id = ?1${BY_CACHE}
  ON CONFLICT (${CACHE_KEY}) ${ADD_TO_CACHE}`;
