import * as z from "zod";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { isTimeZone } from "../../../schema/kernel/period.ts";
import type { Row } from "../api/hooks.ts";
import { listParam } from "../api/list-param.ts";
import { momentParam } from "../api/moment-param.ts";
import { listedDimension } from "../spend/dimensions.ts";
import { type Range, rangeOf, rangeProblem } from "../spend/range.ts";
import type { Filter } from "../spend/statement.ts";
import { DIMENSION_NAMES, type DimensionName, isDimension } from "./dimensions.ts";

export const FORMATS = ["json", "csv"] as const;

const NAMES = DIMENSION_NAMES.join(", ");

const groupBy = listParam("group", NAMES, isDimension);

const id = z.string().min(1).max(100).optional();
/** Empty is a value of its own: what was booked to none. */
const idOrNone = z.string().max(100).optional();

/** The query parameters of the export. */
export const chargebackParams = {
  from: momentParam.describe("From this time on. The beginning of the month unless given."),
  to: momentParam.describe("Before this time. The end of the current month unless given."),
  time_zone: z
    .string()
    .max(100)
    .refine(isTimeZone, "must be an IANA time zone such as Europe/Berlin")
    .optional()
    .describe("Where days and months begin; UTC unless given."),
  group_by: groupBy.describe(`Of ${NAMES}, joined by commas; \`team,cost_center,wallet\` unless given.`),
  team_id: idOrNone.describe("Only what was booked to this team; empty: to none."),
  cost_center: idOrNone.describe("Only what was booked to this cost centre; empty: to none."),
  wallet_id: id.describe("Only what this wallet itself spent, without those below it."),
  key_id: id.describe("Only what this key spent."),
  format: z
    .enum(FORMATS, `must be one of ${FORMATS.join(", ")}`)
    .optional()
    .describe("json or csv; json unless given."),
} as const;

const parsed = z.object({
  from: z.number().optional(),
  to: z.number().optional(),
  time_zone: z.string().default("UTC"),
  group_by: z.array(z.string()).default(["team", "cost_center", "wallet"]),
  team_id: z.string().optional(),
  cost_center: z.string().optional(),
  wallet_id: z.string().optional(),
  key_id: z.string().optional(),
  format: z.enum(FORMATS).default("json"),
});

export interface ChargebackQuery {
  readonly range: Range;
  readonly time_zone: string;
  readonly group_by: readonly DimensionName[];
  readonly filters: readonly Filter[];
  readonly format: (typeof FORMATS)[number];
}

const FILTERS = [
  ["team_id", "team"],
  ["cost_center", "cost_center"],
  ["wallet_id", "wallet"],
  ["key_id", "key"],
] as const;

/** Parsed parameters as a query. Without times it is about the current month of the time zone. */
export function chargebackQuery(params: Row, now: number): ChargebackQuery | Refused {
  const { from, to, time_zone, group_by, format, ...equal } = parsed.parse(params);
  const range = rangeOf(from, to, time_zone, now);
  const problem = rangeProblem(range, "day");
  if (problem !== null) return refuse("invalid_request", { message: problem, param: "from" });
  const filters = FILTERS.flatMap(([param, name]) => {
    const value = equal[param];
    return value === undefined ? [] : [{ dimension: listedDimension(name), values: [value === "" ? null : value] }];
  });
  return { range, time_zone, group_by: group_by.filter(isDimension), filters, format };
}
