import { type TextsPlace, textsKey } from "./bucket.ts";

/** What of D1 is used here. */
type Database = Pick<D1Database, "prepare">;

/** A row of the table request_texts before its object is there. */
export interface NewTextsRow extends TextsPlace {
  readonly key_id: string;
  readonly subject: string | null;
  readonly data_key_id: string;
  readonly bytes: number;
  readonly created_at: number;
  readonly expires_at: number;
}

/** Keeps the rows of texts that are about to be stored. Each once, however often it is called. */
export async function insertTexts(db: Database, rows: readonly NewTextsRow[]): Promise<void> {
  await db.prepare(INSERT).bind(JSON.stringify(rows)).run();
}

const COLUMNS = ["org_id", "request_id", "key_id", "subject", "data_key_id", "bytes", "created_at", "expires_at"];
const INSERT = `
  INSERT INTO request_texts (${COLUMNS.join(", ")}, due_at)
  SELECT ${COLUMNS.map((column) => `value ->> '${column}'`).join(", ")}, value ->> 'expires_at' FROM json_each(?1)
  WHERE true ON CONFLICT DO NOTHING`;

/** Objects are there. Answers the names of those that were not erased meanwhile: the others must go. */
export async function confirmTexts(
  db: Database,
  places: readonly TextsPlace[],
  now: number,
): Promise<ReadonlySet<string>> {
  const ids = JSON.stringify(places.map(({ org_id, request_id }) => [org_id, request_id]));
  const { results } = await db.prepare(CONFIRM).bind(now, ids).all<{ org_id: string; request_id: string }>();
  return new Set(results.map(textsKey));
}

const CONFIRM = `
  UPDATE request_texts SET stored_at = ?1
  WHERE (org_id, request_id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?2))
    AND erased_at IS NULL AND removed_at IS NULL
  RETURNING org_id, request_id`;

export const TEXTS_STATES = ["stored", "none", "expired", "erased"] as const;
export type TextsState = (typeof TEXTS_STATES)[number];

/** What there is of a request's texts by its row; null is a request that has none. Times are milliseconds. */
export function textsState(
  row: { readonly expires_at: number; readonly stored_at: number | null; readonly erased_at: number | null } | null,
  now: number,
): TextsState {
  if (row === null) return "none";
  if (row.erased_at !== null) return "erased";
  if (row.stored_at === null) return "none";
  return row.expires_at <= now ? "expired" : "stored";
}
