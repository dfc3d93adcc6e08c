import { ADD_TO_COUNTS, BY_BUCKET, COUNT_LATENCIES, LATENCY_KEY } from "../../../schema/rollup/count-latencies.ts";
import { ADD_LATE } from "../../../schema/rollup/days.ts";
import { ADD_TO_SUMS, BY_DIMENSIONS, ROLLUP_KEY, SUM_POSTINGS } from "../../../schema/rollup/sum-postings.ts";
import type { Database } from "../env.ts";

/** What of a posting says whether its hour is folded into a day already. */
export interface Posted {
  readonly event_id: string;
  readonly org_id: string;
  readonly at: number;
}

/**
 * The statements that add to the rollups what the write `batch_id` inserted: to the hours, and to the days where those
 * have the hour already. They belong in the same D1 batch as the inserts. The event ids only lead to the rows by their
 * primary key; the batch id says which of them are new.
 */
export function addBatchToRollups(
  db: Database,
  batch_id: string,
  postings: readonly Posted[],
): readonly D1PreparedStatement[] {
  const ids = JSON.stringify(postings.map(({ event_id }) => event_id));
  const places = JSON.stringify(postings.map(({ event_id, org_id, at }) => [event_id, org_id, at]));
  return [
    ...[ADD_SUMS, ADD_LATENCIES].map((statement) => db.prepare(statement).bind(batch_id, ids)),
    ...ADD_LATE.map((statement) => db.prepare(statement).bind(batch_id, places)),
  ];
}

const ADD_SUMS = `${SUM_POSTINGS}
  WHERE event_id IN (SELECT value FROM json_each(?2)) AND batch_id = ?1${BY_DIMENSIONS}
  ON CONFLICT (${ROLLUP_KEY}) ${ADD_TO_SUMS}`;

const ADD_LATENCIES = `${COUNT_LATENCIES}
  WHERE event_id IN (SELECT value FROM json_each(?2)) AND batch_id = ?1${BY_BUCKET}
  ON CONFLICT (${LATENCY_KEY}) ${ADD_TO_COUNTS}`;
