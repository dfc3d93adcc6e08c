/** Places of a time axis: every hour, day or month of a range in a zone, also those in which nothing happened. */

export type Granularity = "hour" | "day" | "month";

const HOUR_MS = 3_600_000;
/** Smaller than the smallest place, so that none is stepped over, not even where clocks change. */
const STEP_MS: Readonly<Record<Granularity, number>> = { hour: HOUR_MS, day: 6 * HOUR_MS, month: 24 * HOUR_MS };

const FORMATS: Readonly<Record<Granularity, Intl.DateTimeFormatOptions>> = {
  hour: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  day: { day: "numeric", month: "short" },
  month: { month: "short", year: "numeric" },
};

/** What a moment's place is called: "26 Nov, 14:00", "26 Nov", "Nov 2026". */
export function placeNames(granularity: Granularity, time_zone: string): (at_ms: number) => string {
  const format = new Intl.DateTimeFormat("en-GB", { ...FORMATS[granularity], timeZone: time_zone });
  return (at) => format.format(at);
}

/** The names of all places from `from` to before `to`, in order. A range of more than a year by days has years, too. */
export function placesOf(
  from_ms: number,
  to_ms: number,
  granularity: Granularity,
  name: (at_ms: number) => string,
): string[] {
  const names = new Set<string>();
  for (let at = from_ms; at < to_ms; at += STEP_MS[granularity]) names.add(name(at));
  // The last day or month may have begun since the last step; hours are stepped one by one.
  if (granularity !== "hour" && to_ms > from_ms) names.add(name(to_ms - 1));
  return [...names];
}

/** What a range is cut into unless somebody says otherwise: some 24 to 92 places. */
export function usualGranularity(from_ms: number, to_ms: number): Granularity {
  const days = (to_ms - from_ms) / (24 * HOUR_MS);
  return days <= 2 ? "hour" : days <= 93 ? "day" : "month";
}
