import type { Event } from "../../../schema/wire/events.ts";

/** A queue batch holds 256 KB; this leaves room for what the queue adds to each message. */
const BATCH_CHARS = 200_000;

export interface OutboxBatch {
  readonly events: readonly Event[];
  readonly last_seq: number;
}

/** The oldest events that fit one batch; null when the outbox is empty. */
export function readOutbox(sql: SqlStorage, count: number): OutboxBatch | null {
  const events: Event[] = [];
  let last_seq = 0;
  let chars = 0;
  for (const row of sql.exec<{ seq: number; body: string }>(
    "SELECT seq, body FROM outbox ORDER BY seq LIMIT ?",
    count,
  )) {
    chars += row.body.length;
    if (events.length > 0 && chars > BATCH_CHARS) break;
    const event: Event = JSON.parse(row.body);
    events.push(event);
    last_seq = row.seq;
  }
  return events.length === 0 ? null : { events, last_seq };
}

/** Removes what the queue has taken. */
export function deleteOutbox(sql: SqlStorage, last_seq: number): void {
  sql.exec("DELETE FROM outbox WHERE seq <= ?", last_seq);
}
