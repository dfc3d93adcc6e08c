/**
 * How long a gateway may take from the row of texts to their object: an object that comes behind an erasure is deleted by
 * the gateway itself, and once more after this, should it have died in between.
 */
export const STORING_MS = 60 * 60 * 1000;

/** Parameters: `?1` the org, `?2` now, and what `condition` has. */
export const eraseSql = (condition: string): string =>
  `UPDATE request_texts SET erased_at = ?2, due_at = CASE WHEN stored_at IS NULL THEN MAX(?2, created_at + ${STORING_MS}) ELSE ?2 END WHERE ${LIVE} AND ${condition}`;

/** The same rows. */
export const countSql = (condition: string): string =>
  `SELECT COUNT(*) AS texts FROM request_texts WHERE ${LIVE} AND ${condition}`;

/** With a time that changes nothing, since every statement has the same parameters. */
const LIVE = "org_id = ?1 AND ?2 > 0 AND erased_at IS NULL AND removed_at IS NULL";
