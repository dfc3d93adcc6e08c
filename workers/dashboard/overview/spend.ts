import { formatUsdSum } from "../../../schema/kernel/money.ts";
import { periodAt } from "../../../schema/kernel/period.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { fieldsOf, type ListedName, listedDimension } from "../spend/dimensions.ts";
import { countOf, type Figures, noFigures } from "../spend/figures.ts";
import { type Range, type Span, spansOf } from "../spend/range.ts";
import { part, showChange } from "../spend/show.ts";
import type { Filter, Selection } from "../spend/statement.ts";
import type { Group } from "../spend/sum.ts";
import { byCost, OTHER, topKeys, withOthers } from "../spend/top.ts";
import type { Database } from "../store/database.ts";
import { figuresIn, figuresOf, groupsOf, HOUR_MS, together } from "./sums.ts";

/** What the overview breaks spending down by. */
const BREAKDOWNS = ["team", "model", "feature"] as const satisfies readonly ListedName[];

/** So many groups are shown by themselves, the others as one. */
const TOP = 6;
const DAYS = 30;
const HOURS = 24;

export interface SpendAsked {
  readonly org_id: string;
  /** What the actor may see. */
  readonly filters: readonly Filter[];
  readonly time_zone: string;
  readonly now: number;
}

/**
 * What was spent: today and in this month, each beside the same stretch of the day or month before; by the day for 30
 * days, by the hour for 24; and by team, model and feature. Every figure carries, in `query`, the body of
 * POST /v1/analytics/cost that gives it. Hours that are not over are whole here: nothing was posted after now.
 */
export async function spendSection(db: Database, asked: SpendAsked): Promise<Record<string, unknown>> {
  const { time_zone, now } = asked;
  const selection: Selection = { org_id: asked.org_id, group_by: [], filters: asked.filters };
  const end = nextHour(now);
  const [today, month] = [periodAt("day", time_zone, 1, now).start, periodAt("month", time_zone, 1, now).start];
  const yesterday = periodAt("day", time_zone, 1, today - 1).start;
  const last_month = periodAt("month", time_zone, 1, month - 1).start;
  const first_day = daysBefore(today, DAYS - 1, time_zone);
  const days = spansOf({ from: Math.min(first_day, last_month), to: end }, "day", time_zone);
  const hours = spansOf({ from: end - HOURS * HOUR_MS, to: end }, "hour", time_zone);
  const shown_days = days.filter(({ from }) => from >= first_day);
  const [by_day, by_hour, before_today, before_month, ...breakdowns] = await Promise.all([
    figuresOf(db, selection, days),
    figuresOf(db, selection, hours),
    figuresIn(db, selection, { from: yesterday, to: Math.min(yesterday + now - today, today) }),
    figuresIn(db, selection, { from: last_month, to: Math.min(last_month + now - month, month) }),
    ...BREAKDOWNS.map((name) => breakdown(db, { ...selection, group_by: [listedDimension(name)] }, shown_days, asked)),
  ]);
  const since = (from: number, to = Number.POSITIVE_INFINITY) =>
    together(by_day.filter((_, index) => isWithin(days[index], from, to)));
  return {
    today: compared({ from: today, to: end }, since(today), before_today, since(yesterday, today), asked),
    period: compared({ from: month, to: end }, since(month), before_month, since(last_month, month), asked),
    per_day: {
      query: queryOf({ from: first_day, to: end }, asked, { granularity: "day" }),
      data: shown_days.map(({ start }, index) =>
        point(start, by_day[index + days.length - shown_days.length] ?? noFigures()),
      ),
    },
    per_hour: {
      query: queryOf({ from: end - HOURS * HOUR_MS, to: end }, asked, { granularity: "hour" }),
      data: hours.map(({ start }, index) => point(start, by_hour[index] ?? noFigures())),
    },
    by: Object.fromEntries(BREAKDOWNS.map((name, index) => [name, breakdowns[index]])),
  };
}

export const nextHour = (at: number): number => (Math.floor(at / HOUR_MS) + 1) * HOUR_MS;

/** When the local day begins that lies so many days before the one that begins at `day`. */
function daysBefore(day: number, days: number, time_zone: string): number {
  let start = day;
  for (let step = 0; step < days; step += 1) start = periodAt("day", time_zone, 1, start - 1).start;
  return start;
}

const isWithin = (span: Span | undefined, from: number, to: number): boolean =>
  span !== undefined && span.from >= from && span.from < to;

/** Figures beside those of the same stretch of the day or month before, and the whole of that. */
function compared(
  range: Range,
  figures: Figures,
  before: { readonly range: Range; readonly figures: Figures },
  whole: Figures,
  asked: SpendAsked,
) {
  return {
    ...times(range),
    ...money(figures),
    ...counts(figures),
    query: queryOf(range, asked, {}),
    previous: {
      ...times(before.range),
      ...money(before.figures),
      ...counts(before.figures),
      whole_cost_usd: formatUsdSum(whole.cost_nano_usd),
      query: queryOf(before.range, asked, {}),
    },
    ...showChange(figures, before.figures),
  };
}

/** The groups that cost the most in the days, with what each cost by the day: `per_day` is in the order of the days. */
async function breakdown(db: Database, selection: Selection, days: readonly Span[], asked: SpendAsked) {
  const spans = await groupsOf(db, selection, days);
  const keys = topKeys(spans, TOP);
  const shown = spans.map((groups) => withOthers(groups, keys));
  const known = new Map(shown.flat().map((group) => [group.key, group]));
  const [dimension] = selection.group_by;
  const fields = fieldsOf(selection.group_by);
  const range = { from: days.at(0)?.from ?? 0, to: days.at(-1)?.to ?? 0 };
  const rows = [...known.values()].map((group) => {
    const by_day = shown.map((groups) => groups.find(({ key }) => key === group.key)?.figures ?? noFigures());
    return { group: { ...group, figures: together(by_day) }, by_day };
  });
  return {
    query: queryOf(range, asked, { group_by: selection.group_by.map(({ name }) => name), top: TOP }),
    data: rows
      .sort((a, b) => byCost(a.group, b.group))
      .map(({ group, by_day }) => ({
        ...Object.fromEntries(fields.map((name, index) => [name, group.fields[index] ?? null])),
        other: group.key === OTHER,
        filter: group.key === OTHER || dimension === undefined ? null : { [dimension.name]: valueIn(group) },
        ...money(group.figures),
        ...counts(group.figures),
        per_day_usd: by_day.map(({ cost_nano_usd }) => formatUsdSum(cost_nano_usd)),
      })),
  };
}

const valueIn = ({ fields: [value] }: Group) => value ?? null;

const times = ({ from, to }: Range) => ({ from: formatTime(from), to: formatTime(to) });

const money = ({ cost_nano_usd }: Figures) => ({
  cost_usd: formatUsdSum(cost_nano_usd),
  cost_nano_usd: String(cost_nano_usd),
});

const counts = (figures: Figures) => {
  const [requests, errors] = [countOf(figures, "requests"), countOf(figures, "errors")];
  return { requests, errors, error_rate: part(errors, requests) };
};

const point = (start: number, figures: Figures) => ({ time: formatTime(start), ...money(figures), ...counts(figures) });

/** The body of POST /v1/analytics/cost that gives the same. What one may see is added there again. */
const queryOf = (range: Range, { time_zone }: SpendAsked, more: Readonly<Record<string, unknown>>) => ({
  ...times(range),
  time_zone,
  ...more,
});
