import * as z from "zod";
import type { Refused } from "../../../schema/kernel/errors.ts";
import { type Dimension, type ListedName, listedDimension } from "../spend/dimensions.ts";
import { analysisFields, analysisRange, FORMATS } from "../spend/query.ts";
import type { Granularity, Range } from "../spend/range.ts";
import type { Filter } from "../spend/statement.ts";

/** What latencies are counted by. */
const NAMES = ["provider", "model"] as const satisfies readonly ListedName[];

const name = z.enum(NAMES, `must be one of ${NAMES.join(", ")}: latencies are counted by nothing else`);
const value = z.string().min(1).max(300);

/** The body of POST /v1/analytics/latency. */
export const latencyBody = z.object({
  ...analysisFields,
  group_by: z
    .array(name)
    .max(NAMES.length)
    .default([...NAMES])
    .describe("`provider`, `model` or both; both unless given. One row with `[]`."),
  filter: z
    .strictObject(
      {
        provider: z.union([value, z.array(value).min(1).max(100)]),
        model: z.union([value, z.array(value).min(1).max(100)]),
      },
      `must be by ${NAMES.join(" or ")}: latencies are counted by nothing else`,
    )
    .partial()
    .default({})
    .describe("Only these providers or models."),
  format: z
    .enum(FORMATS, `must be one of ${FORMATS.join(", ")}`)
    .optional()
    .describe("json or csv; what the header accept says unless given, json without."),
});

export interface LatencyQuery {
  readonly range: Range;
  readonly granularity: Granularity;
  readonly time_zone: string;
  readonly group_by: readonly Dimension[];
  readonly filters: readonly Filter[];
}

/** A parsed body as a query. */
export function latencyQuery(body: z.infer<typeof latencyBody>, now: number): LatencyQuery | Refused {
  const range = analysisRange(body, now);
  if ("refused" in range) return range;
  return {
    range,
    granularity: body.granularity,
    time_zone: body.time_zone,
    group_by: [...new Set(body.group_by)].map(listedDimension),
    filters: NAMES.flatMap((one) => {
      const values = [body.filter[one] ?? []].flat();
      return values.length === 0 ? [] : [{ dimension: listedDimension(one), values }];
    }),
  };
}
