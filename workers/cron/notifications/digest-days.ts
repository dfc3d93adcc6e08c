import { localDate, localHour, type Period, periodAt } from "../../../schema/kernel/period.ts";

export interface DigestTime {
  /** 0 to 23. */
  readonly hour: number;
  readonly time_zone: string;
  /** The local day on which it was sent last, `2026-12-31`; empty when it was not yet. */
  readonly last_day: string;
}

/** A day that ended, its bounds in milliseconds. */
export interface Day {
  /** `2026-12-31`. */
  readonly date: string;
  readonly start: number;
  readonly end: number;
}

export interface DueDigest {
  /** The local day on which it is sent. */
  readonly today: string;
  /** What it sums up: the day before. */
  readonly day: Day;
  /** What that is compared with: the day before it. */
  readonly before: Day;
}

/**
 * Whether a digest is to be sent now, and of which days. It is due once in each local day, from the first moment on at
 * which the clock shows its hour or a later one: where clocks skip the hour it comes behind the gap, where they show it
 * twice it comes the first time.
 */
export function dueDigest({ hour, time_zone, last_day }: DigestTime, now: number): DueDigest | null {
  const today = localDate(time_zone, now);
  if (today <= last_day || localHour(time_zone, now) < hour) return null;
  const day = dayBefore(time_zone, periodAt("day", time_zone, 1, now));
  return { today, day, before: dayBefore(time_zone, day) };
}

function dayBefore(time_zone: string, { start }: Pick<Period, "start">): Day {
  const period = periodAt("day", time_zone, 1, start - 1);
  return { date: localDate(time_zone, period.start), start: period.start, end: start };
}
