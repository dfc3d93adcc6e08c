import { formatUsdSum } from "../../../schema/kernel/money.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { csvStream, jsonStream, type Lines } from "../export/line-stream.ts";
import { addFigures, noFigures } from "./figures.ts";
import { type Line, previousRange } from "./lines.ts";
import type { CostQuery } from "./query.ts";
import type { Range } from "./range.ts";
import { cellsOf, columnsOf, showChange, showFigures, showLine } from "./show.ts";

/** CSV: a column for each figure. */
export const costCsv = (query: CostQuery, lines: AsyncIterable<Lines<Line>>): AsyncGenerator<Uint8Array> =>
  csvStream(columnsOf(query), lines, (line) => cellsOf(query, line));

/** JSON: totals, which are the sums of the rows, at the end. */
export function costJson(query: CostQuery, lines: AsyncIterable<Lines<Line>>): AsyncGenerator<Uint8Array> {
  const { range, granularity, time_zone } = query;
  const group_by = query.group_by.map(({ name }) => name);
  const head = { ...showRange(range), granularity, time_zone, group_by };
  const [total, before] = [noFigures(), noFigures()];
  const show = (line: Line) => {
    addFigures(total, line.group.figures);
    if (line.previous !== null) addFigures(before, line.previous);
    return showLine(query, line);
  };
  return jsonStream(head, lines, show, () => ({
    total: showFigures(total),
    total_usd: formatUsdSum(total.cost_nano_usd),
    ...(query.compare
      ? { previous: { ...showRange(previousRange(query)), ...showFigures(before) }, ...showChange(total, before) }
      : {}),
  }));
}

const showRange = ({ from, to }: Range) => ({ from: formatTime(from), to: formatTime(to) });
