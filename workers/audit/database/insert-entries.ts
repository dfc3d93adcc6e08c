import type { AuditRow } from "../../../schema/audit/audit-row.ts";
import type { Database } from "../env.ts";

/** D1 takes 2 MB in one value: this many of the largest entries stay well below, with every quote escaped. */
const ROWS = 25;

/**
 * Statements that insert entries. They travel as one JSON parameter: a statement takes no more than 100 parameters, and D1
 * binds every number as a real, while the JSON functions read integers as integers, exactly.
 */
export function insertEntries(db: Database, rows: readonly AuditRow[]): D1PreparedStatement[] {
  const statements: D1PreparedStatement[] = [];
  for (let from = 0; from < rows.length; from += ROWS) {
    statements.push(db.prepare(INSERT).bind(JSON.stringify(rows.slice(from, from + ROWS))));
  }
  return statements;
}

const INSERT = `
  INSERT INTO audit_log (
    org_id, seq, id, at, actor_type, actor_id, actor_name, action, outcome, target_type, target_id, request_id, ip,
    details, prev_hash, hash, key_id, signature
  )
  SELECT
    value ->> 'org_id', value ->> 'seq', value ->> 'id', value ->> 'at', value ->> 'actor_type', value ->> 'actor_id',
    value ->> 'actor_name', value ->> 'action', value ->> 'outcome', value ->> 'target_type', value ->> 'target_id',
    value ->> 'request_id', value ->> 'ip', value ->> 'details', value ->> 'prev_hash', value ->> 'hash',
    value ->> 'key_id', value ->> 'signature'
  FROM json_each(?1)`;
