import { USAGE_COMPONENTS } from "../../../schema/canonical/usage.ts";
import { formatUsdSum } from "../../../schema/kernel/money.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import type { Cell } from "../export/line-stream.ts";
import { fieldsOf } from "./dimensions.ts";
import { COUNTS, countOf, type Figures } from "./figures.ts";
import type { Line } from "./lines.ts";
import type { CostQuery } from "./query.ts";

/** Figures as an answer has them. Rates are parts of the requests, null where there were none. */
export function showFigures(figures: Figures): Record<string, unknown> {
  const usage = USAGE_COMPONENTS.map((name) => [name, countOf(figures, `usage_${name}`)] as const);
  const requests = countOf(figures, "requests");
  return {
    cost_usd: formatUsdSum(figures.cost_nano_usd),
    cost_nano_usd: String(figures.cost_nano_usd),
    requests,
    errors: countOf(figures, "errors"),
    error_rate: part(countOf(figures, "errors"), requests),
    cache_hits: countOf(figures, "cache_hits"),
    cache_hit_rate: part(countOf(figures, "cache_hits"), requests),
    saved_usd: formatUsdSum(BigInt(Math.round(countOf(figures, "saved_nano_usd")))),
    input_tokens: countOf(figures, "input_tokens"),
    output_tokens: countOf(figures, "output_tokens"),
    usage: Object.fromEntries(usage.filter(([, count]) => count !== 0)),
  };
}

/** A part of a whole to six places. */
export const part = (some: number, all: number): number | null =>
  all === 0 ? null : Math.round((some / all) * 1_000_000) / 1_000_000;

/** A row as JSON has it. */
export function showLine(query: CostQuery, { start, group, other, previous }: Line): Record<string, unknown> {
  return {
    ...(query.granularity === "total" ? {} : { time: formatTime(start) }),
    ...Object.fromEntries(fieldsOf(query.group_by).map((name, index) => [name, group.fields[index] ?? null])),
    ...(query.top === null ? {} : { other }),
    ...showFigures(group.figures),
    ...(previous === null ? {} : { previous: showFigures(previous), ...showChange(group.figures, previous) }),
  };
}

/** By how much the cost grew, in dollars and in percent; the latter null where there was nothing to grow from. */
export function showChange(now: Figures, before: Figures): Record<string, unknown> {
  const change = now.cost_nano_usd - before.cost_nano_usd;
  const percent = before.cost_nano_usd > 0n ? Number((change * 10_000n) / before.cost_nano_usd) / 100 : null;
  return { cost_change_usd: formatUsdSum(change), cost_change_percent: percent };
}

/** The columns of a row as CSV has it. */
export const columnsOf = (query: CostQuery): readonly string[] => [
  ...(query.granularity === "total" ? [] : ["time"]),
  ...fieldsOf(query.group_by),
  ...(query.top === null ? [] : ["other"]),
  "cost_usd",
  "cost_nano_usd",
  ...COUNTS,
  ...(query.compare ? ["previous_cost_usd", "previous_requests", "cost_change_usd", "cost_change_percent"] : []),
];

/** The cells of a row, in the order of `columnsOf`. */
export function cellsOf(query: CostQuery, line: Line): readonly Cell[] {
  const { figures, fields } = line.group;
  const change = line.previous === null ? null : showChange(figures, line.previous);
  return [
    ...(query.granularity === "total" ? [] : [formatTime(line.start)]),
    ...fieldsOf(query.group_by).map((_, index) => ({ typed: String(fields[index] ?? "") })),
    ...(query.top === null ? [] : [String(line.other)]),
    formatUsdSum(figures.cost_nano_usd),
    String(figures.cost_nano_usd),
    ...Array.from(figures.counts, String),
    ...(line.previous === null
      ? []
      : [
          formatUsdSum(line.previous.cost_nano_usd),
          String(countOf(line.previous, "requests")),
          String(change?.cost_change_usd ?? ""),
          String(change?.cost_change_percent ?? ""),
        ]),
  ];
}
