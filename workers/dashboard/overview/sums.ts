import { type Figures, noFigures } from "../spend/figures.ts";
import type { Range, Span } from "../spend/range.ts";
import type { Selection } from "../spend/statement.ts";
import { type Group, sumSpend } from "../spend/sum.ts";
import { sumOf } from "../spend/top.ts";
import type { Database } from "../store/database.ts";
import { NotToldNow } from "./sections.ts";

export const HOUR_MS = 60 * 60 * 1000;

/** The groups of each span, in order. Throws where there is no answer. */
export async function groupsOf(
  db: Database,
  selection: Selection,
  spans: readonly Span[],
): Promise<readonly (readonly Group[])[]> {
  const all: (readonly Group[])[] = [];
  for await (const summed of sumSpend(db, selection, spans)) {
    if (summed.status !== "summed") throw new NotToldNow(summed.status);
    all.push(summed.groups);
  }
  return all;
}

/** The sums of all that was posted in each span. */
export const figuresOf = async (db: Database, selection: Selection, spans: readonly Span[]): Promise<Figures[]> =>
  (await groupsOf(db, { ...selection, group_by: [] }, spans)).map((groups) => groups[0]?.figures ?? noFigures());

/**
 * The sums of a range that may end within an hour. The last, broken hour needs the request log; where that has been
 * deleted already, the range ends with the hour before.
 */
export async function figuresIn(
  db: Database,
  selection: Selection,
  range: Range,
): Promise<{ readonly range: Range; readonly figures: Figures }> {
  const sum = async ({ from, to }: Range) => ({
    range: { from, to },
    figures:
      from >= to ? noFigures() : ((await figuresOf(db, selection, [{ from, to, start: from }]))[0] ?? noFigures()),
  });
  try {
    return await sum(range);
  } catch (error) {
    if (!(error instanceof NotToldNow)) throw error;
    return await sum({ ...range, to: Math.max(range.from, Math.floor(range.to / HOUR_MS) * HOUR_MS) });
  }
}

/** Figures of some spans together. */
export const together = (figures: readonly Figures[]): Figures =>
  sumOf(figures.map((one) => ({ key: "", fields: [], figures: one })));
