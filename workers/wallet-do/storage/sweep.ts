/** Removes idempotency keys whose time is over. */
export function sweepIdempotency(sql: SqlStorage, now: number): void {
  sql.exec("DELETE FROM idempotency WHERE expires_at <= ?", now);
}
