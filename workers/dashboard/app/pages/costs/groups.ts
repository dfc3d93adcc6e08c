import type { CostAnswer } from "../../api/costs.ts";
import type { Measure } from "./state.ts";

export type CostRow = CostAnswer["data"][number];

/** A row's figure as a number, to place it in a chart. */
export function measureOf(
  row: Pick<CostRow, "cost_nano_usd" | "requests" | "input_tokens" | "output_tokens" | "errors" | "cache_hits">,
  measure: Measure,
): number {
  switch (measure) {
    case "cost":
      return Number(row.cost_nano_usd) / 1e9;
    case "tokens":
      return row.input_tokens + row.output_tokens;
    case "requests":
    case "errors":
    case "cache_hits":
      return row[measure];
  }
}
