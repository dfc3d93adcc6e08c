import * as z from "zod";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { isTimeZone, periodAt } from "../../../schema/kernel/period.ts";
import type { Row } from "../api/hooks.ts";
import { momentParam } from "../api/moment-param.ts";
import { DIMENSIONS, type DimensionName, isDimension } from "./dimensions.ts";

export const FORMATS = ["json", "csv"] as const;

/** Three years and some: each day of it is looked up by itself when days are asked for. */
const RANGE_DAYS = 1_100;
const DAY_MS = 24 * 60 * 60 * 1000;

const NAMES = Object.keys(DIMENSIONS).join(", ");

const groupBy = z
  .string()
  .max(200)
  .transform((text, context): DimensionName[] => {
    const names = [...new Set(text.split(",").map((name) => name.trim()))];
    const unknown = names.find((name) => !isDimension(name));
    if (unknown === undefined) return names.filter(isDimension);
    context.addIssue({
      code: "custom",
      message: `there is no group "${unknown.slice(0, 50)}". There is: ${NAMES}, joined by commas`,
    });
    return z.NEVER;
  })
  .optional();

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

/** Milliseconds since the epoch, `from` inside and `to` outside. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

export interface ChargebackQuery {
  readonly range: Range;
  readonly time_zone: string;
  readonly group_by: readonly DimensionName[];
  readonly filters: readonly { readonly column: string; readonly value: string | null }[];
  readonly format: (typeof FORMATS)[number];
}

/** Parsed parameters as a query. Without times it is about the current month of the time zone. */
export function chargebackQuery(params: Row, now: number): ChargebackQuery | Refused {
  const { from, to, time_zone, group_by, format, ...equal } = parsed.parse(params);
  const range = rangeOf(from, to, time_zone, now);
  if ("refused" in range) return range;
  const filters = Object.entries(equal).flatMap(([column, value]) =>
    value === undefined ? [] : [{ column, value: value === "" ? null : value }],
  );
  return { range, time_zone, group_by: group_by.filter(isDimension), filters, format };
}

function rangeOf(from: number | undefined, to: number | undefined, time_zone: string, now: number): Range | Refused {
  const end = to ?? periodAt("month", time_zone, 1, now).end ?? now;
  const range = { from: from ?? periodAt("month", time_zone, 1, end - 1).start, to: end };
  if (range.from >= range.to) {
    return refuse("invalid_request", { message: "`from` must be before `to`.", param: "from" });
  }
  if (range.to - range.from > RANGE_DAYS * DAY_MS) {
    return refuse("invalid_request", { message: `At most ${RANGE_DAYS} days at a time.`, param: "from" });
  }
  return range;
}
