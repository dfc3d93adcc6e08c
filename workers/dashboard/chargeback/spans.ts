import { localDate, periodAt } from "../../../schema/kernel/period.ts";
import { DIMENSIONS, type Dimension, type DimensionName } from "./dimensions.ts";
import type { ChargebackQuery, Range } from "./query.ts";

/** A stretch of time whose postings have one date: `2026-12-31` for a day, `2026-12` for a month, empty for all of it. */
export interface Span extends Range {
  readonly date: string;
}

/** The range cut at local midnights when days or months are asked for, in order. */
export function spansOf({ group_by, time_zone, range }: ChargebackQuery): readonly Span[] {
  const kind = finestOf(group_by);
  if (kind === null) return [{ ...range, date: "" }];
  const spans: Span[] = [];
  for (let from = range.from; from < range.to; ) {
    const { start, end } = periodAt(kind, time_zone, 1, from);
    const to = Math.min(end ?? range.to, range.to);
    spans.push({ from, to, date: localDate(time_zone, start).slice(0, kind === "day" ? 10 : 7) });
    from = to;
  }
  return spans;
}

function finestOf(group_by: readonly DimensionName[]): "day" | "month" | null {
  const sources = group_by.map((name): Dimension["source"] => DIMENSIONS[name].source);
  const asked = sources.flatMap((source) => ("calendar" in source ? [source.calendar] : []));
  return asked.includes("day") ? "day" : (asked[0] ?? null);
}

/** What of the spans lies in a range. */
export const within = (spans: readonly Span[], { from, to }: Range): readonly Span[] =>
  spans
    .filter((span) => span.from < to && span.to > from)
    .map((span) => ({ ...span, from: Math.max(span.from, from), to: Math.min(span.to, to) }));
