import * as z from "zod";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import { isTimeZone } from "../../../schema/kernel/period.ts";
import { BELOW } from "./below.ts";
import { DIMENSION_NAMES, type Dimension, dimensionOf } from "./dimensions.ts";
import { GRANULARITIES, type Granularity, type Range, rangeOf, rangeProblem } from "./range.ts";
import type { Filter } from "./statement.ts";

export const FORMATS = ["json", "csv"] as const;

/** Values that one filter may name; with ten filters a statement stays far below D1's 100 parameters. */
const FILTER_VALUES = 100;
const FILTERS = 10;

/** So many groups can be shown by themselves, the rest as one. */
const MOST_TOP = 1_000;

const moment = z.iso.datetime({ offset: true, error: "must be a time such as 2026-12-31T23:59:59Z" });

const unknownDimension = (name: string, names = DIMENSION_NAMES): string =>
  `there is no dimension "${name.slice(0, 50)}". There is: ${names}`;

const dimensionName = z.string().refine((name) => dimensionOf(name) !== null, {
  error: ({ input }) => unknownDimension(String(input)),
});

const filterValue = z.union([z.string().max(2 * LIMITS.tag_chars), z.int(), z.null()]);

/** What every analysis is asked: when, and which of it. */
export const analysisFields = {
  from: moment.optional().describe("From this time on. The beginning of the month unless given."),
  to: moment.optional().describe("Before this time. The end of the current month unless given."),
  granularity: z
    .enum(GRANULARITIES, `must be one of ${GRANULARITIES.join(", ")}`)
    .default("total")
    .describe("A row for each hour, day or month, or for all of the time; `total` unless given."),
  time_zone: z
    .string()
    .max(100)
    .refine(isTimeZone, "must be an IANA time zone such as Europe/Berlin")
    .default("UTC")
    .describe("Where days and months begin; UTC unless given."),
} as const;

/** Which of it: of the same form for every analysis. */
export const filterField = z
  .record(z.string(), z.union([filterValue, z.array(filterValue).min(1).max(FILTER_VALUES)]))
  .refine((filter) => Object.keys(filter).length <= FILTERS, `at most ${FILTERS} filters at a time`)
  .superRefine((filter, context) => {
    for (const name of Object.keys(filter).filter((key) => key !== BELOW && dimensionOf(key) === null)) {
      const message = unknownDimension(name, `${DIMENSION_NAMES}, ${BELOW}`);
      context.addIssue({ code: "custom", message, path: [name] });
    }
    const below = Object.hasOwn(filter, BELOW) ? [filter[BELOW]].flat() : [];
    if (below.some((id) => typeof id !== "string" || id === "")) {
      context.addIssue({ code: "custom", message: "must be the id of a wallet, or several", path: [BELOW] });
    }
  })
  .default({})
  .describe(
    "By dimension the value, or some of which one must be; null or an empty text is what has none. `below` is a wallet with all wallets below it.",
  );

/** The body of POST /v1/analytics/cost. */
export const costBody = z.object({
  ...analysisFields,
  group_by: z
    .array(dimensionName)
    .max(3, "at most three dimensions at a time")
    .default([])
    .describe(`Up to three of ${DIMENSION_NAMES}. One row without.`),
  filter: filterField,
  top: z
    .int()
    .min(1)
    .max(MOST_TOP)
    .optional()
    .describe("Only so many groups, those that cost the most; the others are summed as one."),
  compare: z
    .literal("previous_period", 'must be "previous_period"')
    .optional()
    .describe("Beside each row the same of the period before, and the difference."),
  format: z
    .enum(FORMATS, `must be one of ${FORMATS.join(", ")}`)
    .optional()
    .describe("json or csv; what the header accept says unless given, json without."),
});

/** Which requests a query is about. */
export interface Filtering {
  readonly filters: readonly Filter[];
  /** Wallets of which it is about one, or any below them; none is about all. */
  readonly below: readonly string[];
}

/** What every analysis is about. */
export interface AnalysisQuery extends Filtering {
  readonly range: Range;
  readonly granularity: Granularity;
  readonly time_zone: string;
  readonly group_by: readonly Dimension[];
}

export interface CostQuery extends AnalysisQuery {
  readonly top: number | null;
  readonly compare: boolean;
}

/** A parsed body as a query. */
export function costQuery(body: z.infer<typeof costBody>, now: number): CostQuery | Refused {
  const { granularity, time_zone } = body;
  const range = analysisRange(body, now);
  if ("refused" in range) return range;
  return {
    range,
    granularity,
    time_zone,
    group_by: [...new Set(body.group_by)].flatMap(known),
    ...readFilter(body.filter),
    top: body.top ?? null,
    compare: body.compare !== undefined,
  };
}

/** A parsed filter, its wallets with all below them apart: those are looked up. */
export const readFilter = (filter: z.infer<typeof filterField>): Filtering => ({
  filters: Object.entries(filter).flatMap(([name, given]) =>
    known(name).map((dimension) => ({ dimension, values: [given].flat().map((one) => wanted(dimension, one)) })),
  ),
  below: [filter[BELOW] ?? []].flat().map(String),
});

/** The range that an analysis is asked about, or why it cannot be. */
export function analysisRange(
  { from, to, granularity, time_zone }: Pick<z.infer<typeof costBody>, "from" | "to" | "granularity" | "time_zone">,
  now: number,
): Range | Refused {
  const [first, last] = [from, to].map((at) => (at === undefined ? undefined : Date.parse(at)));
  const range = rangeOf(first, last, time_zone, now);
  const problem = rangeProblem(range, granularity);
  return problem === null ? range : refuse("invalid_request", { message: problem, param: "from" });
}

const known = (name: string): Dimension[] => {
  const dimension = dimensionOf(name);
  return dimension === null ? [] : [dimension];
};

/** As the column has it: a status is a number there, anything else text. */
function wanted({ none }: Dimension, value: string | number | null): string | number | null {
  if (value === null || value === "") return null;
  return none === -1 ? Number(value) : String(value);
}
