import { AUDIT_SELECT } from "../../../schema/audit/audit-row.ts";
import type { Database } from "../env.ts";

/** The largest entries make a page of 9 MB, the usual ones of half a megabyte. */
const PAGE = 500;

const UP_TO = `SELECT ${AUDIT_SELECT} FROM audit_log WHERE org_id = ?1 AND seq > ?2 AND seq <= ?3 ORDER BY seq LIMIT ${PAGE}`;
const TO_THE_END = `SELECT ${AUDIT_SELECT} FROM audit_log WHERE org_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ${PAGE}`;

/** Before every number that a stranger could have put there. */
export const BEFORE_ALL = -Number.MAX_VALUE;

type Row = Record<string, unknown>;

/**
 * The rows of an org behind `after` up to `to`, or to the very end when it is null, in pages by `seq`. Ends at a row whose
 * number is none, as only a stranger writes: SQLite sorts it after all numbers. Throws what D1 throws.
 */
export async function* readPages(
  db: Database,
  org_id: string,
  after: number,
  to: number | null,
): AsyncGenerator<Row[]> {
  let cursor: unknown = after;
  while (typeof cursor === "number") {
    const query =
      to === null ? db.prepare(TO_THE_END).bind(org_id, cursor) : db.prepare(UP_TO).bind(org_id, cursor, to);
    const { results } = await query.all<Row>();
    if (results.length > 0) yield results;
    if (results.length < PAGE) return;
    cursor = results.at(-1)?.seq;
  }
}
