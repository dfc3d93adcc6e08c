import { periodAt } from "../../../schema/kernel/period.ts";

/** Milliseconds since the epoch, `from` inside and `to` outside. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export const GRANULARITIES = ["hour", "day", "month", "total"] as const;
export type Granularity = (typeof GRANULARITIES)[number];

/** A stretch of time that is summed by itself. */
export interface Span extends Range {
  /** When the hour, day or month begins of which it is all or a part. */
  readonly start: number;
}

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/** Three years and some days, or three months and some of hours: each is looked up by itself. */
export const MAX_DAYS = 1_100;
export const MAX_SPANS = 2_500;

/** The current month of a time zone is what is asked about unless times are given. */
export function rangeOf(from: number | undefined, to: number | undefined, time_zone: string, now: number): Range {
  const end = to ?? periodAt("month", time_zone, 1, now).end ?? now;
  return { from: from ?? periodAt("month", time_zone, 1, end - 1).start, to: end };
}

/** What is wrong with a range, as a sentence; null when nothing is. */
export function rangeProblem({ from, to }: Range, granularity: Granularity): string | null {
  if (from >= to) return "`from` must be before `to`.";
  if (to - from > MAX_DAYS * DAY_MS) return `At most ${MAX_DAYS} days at a time.`;
  if (granularity === "hour" && to - from > MAX_SPANS * HOUR_MS) {
    return `At most ${MAX_SPANS} hours at a time. Ask by day, or for a shorter time.`;
  }
  return null;
}

/** The range cut at the hours, local days or local months, in order and without a gap. */
export function spansOf(range: Range, granularity: Granularity, time_zone: string): readonly Span[] {
  if (granularity === "total") return [{ ...range, start: range.from }];
  const spans: Span[] = [];
  for (let from = range.from; from < range.to; ) {
    const { start, end } = periodAt(granularity, time_zone, 1, from);
    const to = Math.min(end ?? range.to, range.to);
    spans.push({ from, to, start });
    from = to;
  }
  return spans;
}

/** What of the spans lies in a range. `index` is a span's place among all. */
export const within = (spans: readonly Span[], { from, to }: Range): readonly (Range & { readonly index: number })[] =>
  spans.flatMap((span, index) =>
    span.from < to && span.to > from ? [{ index, from: Math.max(span.from, from), to: Math.min(span.to, to) }] : [],
  );

/**
 * The range before, with a counterpart for each of its hours, days or months: as many of them earlier. Of a total that
 * is whole months or whole days of the time zone it is as many months or days, otherwise the same length.
 */
export function rangeBefore(range: Range, granularity: Granularity, time_zone: string): Range {
  const unit = granularity === "total" ? unitOf(range, time_zone) : granularity;
  if (unit === null) return { from: range.from - (range.to - range.from), to: range.from };
  const units = spansOf(range, unit, time_zone).length;
  return { from: earlier(range.from, unit, units, time_zone), to: earlier(range.to, unit, units, time_zone) };
}

function unitOf({ from, to }: Range, time_zone: string): "month" | "day" | null {
  const begins = (unit: "month" | "day", at: number) => periodAt(unit, time_zone, 1, at).start === at;
  if (begins("month", from) && begins("month", to)) return "month";
  return begins("day", from) && begins("day", to) ? "day" : null;
}

/** The same moment of the unit that lies so many units before. */
function earlier(at: number, unit: "hour" | "day" | "month", units: number, time_zone: string): number {
  let { start } = periodAt(unit, time_zone, 1, at);
  const into = at - start;
  let end = start;
  for (let step = 0; step < units; step += 1) {
    end = start;
    start = periodAt(unit, time_zone, 1, start - 1).start;
  }
  return Math.min(start + into, end);
}
