import { localDate } from "../../../schema/kernel/period.ts";
import type { NoLines } from "../export/line-stream.ts";
import { countOf } from "../spend/figures.ts";
import { type Span, spansOf } from "../spend/range.ts";
import { SUM_LIMITS, type SumLimits, type Group as SummedGroup, sumSpend } from "../spend/sum.ts";
import type { Database } from "../store/database.ts";
import { bookedBy, fieldsOf, isCalendar } from "./dimensions.ts";
import type { ChargebackQuery } from "./query.ts";

/** One line of the export: the fields of its dimensions, and sums. */
export interface Group {
  readonly fields: readonly (string | null)[];
  readonly requests: number;
  readonly cost_nano_usd: bigint;
  readonly input_tokens: number;
  readonly output_tokens: number;
}

export type Sums =
  | { readonly status: "summed"; readonly groups: readonly Group[]; readonly total_nano_usd: bigint }
  | { readonly status: NoLines };

/** Sums of an org's postings, sorted by group. The total is the sum of the groups. */
export async function sumPostings(
  db: Database,
  org_id: string,
  query: ChargebackQuery,
  limits: SumLimits = SUM_LIMITS,
): Promise<Sums> {
  const selection = { org_id, group_by: bookedBy(query.group_by), filters: query.filters };
  const groups: Group[] = [];
  for await (const summed of sumSpend(db, selection, spansOf(query.range, finestOf(query), query.time_zone), limits)) {
    if (summed.status !== "summed") return summed;
    for (const group of summed.groups) groups.push(line(query, summed.span, group));
    if (groups.length > limits.groups) return { status: "too_many_groups" };
  }
  const total_nano_usd = groups.reduce((sum, { cost_nano_usd }) => sum + cost_nano_usd, 0n);
  return { status: "summed", groups: groups.sort(byFields), total_nano_usd };
}

/** What the range must be cut at. */
export function finestOf({ group_by }: ChargebackQuery): "day" | "month" | "total" {
  if (group_by.includes("day")) return "day";
  return group_by.includes("month") ? "month" : "total";
}

function line({ group_by, time_zone }: ChargebackQuery, { start }: Span, { fields, figures }: SummedGroup): Group {
  const date = localDate(time_zone, start);
  const booked = fields.values();
  return {
    fields: group_by.flatMap((name) => {
      if (isCalendar(name)) return [name === "day" ? date : date.slice(0, 7)];
      return fieldsOf([name]).map(() => booked.next().value?.toString() ?? null);
    }),
    requests: countOf(figures, "requests"),
    cost_nano_usd: figures.cost_nano_usd,
    input_tokens: countOf(figures, "input_tokens"),
    output_tokens: countOf(figures, "output_tokens"),
  };
}

/** Field after field, what is booked to none first. */
function byFields(a: Group, b: Group): number {
  for (const [index, left] of a.fields.entries()) {
    const right = b.fields[index] ?? "";
    if ((left ?? "") !== right) return (left ?? "") < right ? -1 : 1;
  }
  return 0;
}
