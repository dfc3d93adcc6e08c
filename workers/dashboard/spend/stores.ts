import { type Dimension, inRollup } from "./dimensions.ts";
import type { Range, Span } from "./range.ts";

/** Where sums come from: those of days of UTC, those of hours, or every single posting. */
export type Store = "days" | "hours" | "log";

/** A part of the range that one store answers. */
export interface Stretch extends Range {
  readonly store: Store;
}

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Which store answers which part of the spans, in order. Sums per hour answer whole hours, when they know every
 * dimension and no span ends within an hour, as days do where a time zone is half an hour off; what is left at both
 * ends comes from the log. Of the hours before `folded_until`, sums per day answer those that are whole days of UTC within
 * one span. Each posting is in exactly one part.
 */
export function stretchesOf(
  spans: readonly Span[],
  dimensions: readonly Dimension[],
  folded_until: number,
): readonly Stretch[] {
  const [from, to] = [spans.at(0)?.from ?? 0, spans.at(-1)?.to ?? 0];
  const [first, last] = [Math.ceil(from / HOUR_MS) * HOUR_MS, Math.floor(to / HOUR_MS) * HOUR_MS];
  const cut = spans.slice(1).some((span) => span.from % HOUR_MS !== 0);
  if (!inRollup(dimensions) || cut || first >= last) return [{ store: "log", from, to }];
  const stretches: Stretch[] = [
    { store: "log", from, to: first },
    ...ofSums(spans, { from: first, to: last }, folded_until),
    { store: "log", from: last, to },
  ];
  return stretches.filter((stretch) => stretch.from < stretch.to);
}

/** Whether sums per day could answer a part of the spans, were all of them folded. */
export const takesDays = (spans: readonly Span[], dimensions: readonly Dimension[]): boolean =>
  stretchesOf(spans, dimensions, Number.POSITIVE_INFINITY).some(({ store }) => store === "days");

/** Hours and days of a range of whole hours, in turns; days that follow each other are one stretch. */
function ofSums(spans: readonly Span[], { from, to }: Range, folded_until: number): readonly Stretch[] {
  const days: Range[] = [];
  for (const span of spans) {
    const begin = Math.ceil(Math.max(span.from, from) / DAY_MS) * DAY_MS;
    const end = Math.floor(Math.min(span.to, to, folded_until) / DAY_MS) * DAY_MS;
    if (begin >= end) continue;
    const before = days.at(-1);
    if (before?.to === begin) days[days.length - 1] = { from: before.from, to: end };
    else days.push({ from: begin, to: end });
  }
  const ends = [from, ...days.map((stretch) => stretch.to)];
  return [
    ...days.flatMap((stretch, index): Stretch[] => [
      { store: "hours", from: ends[index] ?? from, to: stretch.from },
      { store: "days", ...stretch },
    ]),
    { store: "hours", from: ends.at(-1) ?? from, to },
  ];
}
