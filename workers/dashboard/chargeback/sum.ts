import { sql } from "drizzle-orm";
import * as z from "zod";
import type { Database } from "../store/database.ts";
import { DIMENSIONS, type Dimension } from "./dimensions.ts";
import type { ChargebackQuery, Range } from "./query.ts";
import { type Span, spansOf, within } from "./spans.ts";
import { columnsOf, sumsStatement } from "./statement.ts";

/** One line of the export: the fields of its dimensions, and sums. */
export interface Group {
  readonly fields: readonly (string | null)[];
  requests: number;
  cost_nano_usd: bigint;
  input_tokens: number;
  output_tokens: number;
}

export type Sums =
  | { readonly status: "summed"; readonly groups: readonly Group[]; readonly total_nano_usd: bigint }
  | { readonly status: "too_many_groups" | "too_many_postings" };

export interface SumLimits {
  /** Groups are added up in memory, some 400 bytes each of the 128 MB of a Worker. */
  readonly groups: number;
  /** Requests that one statement reads: well within the 30 s that D1 gives it, also when each is a group of its own. */
  readonly slice: number;
  /** Two statements a slice, of the thousand that one request may make. */
  readonly slices: number;
}

export const SUM_LIMITS: SumLimits = { groups: 100_000, slice: 50_000, slices: 450 };

/**
 * Sums of an org's postings, sorted by group. The log is read in slices of time, each of them once, and added up here:
 * so no statement runs long however much there is, and the total is the sum of the groups, whatever is posted meanwhile.
 */
export async function sumPostings(
  db: Database,
  org_id: string,
  query: ChargebackQuery,
  limits: SumLimits = SUM_LIMITS,
): Promise<Sums> {
  const spans = spansOf(query);
  const groups = new Map<string, Group>();
  const share = sharedTexts();
  let from = query.range.from;
  for (let slice = 0; from < query.range.to; slice += 1) {
    if (slice === limits.slices) return { status: "too_many_postings" };
    const to = await endOfSlice(db, org_id, { from, to: query.range.to }, limits.slice);
    const here = within(spans, { from, to });
    const rows = await db.all<unknown>(sumsStatement(org_id, query, here, limits.groups + 1));
    for (const row of rows) add(groups, query, here, row, share);
    if (groups.size > limits.groups) return { status: "too_many_groups" };
    from = to;
  }
  const sorted = [...groups.values()].sort(byFields);
  return { status: "summed", groups: sorted, total_nano_usd: sorted.reduce((sum, row) => sum + row.cost_nano_usd, 0n) };
}

/** Behind so many requests; at least a millisecond further. Adjustments are at most two a request. */
async function endOfSlice(db: Database, org_id: string, { from, to }: Range, requests: number): Promise<number> {
  const [next] = await db.all<{ at: number }>(
    sql`SELECT at FROM request_log WHERE org_id = ${org_id} AND at >= ${from} AND at < ${to} ORDER BY at LIMIT 1 OFFSET ${requests}`,
  );
  return next === undefined ? to : Math.max(next.at, from + 1);
}

const figures = z.looseObject({
  span: z.number(),
  requests: z.number(),
  cost_nano_usd: z.string(),
  input_tokens: z.number(),
  output_tokens: z.number(),
});

function add(
  groups: Map<string, Group>,
  query: ChargebackQuery,
  spans: readonly Span[],
  row: unknown,
  share: (text: string) => string,
): void {
  const sums = figures.parse(row);
  const date = spans[sums.span]?.date ?? "";
  const fields = fieldValues(query, date, sums).map((field) => (field === null ? null : share(field)));
  const key = JSON.stringify(fields);
  const group = groups.get(key);
  if (group === undefined) {
    const { requests, input_tokens, output_tokens } = sums;
    groups.set(key, { fields, requests, cost_nano_usd: BigInt(sums.cost_nano_usd), input_tokens, output_tokens });
    return;
  }
  group.requests += sums.requests;
  group.cost_nano_usd += BigInt(sums.cost_nano_usd);
  group.input_tokens += sums.input_tokens;
  group.output_tokens += sums.output_tokens;
}

/** One copy of each text, where groups have the same ids and names over and over. */
function sharedTexts(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const first = known.get(text) ?? text;
    known.set(text, first);
    return first;
  };
}

/** In the order of `fieldsOf`. */
function fieldValues(
  { group_by }: ChargebackQuery,
  date: string,
  row: Readonly<Record<string, unknown>>,
): readonly (string | null)[] {
  const columns = columnsOf(group_by);
  return group_by.flatMap((name) => {
    const { source }: Dimension = DIMENSIONS[name];
    if ("calendar" in source) return [source.calendar === "day" ? date : date.slice(0, 7)];
    const index = columns.indexOf(source);
    const id = textOrNull(row[`value_${index}`]);
    return source.named === null ? [id] : [id, textOrNull(row[`name_${index}`])];
  });
}

const textOrNull = (value: unknown): string | null => (typeof value === "string" ? value : null);

/** Field after field, what is booked to none first. */
function byFields(a: Group, b: Group): number {
  for (const [index, left] of a.fields.entries()) {
    const right = b.fields[index] ?? "";
    if ((left ?? "") !== right) return (left ?? "") < right ? -1 : 1;
  }
  return 0;
}
