import * as z from "zod";
import type { Failed } from "../export/line-stream.ts";
import type { Dimension } from "../spend/dimensions.ts";
import { type Span, within } from "../spend/range.ts";
import type { Selection } from "../spend/statement.ts";
import { type Store, stretchesOf, takesDays } from "../spend/stores.ts";
import type { Value } from "../spend/sum.ts";
import type { Database } from "../store/database.ts";
import { foldedUntil } from "../store/folded-until.ts";
import { logBegins } from "../store/log-begins.ts";
import { NAMES } from "./query.ts";
import { bucketsStatement, endOfBuckets } from "./statement.ts";

/** How many requests of one group took how long, by bucket. */
export interface Durations {
  /** The values of the dimensions, by which groups are told apart. */
  readonly key: string;
  readonly fields: readonly Value[];
  readonly latency: Map<number, number>;
  readonly first_byte: Map<number, number>;
}

export type SpanDurations = { readonly status: "counted"; readonly groups: ReadonlyMap<string, Durations> } | Failed;

export interface CountLimits {
  /** Rows that one statement reads where each may be one of its answer, too: far from what D1 gives either. */
  readonly slice: number;
  /** So many times as many where rows are added up: of a month there are some hundred buckets, whatever its days have. */
  readonly folded: number;
  /** Two statements a slice, which together with those of the sums stay below the thousand of one request. */
  readonly slices: number;
}

const HOUR_MS = 60 * 60 * 1000;

/** What a row of each store is about at most. */
const UNIT_MS: Readonly<Record<Store, number>> = { days: 24 * HOUR_MS, hours: HOUR_MS, log: HOUR_MS };

export const COUNT_LIMITS: CountLimits = { slice: 50_000, folded: 4, slices: 200 };

/** Counts of an org's requests by how long they took, span after span, each as soon as it is complete. */
export async function* countDurations(
  db: Database,
  selection: Selection,
  spans: readonly Span[],
  limits: CountLimits = COUNT_LIMITS,
): AsyncGenerator<SpanDurations> {
  const open = new Map<number, Map<string, Durations>>();
  const longest = Math.max(...spans.map(({ from, to }) => to - from));
  let slices = 0;
  let done = 0;
  const used = [...selection.group_by, ...selection.filters.map(({ dimension }) => dimension)].map(asCounted);
  const folded_until = takesDays(spans, used) ? await foldedUntil(db, selection.org_id) : 0;
  const stretches = stretchesOf(spans, used, folded_until);
  const [first_of_log] = stretches.filter(({ store }) => store === "log");
  if (first_of_log !== undefined && first_of_log.from < (await logBegins(db))) return yield { status: "log_deleted" };
  for (const { store, ...stretch } of stretches) {
    const slice = longest > UNIT_MS[store] ? limits.folded * limits.slice : limits.slice;
    for (let from = stretch.from; from < stretch.to; ) {
      if (slices === limits.slices) return yield { status: "too_many_rows" };
      slices += 1;
      const range = { from, to: stretch.to };
      const [next] = await db.all<{ at: number }>(endOfBuckets(selection.org_id, store, range, slice));
      const to = next === undefined ? range.to : Math.max(next.at, from + 1);
      // A request has two durations; a moment may have more rows than a slice. What is too much is never cut off.
      const most = 4 * limits.slice;
      const rows = await db.all<unknown>(bucketsStatement(selection, store, within(spans, { from, to }), most + 1));
      if (rows.length > most) return yield { status: "too_many_groups" };
      for (const row of rows) add(open, selection, row);
      for (let span = spans[done]; span !== undefined && span.to <= to; span = spans[done]) {
        yield { status: "counted", groups: open.get(done) ?? new Map() };
        open.delete(done);
        done += 1;
      }
      from = to;
    }
  }
}

/** What counts are not kept by is in the log alone, also where sums of money have it. */
function asCounted(dimension: Dimension): Dimension {
  const kept = NAMES.some((name) => name === dimension.name);
  return kept ? dimension : { ...dimension, columns: { ...dimension.columns, rollup: null } };
}

const rowSchema = z.looseObject({
  span: z.int(),
  metric: z.enum(["latency", "first_byte"]),
  bucket: z.int(),
  requests: z.int(),
});

function add(open: Map<number, Map<string, Durations>>, { group_by }: Selection, row: unknown): void {
  const { span, metric, bucket, requests, ...rest } = rowSchema.parse(row);
  const groups = open.get(span) ?? new Map<string, Durations>();
  open.set(span, groups);
  const fields = group_by.map((_, index) => z.string().parse(rest[`value_${index}`]));
  const key = JSON.stringify(fields);
  const group = groups.get(key) ?? { key, fields, latency: new Map(), first_byte: new Map() };
  groups.set(key, group);
  group[metric].set(bucket, (group[metric].get(bucket) ?? 0) + requests);
}
