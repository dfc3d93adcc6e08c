/**
 * Calendar periods in a time zone. Pure: the same arguments give the same period on every machine with the same IANA
 * data. The kinds are those of `PERIODS` in schema/wire/wallet-settings.ts.
 */

/** A span of time in milliseconds since the epoch, `start` inside and `end` outside. No end: it never turns. */
export interface Period {
  readonly start: number;
  readonly end: number | null;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** 1970-01-01 was a Thursday, ISO day 4: this many days before it lies a Monday. */
const MONDAY_BEFORE_EPOCH_DAYS = 3;

type CalendarKind = "day" | "week" | "month" | "quarter";

/**
 * The period of `kind` that contains the moment `at`.
 *
 * Days, weeks, months and quarters begin at local midnight in `time_zone` (an IANA name; an unknown one is a RangeError,
 * ask `isTimeZone` first), or at the first moment after it where the clocks skip midnight. Every moment lies in exactly
 * one period and periods follow each other without a gap, whatever the clocks do. `start_day` is the ISO weekday (1 to 7)
 * of a week and the day of the month (1 to 28) of a month or quarter; quarters begin in January, April, July and
 * October. An hour is 60 minutes of UTC in every zone, so that a change of clocks makes none empty and none double.
 * `none` begins at 0 and never ends.
 */
export function periodAt(
  kind: "none" | "hour" | CalendarKind,
  time_zone: string,
  start_day: number,
  at: number,
): Period {
  if (kind === "none") return { start: 0, end: null };
  if (kind === "hour") {
    const start = Math.floor(at / HOUR_MS) * HOUR_MS;
    return { start, end: start + HOUR_MS };
  }
  let first_day = firstDay(kind, start_day, Math.floor(localTime(time_zone, at) / DAY_MS));
  let next_day = nextFirstDay(kind, start_day, first_day);
  let end = startOfDay(time_zone, next_day);
  // Clocks set back over midnight show yesterday's date again: the new period has begun all the same.
  while (end <= at) {
    first_day = next_day;
    next_day = nextFirstDay(kind, start_day, first_day);
    end = startOfDay(time_zone, next_day);
  }
  return { start: startOfDay(time_zone, first_day), end };
}

/** The date that the local clock shows at a moment, `2026-12-31`. */
export const localDate = (time_zone: string, at: number): string =>
  new Date(localTime(time_zone, at)).toISOString().slice(0, 10);

/** The hour that the local clock shows at a moment, 0 to 23. */
export const localHour = (time_zone: string, at: number): number => new Date(localTime(time_zone, at)).getUTCHours();

/** Whether this runtime knows the IANA name. */
export function isTimeZone(name: string): boolean {
  try {
    formatter(name);
    return true;
  } catch {
    return false;
  }
}

/** The first day (in days since the epoch) of the period that contains a local day. */
function firstDay(kind: CalendarKind, start_day: number, day: number): number {
  if (kind === "day") return day;
  if (kind === "week") {
    const into_week = (day + MONDAY_BEFORE_EPOCH_DAYS - (start_day - 1)) % 7;
    return day - ((into_week + 7) % 7);
  }
  const date = new Date(day * DAY_MS);
  const months = date.getUTCFullYear() * 12 + date.getUTCMonth() - (date.getUTCDate() < start_day ? 1 : 0);
  return dayOfMonth(months - (kind === "quarter" ? months % 3 : 0), start_day);
}

function nextFirstDay(kind: CalendarKind, start_day: number, first_day: number): number {
  if (kind === "day") return first_day + 1;
  if (kind === "week") return first_day + 7;
  const date = new Date(first_day * DAY_MS);
  const months = date.getUTCFullYear() * 12 + date.getUTCMonth();
  return dayOfMonth(months + (kind === "quarter" ? 3 : 1), start_day);
}

/** Days since the epoch of a day in a month that is counted from year 0. */
const dayOfMonth = (months: number, day: number): number =>
  Date.UTC(Math.floor(months / 12), months % 12, day) / DAY_MS;

/**
 * The first moment at which the local clock shows that day's midnight or later. Where midnight happens twice it is the
 * first one; where it is skipped it is the moment of the skip.
 */
function startOfDay(time_zone: string, day: number): number {
  const midnight = day * DAY_MS;
  const before = midnight - offset(time_zone, midnight - DAY_MS);
  const after = midnight - offset(time_zone, midnight + DAY_MS);
  const [early, late] = before < after ? [before, after] : [after, before];
  if (localTime(time_zone, early) === midnight) return early;
  if (localTime(time_zone, late) === midnight) return late;
  return firstReaching(time_zone, midnight, early, late);
}

/** Bisects for the first moment in (low, high] whose local time is `local` or later. */
function firstReaching(time_zone: string, local: number, low: number, high: number): number {
  let below = low;
  let reached = high;
  while (reached - below > 1) {
    const middle = Math.floor((below + reached) / 2);
    if (localTime(time_zone, middle) >= local) reached = middle;
    else below = middle;
  }
  return reached;
}

const offset = (time_zone: string, at: number): number => localTime(time_zone, at) - at;

/** What the local clock shows at a moment, as if it were UTC. */
function localTime(time_zone: string, at: number): number {
  const parts: Record<string, number> = {};
  for (const { type, value } of formatter(time_zone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const milliseconds = ((at % 1000) + 1000) % 1000;
  return Date.UTC(year, month - 1, day, hour, minute, second) + milliseconds;
}

/** Making a formatter costs a hundred times what using it does; there are some 600 zones in all. */
const FORMATTERS = new Map<string, Intl.DateTimeFormat>();

function formatter(time_zone: string): Intl.DateTimeFormat {
  const known = FORMATTERS.get(time_zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: time_zone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  FORMATTERS.set(time_zone, made);
  return made;
}
