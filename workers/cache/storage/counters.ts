/** What is counted for as long as the object is there, and `generation` and `flushed_at`, which are kept in the same way. */
export type Counter =
  | "hits"
  | "evicted"
  | "expired"
  | "removed"
  | "meaning_failed"
  | "generation"
  | "flushed_at"
  /** Bytes of all entries. */
  | "bytes";

export const readCounter = (sql: SqlStorage, name: Counter): number =>
  sql.exec<{ value: number }>("SELECT value FROM counter WHERE name = ?", name).toArray()[0]?.value ?? 0;

export function addToCounter(sql: SqlStorage, name: Counter, more: number): void {
  if (more === 0) return;
  sql.exec(
    "INSERT INTO counter (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value",
    name,
    more,
  );
}

export function setCounter(sql: SqlStorage, name: Counter, value: number): void {
  sql.exec("INSERT OR REPLACE INTO counter (name, value) VALUES (?, ?)", name, value);
}
