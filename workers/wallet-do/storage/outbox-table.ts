import type { Event } from "../../../schema/wire/events.ts";

/** A queue batch holds 256 KB; this leaves room for what the queue adds to each message. */
const BATCH_CHARS = 200_000;

export interface OutboxBatch {
  readonly events: readonly Event[];
  readonly last_seq: number;
}

/** The oldest unsent events that fit one batch; null when there are none. */
export function readOutbox(sql: SqlStorage, count: number): OutboxBatch | null {
  const events: Event[] = [];
  let last_seq = 0;
  let chars = 0;
  for (const row of sql.exec<{ seq: number; body: string }>(
    "SELECT seq, body FROM outbox WHERE seq > (SELECT sent_seq FROM outbox_mark) ORDER BY seq LIMIT ?",
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

/** Marks what the queue has taken, and removes what it took before `kept_since`, in one turn and so in one transaction. */
export function markSent(sql: SqlStorage, last_seq: number, kept_since: number): void {
  sql.exec("UPDATE outbox_mark SET sent_seq = ? WHERE sent_seq < ?", last_seq, last_seq);
  // Times rise with the sequence, so the first young row is the border: found at once, however many are kept.
  sql.exec(
    `DELETE FROM outbox WHERE seq <= ?1
      AND seq < coalesce((SELECT seq FROM outbox WHERE seq <= ?1 AND at > ?2 ORDER BY seq LIMIT 1), ?1 + 1)`,
    last_seq,
    kept_since,
  );
}

/** Counts what was sent and is still here as unsent again. The consumer counts each event once, however often it comes. */
export function unmarkSent(sql: SqlStorage): void {
  sql.exec("UPDATE outbox_mark SET sent_seq = min(sent_seq, coalesce((SELECT min(seq) - 1 FROM outbox), sent_seq))");
}

/** How many events wait to be sent. */
export function countUnsent(sql: SqlStorage): number {
  return sql
    .exec<{ count: number }>("SELECT count(*) AS count FROM outbox WHERE seq > (SELECT sent_seq FROM outbox_mark)")
    .one().count;
}
