import type { HourRange } from "../../../schema/wire/cron-rpc.ts";

const HOUR_MS = 3_600_000;

/** Every posting of the range is read in one statement, which D1 ends after 30 s. */
const MAX_RANGE_MS = 31 * 24 * HOUR_MS;

/** The range widened to whole hours, or null when it is empty, backwards, longer than 31 days or no range at all. */
export function wholeHours({ from, to }: HourRange): HourRange | null {
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || to <= from) return null;
  const hours = { from: Math.floor(from / HOUR_MS) * HOUR_MS, to: Math.ceil(to / HOUR_MS) * HOUR_MS };
  return hours.to - hours.from > MAX_RANGE_MS ? null : hours;
}
