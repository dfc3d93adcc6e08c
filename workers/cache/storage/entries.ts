import type { CacheEntry, CacheEntryPage, ListedCacheEntry } from "../../../schema/wire/cache-rpc.ts";
import { addToCounter, type Counter, readCounter } from "./counters.ts";

type StoredRow = {
  id: string;
  exact_key: string;
  partition: string | null;
  model: string;
  created_at: number;
  expires_at: number;
  sealed: ArrayBuffer;
};

const COLUMNS = "id, exact_key, partition, model, created_at, expires_at, sealed";

const entryOf = ({ sealed, ...row }: StoredRow): CacheEntry => ({ ...row, sealed: new Uint8Array(sealed) });

export const entryByKey = (sql: SqlStorage, exact_key: string, now: number): CacheEntry | null => {
  const [row] = sql
    .exec<StoredRow>(`SELECT ${COLUMNS} FROM entry WHERE exact_key = ? AND expires_at > ?`, exact_key, now)
    .toArray();
  return row === undefined ? null : entryOf(row);
};

/** The entry with that id if it is of the partition and still good. */
export const entryById = (sql: SqlStorage, id: string, partition: string, now: number): CacheEntry | null => {
  const [row] = sql
    .exec<StoredRow>(
      `SELECT ${COLUMNS} FROM entry WHERE id = ? AND partition = ? AND expires_at > ?`,
      id,
      partition,
      now,
    )
    .toArray();
  return row === undefined ? null : entryOf(row);
};

export function insertEntry(
  sql: SqlStorage,
  { id, exact_key, partition, model, created_at, expires_at, sealed }: CacheEntry,
  { kind, bytes, vector }: { readonly kind: string; readonly bytes: number; readonly vector: boolean },
): void {
  sql.exec(
    "INSERT INTO entry (id, exact_key, partition, model, kind, created_at, expires_at, used_at, vector, bytes, sealed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    id,
    exact_key,
    partition,
    model,
    kind,
    created_at,
    expires_at,
    created_at,
    vector ? 1 : 0,
    bytes,
    sealed,
  );
  addToCounter(sql, "bytes", bytes);
}

/** Marks that an entry served a request at that time. */
export function markUsed(sql: SqlStorage, id: string, now: number, saved_nano_usd: number): boolean {
  const { rowsWritten } = sql.exec(
    "UPDATE entry SET hits = hits + 1, used_at = max(used_at, ?), saved_nano_usd = saved_nano_usd + ? WHERE id = ?",
    now,
    saved_nano_usd,
    id,
  );
  return rowsWritten > 0;
}

/** Removes the entries that a condition names, and remembers which vectors are left of them. Answers how many. */
export function deleteEntries(
  sql: SqlStorage,
  condition: string,
  parameters: readonly (string | number)[],
  as: Counter,
): number {
  sql.exec(
    `INSERT OR IGNORE INTO left_vector (id) SELECT id FROM entry WHERE vector = 1 AND ${condition}`,
    ...parameters,
  );
  const gone = sql
    .exec<{ bytes: number }>(`DELETE FROM entry WHERE ${condition} RETURNING bytes`, ...parameters)
    .toArray();
  const bytes = gone.reduce((sum, row) => sum + row.bytes, 0);
  addToCounter(sql, "bytes", -bytes);
  addToCounter(sql, as, gone.length);
  return gone.length;
}

/** How many of those that were used longest ago are looked at together. */
const EVICTED_AT_ONCE = 50;

/** Makes room for so many bytes: those that were used longest ago go first. */
export function makeRoom(sql: SqlStorage, bytes: number, max_bytes: number): void {
  for (;;) {
    let excess = readCounter(sql, "bytes") + bytes - max_bytes;
    if (excess <= 0) return;
    const oldest = sql
      .exec<{ id: string; bytes: number }>("SELECT id, bytes FROM entry ORDER BY used_at LIMIT ?", EVICTED_AT_ONCE)
      .toArray();
    if (oldest.length === 0) return;
    for (const row of oldest) {
      if (excess <= 0) return;
      deleteEntries(sql, "id = ?", [row.id], "evicted");
      excess -= row.bytes;
    }
  }
}

export const countEntries = (sql: SqlStorage): number =>
  sql.exec<{ count: number }>("SELECT count(*) AS count FROM entry").one().count;

/** When the first entry's time is over; null when there is none. */
export const firstExpiry = (sql: SqlStorage): number | null =>
  sql.exec<{ at: number | null }>("SELECT min(expires_at) AS at FROM entry").one().at;

type ListedRow = Omit<ListedCacheEntry, "semantic" | "last_hit_at"> & { used_at: number; vector: number };

/** Newest first; ids are made in the order of time. Nothing of what was asked or answered is in them. */
export function listEntries(sql: SqlStorage, limit: number, cursor: string | null, now: number): CacheEntryPage {
  const rows = sql
    .exec<ListedRow>(
      "SELECT id, kind, model, created_at, expires_at, bytes, hits, used_at, saved_nano_usd, vector FROM entry WHERE id < ? AND expires_at > ? ORDER BY id DESC LIMIT ?",
      cursor ?? "~",
      now,
      limit + 1,
    )
    .toArray();
  const entries = rows.slice(0, limit).map(({ used_at, vector, ...row }) => ({
    ...row,
    last_hit_at: row.hits === 0 ? null : used_at,
    semantic: vector === 1,
  }));
  return { entries, next: rows.length > limit ? (entries.at(-1)?.id ?? null) : null };
}
