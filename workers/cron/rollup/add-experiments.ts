import {
  CACHED,
  COMPARED,
  EXPERIMENT_COLUMNS,
  FAILED,
  FAILED_OVER,
  IN_EXPERIMENT,
  MOVED,
} from "../../../schema/experiments/compared-sql.ts";
import { bucketSql } from "../../../schema/kernel/log-buckets.ts";
import type { Database } from "../env.ts";

/**
 * The statements that add to the figures of experiments what the write `batch_id` inserted. They belong in the same D1
 * batch as the inserts, so that a request counts once however often its event comes.
 */
export function addBatchToExperiments(
  db: Database,
  batch_id: string,
  event_ids: readonly string[],
): readonly D1PreparedStatement[] {
  return [ADD_FIGURES, ADD_LATENCIES].map((statement) =>
    db.prepare(statement).bind(batch_id, JSON.stringify(event_ids)),
  );
}

/**
 * The statements that give feedback which came before its request the variant that the request was served by; of any
 * request, for feedback knows nothing of experiments. They belong in the same D1 batch as the inserts.
 */
export function attributeFeedback(
  db: Database,
  batch_id: string,
  event_ids: readonly string[],
): readonly D1PreparedStatement[] {
  return [DROP_FOREIGN_FEEDBACK, ATTRIBUTE_FEEDBACK].map((statement) =>
    db.prepare(statement).bind(batch_id, JSON.stringify(event_ids)),
  );
}

const NEW = "event_id IN (SELECT value FROM json_each(?2)) AND batch_id = ?1";

/** A column of the figures, and what it is the sum of. */
const SUMS = {
  requests: COMPARED,
  errors: `(${COMPARED} AND ${FAILED})`,
  cancelled: `(${COMPARED} AND outcome = 'cancelled')`,
  failed_over: `(NOT ${MOVED} AND NOT ${CACHED} AND ${FAILED_OVER})`,
  cached: `(NOT ${MOVED} AND ${CACHED})`,
  moved: MOVED,
  answered: "answered",
  input_tokens: "answered * input_tokens",
  output_tokens: "answered * output_tokens",
  cost_nano_usd: "answered * cost_nano_usd",
  cost_squares: "answered * CAST(cost_nano_usd AS REAL) * cost_nano_usd",
  latency_ms: "answered * latency_ms",
  latency_squares: "answered * CAST(latency_ms AS REAL) * latency_ms",
} as const;
const COLUMNS = Object.keys(SUMS);

const KEY = "experiment_id, run, variant";

const NEW_IN_EXPERIMENTS = `
  FROM (
    SELECT *, ${EXPERIMENT_COLUMNS}, (${COMPARED} AND NOT ${FAILED}) AS answered
    FROM request_log WHERE ${NEW} AND ${IN_EXPERIMENT}
  )`;

const ADD_FIGURES = `
  INSERT INTO experiment_figures (${KEY}, ${COLUMNS.join(", ")})
  SELECT ${KEY}, ${Object.values(SUMS)
    .map((value) => `SUM(${value})`)
    .join(", ")}${NEW_IN_EXPERIMENTS} WHERE true
  GROUP BY ${KEY}
  ON CONFLICT (${KEY}) DO UPDATE SET ${COLUMNS.map((name) => `${name} = ${name} + excluded.${name}`).join(", ")}`;

const ADD_LATENCIES = `
  INSERT INTO experiment_latencies (${KEY}, bucket, requests)
  SELECT ${KEY}, ${bucketSql("latency_ms")} AS bucket, COUNT(*)${NEW_IN_EXPERIMENTS} WHERE answered
  GROUP BY ${KEY}, bucket
  ON CONFLICT (${KEY}, bucket) DO UPDATE SET requests = requests + excluded.requests`;

/** Feedback that came before its request, found from the new requests by its key: the log's side comes first. */
const EARLY_FEEDBACK = `
  SELECT early.rowid FROM request_log CROSS JOIN request_feedback AS early
    ON early.org_id = request_log.org_id AND early.request_id = request_log.request_id
  WHERE ${NEW}`;

/** It came before its request, so nobody could see that another key had made that. */
const DROP_FOREIGN_FEEDBACK = `
  DELETE FROM request_feedback WHERE rowid IN (${EARLY_FEEDBACK} AND early.key_id <> request_log.key_id)`;

const ATTRIBUTE_FEEDBACK = `
  UPDATE request_feedback SET (experiment_id, run, variant) = (
    SELECT ${EXPERIMENT_COLUMNS} FROM request_log
    WHERE request_log.request_id = request_feedback.request_id AND request_log.org_id = request_feedback.org_id
      AND ${COMPARED}
  ) WHERE rowid IN (${EARLY_FEEDBACK})`;
