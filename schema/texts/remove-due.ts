import { JURISDICTIONS, type Jurisdiction } from "../kernel/jurisdiction.ts";
import { bucketIn, type TextsBindings, type TextsBucket, textsKey } from "./bucket.ts";

/** What of D1 is used here. */
type Database = Pick<D1Database, "prepare">;

/** Objects that one call of a bucket deletes. Source: R2's limit. */
const PAGE = 1_000;
const DAY_MS = 24 * 60 * 60 * 1000;

export interface RemovalOptions {
  readonly now: number;
  /** How long the rows stay behind their texts, as long as the request log; 0 is for ever. */
  readonly log_days: number;
  /** Pages of a thousand, at most. */
  readonly pages: number;
  /** Only of this org. */
  readonly org_id?: string;
}

interface DueRow {
  readonly org_id: string;
  readonly request_id: string;
}

/**
 * Deletes the objects of texts that have expired or were erased, the oldest first, each before its row says so: what a
 * failure leaves is done again. Answers how many there were. Throws what D1 or a bucket throws.
 */
export async function removeDueTexts(
  db: Database,
  bindings: TextsBindings,
  options: RemovalOptions,
): Promise<{ readonly removed: number }> {
  let removed = 0;
  for (const jurisdiction of [null, ...JURISDICTIONS]) {
    const bucket = bucketIn(bindings, jurisdiction);
    if (bucket !== null) removed += await removeFrom(bucket, orgsIn(jurisdiction), db, options);
  }
  return { removed };
}

async function removeFrom(
  bucket: TextsBucket,
  orgs: string,
  db: Database,
  { now, log_days, pages, org_id }: RemovalOptions,
): Promise<number> {
  let removed = 0;
  for (let page = 0; page < pages; page += 1) {
    const { results } = await db
      .prepare(dueSql(orgs))
      .bind(now, org_id ?? null)
      .all<DueRow>();
    if (results.length === 0) break;
    await bucket.delete(results.map(textsKey));
    const ids = JSON.stringify(results.map((row) => [row.org_id, row.request_id]));
    await db
      .prepare(REMOVED)
      .bind(now, log_days === 0 ? null : log_days * DAY_MS, ids)
      .run();
    removed += results.length;
    if (results.length < PAGE) break;
  }
  return removed;
}

/** Deletes rows whose objects went long ago, with what the request log has of them. */
export async function forgetTexts(db: Database, now: number): Promise<{ readonly forgotten: number }> {
  const { meta } = await db.prepare(FORGET).bind(now).run();
  return { forgotten: meta.changes };
}

/** Ids of orgs say where they are, see schema/kernel/jurisdiction.ts. */
const orgsIn = (jurisdiction: Jurisdiction | null): string =>
  jurisdiction === null
    ? JURISDICTIONS.map((other) => `org_id NOT GLOB 'org_${other}_*'`).join(" AND ")
    : `org_id GLOB 'org_${jurisdiction}_*'`;

const dueSql = (orgs: string): string => `
  SELECT org_id, request_id FROM request_texts
  WHERE due_at <= ?1 AND removed_at IS NULL AND (?2 IS NULL OR org_id = ?2) AND ${orgs}
  ORDER BY due_at LIMIT ${PAGE}`;

const REMOVED = `
  UPDATE request_texts SET removed_at = ?1, subject = NULL, due_at = created_at + ?2
  WHERE due_at <= ?1 AND removed_at IS NULL AND (org_id, request_id) IN (
    SELECT value ->> 0, value ->> 1 FROM json_each(?3)
  )`;

const FORGET = `
  DELETE FROM request_texts WHERE rowid IN (
    SELECT rowid FROM request_texts WHERE due_at <= ?1 AND removed_at IS NOT NULL ORDER BY due_at LIMIT 5000
  )`;
