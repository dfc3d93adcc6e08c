import * as z from "zod";
import type { Refused } from "../../../schema/kernel/errors.ts";
import { type ListedName, listedDimension } from "../spend/dimensions.ts";
import { type AnalysisQuery, analysisFields, analysisRange, FORMATS, filterField, readFilter } from "../spend/query.ts";

/** What latencies are counted by: rows are told apart by it, and filters by it alone need no log. */
export const NAMES = ["provider", "model"] as const satisfies readonly ListedName[];

const name = z.enum(NAMES, `must be one of ${NAMES.join(", ")}: latencies are counted by nothing else`);

/** The body of POST /v1/analytics/latency. */
export const latencyBody = z.object({
  ...analysisFields,
  group_by: z
    .array(name)
    .max(NAMES.length)
    .default([...NAMES])
    .describe("`provider`, `model` or both; both unless given. One row with `[]`."),
  filter: filterField.describe(
    "As of costs. By `provider` and `model` alone it is answered from counts that are kept for ever, by anything else from the request log.",
  ),
  format: z
    .enum(FORMATS, `must be one of ${FORMATS.join(", ")}`)
    .optional()
    .describe("json or csv; what the header accept says unless given, json without."),
});

/** A parsed body as a query. */
export function latencyQuery(body: z.infer<typeof latencyBody>, now: number): AnalysisQuery | Refused {
  const range = analysisRange(body, now);
  if ("refused" in range) return range;
  return {
    range,
    granularity: body.granularity,
    time_zone: body.time_zone,
    group_by: [...new Set(body.group_by)].map(listedDimension),
    ...readFilter(body.filter),
  };
}
