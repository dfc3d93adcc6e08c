import type { Failed, Lines } from "../export/line-stream.ts";
import type { Database } from "../store/database.ts";
import { belowFilter } from "./below.ts";
import { type Figures, noFigures } from "./figures.ts";
import type { CostQuery } from "./query.ts";
import { type Range, rangeBefore, type Span, spansOf } from "./range.ts";
import { type Group, SUM_LIMITS, type SumLimits, type Summed, sumSpend } from "./sum.ts";
import { byCost, OTHER, topKeys, withOthers } from "./top.ts";

/** A row of the answer. */
export interface Line {
  /** When its hour, day or month begins. */
  readonly start: number;
  readonly group: Group;
  readonly other: boolean;
  /** The same group in the counterpart of its time; null unless it was asked for. */
  readonly previous: Figures | null;
}

/**
 * The rows of an answer, span after span, the dearest first. They come as they are summed, but where the most expensive
 * groups or a comparison are asked for: then everything is summed first.
 */
export async function* costLines(
  db: Database,
  org_id: string,
  asked: CostQuery,
  limits: SumLimits = SUM_LIMITS,
): AsyncGenerator<Lines<Line>> {
  const below = asked.below.length === 0 ? [] : [await belowFilter(db, org_id, asked.below)];
  const query = { ...asked, filters: [...asked.filters, ...below] };
  const spans = spansOf(query.range, query.granularity, query.time_zone);
  const sums = sumSpend(db, { org_id, ...query }, spans, limits);
  if (query.top === null && !query.compare) {
    for await (const summed of sums) {
      yield summed.status === "summed" ? lines(summed.span, summed.groups, null) : summed;
    }
    return;
  }
  const current = await collect(sums, limits);
  if ("status" in current) return yield current;
  const before = query.compare ? await sumsBefore(db, org_id, query, limits) : null;
  if (before !== null && "status" in before) return yield before;
  const keys = query.top === null ? null : topKeys(current, query.top);
  const shown = (groups: readonly Group[]) => (keys === null ? groups : withOthers(groups, keys));
  for (const [index, span] of spans.entries()) {
    yield lines(span, shown(current[index] ?? []), before === null ? null : shown(before[index] ?? []));
  }
}

/** The range that a comparison is with. */
export const previousRange = ({ range, granularity, time_zone }: CostQuery): Range =>
  rangeBefore(range, granularity, time_zone);

function sumsBefore(db: Database, org_id: string, query: CostQuery, limits: SumLimits) {
  const spans = spansOf(previousRange(query), query.granularity, query.time_zone);
  return collect(sumSpend(db, { org_id, ...query }, spans, limits), limits);
}

/** The groups of each span, all of them in memory. */
async function collect(sums: AsyncGenerator<Summed>, limits: SumLimits): Promise<(readonly Group[])[] | Failed> {
  const all: (readonly Group[])[] = [];
  let size = 0;
  for await (const summed of sums) {
    if (summed.status !== "summed") return summed;
    size += summed.groups.length;
    if (size > limits.groups) return { status: "too_many_groups" };
    all.push(summed.groups);
  }
  return all;
}

/** A group that was there before and is not now has a row, too, of nothing. */
function lines({ start }: Span, groups: readonly Group[], before: readonly Group[] | null): Lines<Line> {
  const earlier = new Map(before?.map((group) => [group.key, group]));
  const here = new Set(groups.map(({ key }) => key));
  const gone = [...earlier.values()].filter(({ key }) => !here.has(key));
  const all = [...groups, ...gone.map((group) => ({ ...group, figures: noFigures() }))];
  return {
    status: "lines",
    lines: all.sort(byCost).map((group) => ({
      start,
      group,
      other: group.key === OTHER,
      previous: before === null ? null : (earlier.get(group.key)?.figures ?? noFigures()),
    })),
  };
}
