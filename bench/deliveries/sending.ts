/**
 * When events are sent and when the queue gives them out, on a clock of its own: it stands still between two calls of the
 * consumer and runs on by what a call took. So hours of waiting cost no time, and a lag is what it would have been.
 * Times are milliseconds.
 */
export interface Sending {
  /** Events that wallets send in a second, one after the other. */
  readonly per_second: number;
  /** The queue gives nothing out from here, for so long, and then everything that waits. */
  readonly outage_from: number;
  readonly outage_ms: number;
}

/** As the queue makes them: so many messages, or what has come within a second. */
export const BATCH = 100;
const BATCH_WAIT_MS = 1_000;

/** When the event at a place of the order is sent. */
export const sentAt = ({ per_second }: Pick<Sending, "per_second">, place: number): number =>
  (place * 1_000) / per_second;

export const outageEnd = ({ outage_from, outage_ms }: Sending): number => outage_from + outage_ms;

/** How many events, from the first on, have been given out or wait to be at a time. */
export function givenOut(sending: Sending, now: number): number {
  const until = now >= sending.outage_from && now < outageEnd(sending) ? sending.outage_from : now;
  return Math.floor((until * sending.per_second) / 1_000);
}

/** When the next batch is given out if nothing waits and `place` is the next event: it is full, or has waited long enough. */
export function nextBatchAt(sending: Sending, place: number): number {
  const at = Math.min(sentAt(sending, place + BATCH), sentAt(sending, place) + BATCH_WAIT_MS);
  return at >= sending.outage_from && at < outageEnd(sending) ? outageEnd(sending) : at;
}
