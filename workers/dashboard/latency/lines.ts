import type { Lines } from "../export/line-stream.ts";
import { belowFilter } from "../spend/below.ts";
import { countOf, type Figures, noFigures } from "../spend/figures.ts";
import type { AnalysisQuery } from "../spend/query.ts";
import { spansOf } from "../spend/range.ts";
import { sumSpend, type Value } from "../spend/sum.ts";
import type { Database } from "../store/database.ts";
import { type CountLimits, countDurations, type Durations } from "./sum.ts";

/** A row of the answer: a group in an hour, a day, a month, or all of the time. */
export interface Line {
  /** When its hour, day or month begins. */
  readonly start: number;
  readonly fields: readonly Value[];
  readonly figures: Figures;
  readonly latency: ReadonlyMap<number, number>;
  readonly first_byte: ReadonlyMap<number, number>;
}

/** The rows of an answer, those with the most requests first in each span. */
export async function* latencyLines(
  db: Database,
  org_id: string,
  asked: AnalysisQuery,
  limits?: CountLimits,
): AsyncGenerator<Lines<Line>> {
  const below = asked.below.length === 0 ? [] : [await belowFilter(db, org_id, asked.below)];
  const spans = spansOf(asked.range, asked.granularity, asked.time_zone);
  const selection = { org_id, group_by: asked.group_by, filters: [...asked.filters, ...below] };
  const counts = countDurations(db, selection, spans, limits);
  for await (const summed of sumSpend(db, selection, spans)) {
    if (summed.status !== "summed") return yield summed;
    const counted = (await counts.next()).value;
    if (counted === undefined) throw new Error("there is a span without counts");
    if (counted.status !== "counted") return yield counted;
    const { start } = summed.span;
    const lines = new Map<string, Line>();
    for (const { key, fields, figures } of summed.groups) {
      // Of a correction alone there is nothing to tell.
      if (countOf(figures, "requests") === 0) continue;
      lines.set(key, { start, fields, figures, ...durations(counted.groups.get(key)) });
    }
    // A request may have come between both readings.
    for (const group of counted.groups.values()) {
      if (lines.has(group.key)) continue;
      lines.set(group.key, { start, fields: group.fields, figures: noFigures(), ...durations(group) });
    }
    yield { status: "lines", lines: [...lines.values()].sort(byRequests) };
  }
}

const durations = (group: Durations | undefined) => ({
  latency: group?.latency ?? new Map<number, number>(),
  first_byte: group?.first_byte ?? new Map<number, number>(),
});

const byRequests = (a: Line, b: Line): number =>
  countOf(b.figures, "requests") - countOf(a.figures, "requests") ||
  (JSON.stringify(a.fields) < JSON.stringify(b.fields) ? -1 : 1);
