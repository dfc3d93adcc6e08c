import type { AuditCheck } from "../../../schema/wire/audit-rpc.ts";
import type { Database } from "../env.ts";

/** The end of a chain as D1 has it. */
export interface LastEntry {
  readonly seq: number;
  readonly hash: string;
}

export interface Seen {
  readonly last: LastEntry | null;
  /** Which of the ids asked for are entries. */
  readonly entry_ids: ReadonlySet<string>;
  /** Name of the first check that found no row, or null. */
  readonly refused_by: string | null;
}

const LAST = "SELECT seq, hash FROM audit_log WHERE org_id = ?1 ORDER BY seq DESC LIMIT 1";
const KNOWN = "SELECT id FROM audit_log WHERE org_id = ?1 AND id IN (SELECT value FROM json_each(?2))";

/** What must be known before a write, in one round trip. Throws what D1 throws. */
export async function look(
  db: Database,
  org_id: string,
  ids: readonly string[],
  checks: readonly AuditCheck[] = [],
): Promise<Seen> {
  const [last, known, ...answers] = await db.batch<Record<string, unknown>>([
    db.prepare(LAST).bind(org_id),
    db.prepare(KNOWN).bind(org_id, JSON.stringify(ids)),
    ...checks.map(({ sql, params }) => db.prepare(sql).bind(...params)),
  ]);
  const end = last?.results[0];
  const refused = checks.find((_, index) => (answers[index]?.results.length ?? 0) === 0);
  return {
    last: end === undefined ? null : { seq: Number(end.seq), hash: String(end.hash) },
    entry_ids: new Set(known?.results.map(({ id }) => String(id))),
    refused_by: refused?.name ?? null,
  };
}
