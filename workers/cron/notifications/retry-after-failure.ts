import type { Sent } from "../../../schema/notifications/channel.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** How long until the next try, after each that failed: nine tries over a day, long enough for a night's outage. */
const BACK_OFF_MS = [
  30 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  30 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
] as const;

/** A receiver may ask for more time than the back-off gives, but not put off a message for ever. */
const LONGEST_ASKED_MS = HOUR_MS;

/** Milliseconds until the next try after so many, or null when there is none. */
export function retryAfterFailure(tries: number, { permanent, retry_after_ms }: Sent): number | null {
  const back_off = BACK_OFF_MS[tries - 1];
  if (permanent || back_off === undefined) return null;
  return Math.max(back_off, Math.min(retry_after_ms ?? 0, LONGEST_ASKED_MS));
}
