import * as z from "zod";
import { COMPARED, EXPERIMENT_COLUMNS } from "../../../schema/experiments/compared-sql.ts";

export interface Feedback {
  readonly org_id: string;
  readonly key_id: string;
  readonly request_id: string;
  readonly rater: string;
  /** From 0 to 1. */
  readonly score: number;
  readonly at: number;
}

/** Whose request it was; null while it has no row: it runs, has just ended, or never was. */
export async function makerOf(db: D1Database, request_id: string) {
  const row = await db.prepare("SELECT org_id, key_id FROM request_log WHERE request_id = ?1").bind(request_id).first();
  return z.object({ org_id: z.string(), key_id: z.string() }).nullable().parse(row);
}

/**
 * Keeps what a rater says of a request: the last word counts, however often it is sent. What the request was compared in
 * is taken from its row; where that is not there yet, the consumer of events fills it in.
 */
export async function keepFeedback(db: D1Database, feedback: Feedback): Promise<void> {
  const { org_id, request_id, rater, key_id, score, at } = feedback;
  await db.prepare(KEEP).bind(org_id, request_id, rater, key_id, score, at).run();
}

const KEEP = `
  INSERT INTO request_feedback (org_id, request_id, rater, key_id, score, at, experiment_id, run, variant)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, seen.experiment_id, seen.run, seen.variant
  FROM (SELECT 1) LEFT JOIN (
    SELECT ${EXPERIMENT_COLUMNS} FROM request_log WHERE org_id = ?1 AND request_id = ?2 AND key_id = ?4 AND ${COMPARED}
  ) AS seen WHERE true
  ON CONFLICT (org_id, request_id, rater) DO UPDATE SET score = excluded.score, at = excluded.at
  WHERE request_feedback.key_id = excluded.key_id`;
