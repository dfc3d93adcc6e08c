import { NANO_PER_USD } from "../../../schema/kernel/money.ts";
import type { NoLines } from "../export/line-stream.ts";
import type { Database } from "../store/database.ts";
import { foldedUntil } from "../store/folded-until.ts";
import { logBegins } from "../store/log-begins.ts";
import type { Dimension } from "./dimensions.ts";
import { addFigures, COUNTS, type Figures } from "./figures.ts";
import { type Range, type Span, within } from "./range.ts";
import { endStatement, type Selection, sumsStatement } from "./statement.ts";
import { type Store, stretchesOf, takesDays } from "./stores.ts";

export type Value = string | number | null;

/** Sums of one group in one span. */
export interface Group {
  /** The values of the dimensions, by which groups are told apart. */
  readonly key: string;
  /** In the order of `fieldsOf`. */
  readonly fields: readonly Value[];
  readonly figures: Figures;
}

/** A span with everything that was posted in it, or why there is no answer. */
export type Summed =
  | { readonly status: "summed"; readonly span: Span; readonly groups: readonly Group[] }
  | { readonly status: NoLines };

export interface SumLimits {
  /** Groups that are open at a time: they are added up in memory, some 600 bytes each of the 128 MB of a Worker. */
  readonly groups: number;
  /** Rows that one statement reads: well within the 30 s that D1 gives it, also when each is a group of its own. */
  readonly slice: number;
  /** Two statements a slice, of the thousand that one request may make. */
  readonly slices: number;
}

export const SUM_LIMITS: SumLimits = { groups: 100_000, slice: 50_000, slices: 450 };

/**
 * Sums of an org's postings, span after span, each as soon as it is complete. The tables are read in slices of time,
 * each of them once, and added up here: so no statement runs long however much there is, and a total is the sum of the
 * groups, whatever is posted meanwhile. Where the log that a part needs was deleted there is no answer: a sum of what is left
 * would be taken for all. Ends after the first answer that is not `summed`.
 */
export async function* sumSpend(
  db: Database,
  selection: Selection,
  spans: readonly Span[],
  limits: SumLimits = SUM_LIMITS,
): AsyncGenerator<Summed> {
  const open = new Map<number, Map<string, Group>>();
  const share = sharedTexts();
  let slices = 0;
  let done = 0;
  const used = [...selection.group_by, ...selection.filters.map(({ dimension }) => dimension)];
  const folded_until = takesDays(spans, used) ? await foldedUntil(db, selection.org_id) : 0;
  const stretches = stretchesOf(spans, used, folded_until);
  const [first_of_log] = stretches.filter(({ store }) => store === "log");
  if (first_of_log !== undefined && first_of_log.from < (await logBegins(db))) return yield { status: "log_deleted" };
  for (const { store, ...stretch } of stretches) {
    for (let from = stretch.from; from < stretch.to; ) {
      if (slices === limits.slices) return yield { status: "too_many_rows" };
      slices += 1;
      const to = await endOfSlice(db, selection.org_id, store, { from, to: stretch.to }, limits.slice);
      const here = within(spans, { from, to });
      const rows = await db.all<Row>(sumsStatement(selection, store, here, limits.groups + 1));
      for (const row of rows) add(open, selection.group_by, row, share);
      if (sizeOf(open) > limits.groups) return yield { status: "too_many_groups" };
      for (let span = spans[done]; span !== undefined && span.to <= to; span = spans[done]) {
        yield { status: "summed", span, groups: [...(open.get(done)?.values() ?? [])] };
        open.delete(done);
        done += 1;
      }
      from = to;
    }
  }
}

/** Behind so many rows; at least a millisecond further. Adjustments are at most two a request. */
async function endOfSlice(db: Database, org_id: string, store: Store, range: Range, rows: number): Promise<number> {
  const [next] = await db.all<{ at: number }>(endStatement(org_id, store, range, rows));
  return next === undefined ? range.to : Math.max(next.at, range.from + 1);
}

type Row = Readonly<Record<string, unknown>>;

const sizeOf = (open: ReadonlyMap<number, ReadonlyMap<string, Group>>): number =>
  [...open.values()].reduce((sum, { size }) => sum + size, 0);

function add(
  open: Map<number, Map<string, Group>>,
  group_by: readonly Dimension[],
  row: Row,
  share: (text: string) => string,
): void {
  const span = numberOf(row, "span");
  const groups = open.get(span) ?? new Map<string, Group>();
  open.set(span, groups);
  const values = group_by.map((_, index) => readValue(row[`value_${index}`], share));
  const key = share(JSON.stringify(values));
  const figures = figuresOf(row);
  const known = groups.get(key);
  if (known !== undefined) {
    addFigures(known.figures, figures);
    return;
  }
  const fields = group_by.flatMap(({ named }, index) => {
    const value = values[index] ?? null;
    return named === null ? [value] : [value, readValue(row[`name_${index}`], share)];
  });
  groups.set(key, { key, fields, figures });
}

const figuresOf = (row: Row): Figures => ({
  cost_nano_usd: BigInt(numberOf(row, "usd")) * BigInt(NANO_PER_USD) + BigInt(numberOf(row, "nano")),
  counts: Float64Array.from(COUNTS, (name) => numberOf(row, name)),
});

function numberOf(row: Row, column: string): number {
  const value = row[column];
  // A sum that came as something else would be shown as a wrong one.
  if (typeof value !== "number" || !Number.isSafeInteger(value)) throw new Error(`${column} is no whole number`);
  return value;
}

const readValue = (value: unknown, share: (text: string) => string): Value => {
  if (typeof value === "number") return value;
  return typeof value === "string" ? share(value) : null;
};

/** One copy of each text, where groups have the same ids and names over and over. */
function sharedTexts(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const first = known.get(text) ?? text;
    known.set(text, first);
    return first;
  };
}
