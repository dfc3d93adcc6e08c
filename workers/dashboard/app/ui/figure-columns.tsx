import { nanoOf } from "../lib/amounts.ts";
import { formatCompact, formatNumber } from "../lib/format.ts";
import { Money } from "./amounts.tsx";
import type { Column } from "./data-table.tsx";

/** Columns of figures that are added up by group. */

export const usdColumn = <Row extends { readonly cost_usd: string }>(header: string): Column<Row> => ({
  id: "cost",
  header,
  align: "end",
  sortBy: ({ cost_usd }) => nanoOf(cost_usd),
  cell: ({ cost_usd }) => <Money usd={cost_usd} />,
});

export const countColumn = <Row,>(
  id: string,
  header: string,
  count: (row: Row) => number,
  format: (count: number) => string = formatNumber,
): Column<Row> => ({ id, header, align: "end", sortBy: count, cell: (row) => format(count(row)) });

export const tokenColumns = <
  Row extends { readonly input_tokens: number; readonly output_tokens: number },
>(): readonly Column<Row>[] => [
  countColumn("input", "Input tokens", ({ input_tokens }) => input_tokens, formatCompact),
  countColumn("output", "Output tokens", ({ output_tokens }) => output_tokens, formatCompact),
];
