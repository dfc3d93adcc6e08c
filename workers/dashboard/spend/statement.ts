import { type SQL, sql } from "drizzle-orm";
import { USAGE_COMPONENTS } from "../../../schema/canonical/usage.ts";
import { NANO_PER_USD } from "../../../schema/kernel/money.ts";
import { FAILED_OUTCOMES } from "../../../schema/wire/request-record.ts";
import type { Dimension } from "./dimensions.ts";
import { COUNTS } from "./figures.ts";
import type { Range } from "./range.ts";
import type { Store } from "./stores.ts";

/** What is summed: whose, by what, and which of it. */
export interface Selection {
  readonly org_id: string;
  readonly group_by: readonly Dimension[];
  /** All must hold; each by one of its values, null being none. */
  readonly filters: readonly Filter[];
}

export interface Filter {
  readonly dimension: Dimension;
  readonly values: readonly (string | number | null)[];
}

type Table = "rollup_daily" | "rollup_hourly" | "request_log" | "request_adjustments";

/** The first is the one by whose rows slices are cut. */
const TABLES: Readonly<Record<Store, readonly [Table, ...Table[]]>> = {
  days: ["rollup_daily"],
  hours: ["rollup_hourly"],
  log: ["request_log", "request_adjustments"],
};

/** The column of time that each table has an index on, behind the org. */
const TIME: Readonly<Record<Table, string>> = {
  rollup_daily: "day",
  rollup_hourly: "hour",
  request_log: "at",
  request_adjustments: "at",
};

/** Under what each table's columns are known to dimensions. */
const KNOWN_AS: Readonly<Record<Table, keyof Dimension["columns"]>> = {
  rollup_daily: "rollup",
  rollup_hourly: "rollup",
  request_log: "request_log",
  request_adjustments: "request_adjustments",
};

const failed = `outcome IN (${FAILED_OUTCOMES.map((outcome) => `'${outcome}'`).join(", ")})`;

const usage = (expression: (component: string) => string): Readonly<Record<string, string>> =>
  Object.fromEntries(USAGE_COMPONENTS.map((name) => [`usage_${name}`, expression(name)]));

/** Sums have counts already, but for errors. */
const summed = { errors: `CASE WHEN ${failed} THEN requests ELSE 0 END` };

/**
 * What a row of each table adds to each count. An adjustment is no request; all but an overage, which is more money for
 * what was counted already, bring usage of their own.
 */
const ADDS: Readonly<Record<Table, Readonly<Record<string, string>>>> = {
  rollup_daily: summed,
  rollup_hourly: summed,
  request_log: {
    requests: "1",
    errors: failed,
    cache_hits: "usage_source = 'cache'",
    ...usage((name) => `COALESCE(usage ->> '${name}', 0)`),
  },
  request_adjustments: {
    requests: "0",
    errors: "0",
    cache_hits: "0",
    saved_nano_usd: "0",
    ...usage((name) => `CASE WHEN reason <> 'overage' THEN COALESCE(record ->> '$.usage.${name}', 0) ELSE 0 END`),
  },
};

/**
 * Sums of the postings in some spans of one store, by the span and the dimensions: one row `span, value_0, name_0, …,
 * usd, nano, requests, errors, …` each, at most `limit`. `usd` and `nano` are the sums of whole dollars and of what is
 * beyond them, neither of which can overflow or be rounded; cost is `usd × 10^9 + nano`.
 *
 * Each table is read by its index on org and time, span by span: that is what the CROSS JOIN is for, whose left side
 * SQLite takes first. A view over both would be read whole.
 */
export function sumsStatement(
  { org_id, group_by, filters }: Selection,
  store: Store,
  spans: readonly (Range & { readonly index: number })[],
  limit: number,
): SQL {
  const keys = list(group_by.map((_, index) => value(index)));
  const bounds = JSON.stringify(spans.map(({ from, to, index }) => [from, to, index]));
  const postings = TABLES[store].map((table) => {
    const values = list(group_by.map((dimension, index) => sql`${valueIn(table, dimension)} AS ${value(index)}`));
    const adds = COUNTS.map((name) => `${ADDS[table][name] ?? name} AS ${name}`).join(", ");
    const where = sql.join(filters.map((filter) => sql` AND ${condition(table, filter)}`));
    const at = sql.raw(TIME[table]);
    return sql`
      SELECT span.value ->> 2 AS span${values}, cost_nano_usd, ${sql.raw(adds)}
      FROM json_each(${bounds}) AS span CROSS JOIN ${sql.identifier(table)}
      WHERE org_id = ${org_id} AND ${at} >= span.value ->> 0 AND ${at} < span.value ->> 1${where}`;
  });
  const counts = COUNTS.map((name) => `SUM(${name}) AS ${name}`).join(", ");
  return sql`
    WITH posting AS (${sql.join(postings, sql` UNION ALL `)}
    ), summed AS (
      SELECT span${keys}, SUM(cost_nano_usd / ${NANO}) AS usd, SUM(cost_nano_usd % ${NANO}) AS nano, ${sql.raw(counts)}
      FROM posting GROUP BY span${keys} LIMIT ${limit}
    )
    SELECT summed.*${list(group_by.flatMap(nameOf))} FROM summed${sql.join(group_by.flatMap((dimension, index) => joined(dimension, index, org_id)))}`;
}

/** Where a slice of a store ends that has so many rows of its first table: the time of the row behind them. */
export function endStatement(org_id: string, store: Store, { from, to }: Range, rows: number): SQL {
  const [table] = TABLES[store];
  const at = sql.raw(TIME[table]);
  return sql`SELECT ${at} AS at FROM ${sql.identifier(table)} WHERE org_id = ${org_id} AND ${at} >= ${from} AND ${at} < ${to} ORDER BY ${at} LIMIT 1 OFFSET ${rows}`;
}

/** Text, not a parameter: D1 binds numbers as reals, and a real would divide as one. */
const NANO = sql.raw(String(NANO_PER_USD));

const value = (index: number): SQL => sql.raw(`value_${index}`);
const named = (index: number): SQL => sql.raw(`named_${index}`);

/** Each with a comma in front. */
const list = (parts: readonly SQL[]): SQL => sql.join(parts.map((part) => sql`, ${part}`));

/** A dimension's value in a table; null is none. */
function valueIn(table: Table, { columns, key, none }: Dimension): SQL {
  const column = columns[KNOWN_AS[table]];
  if (column === null) return sql`NULL`;
  const content = key === null ? sql.identifier(column) : sql`(${sql.identifier(column)} ->> ${`$."${key}"`})`;
  return sql`NULLIF(${content}, ${none === "" ? sql`''` : sql.raw(String(none))})`;
}

/** That a row of a table is one of those that a filter wants. */
export function condition(table: Table, { dimension, values }: Filter): SQL {
  const content = valueIn(table, dimension);
  const some = values.filter((one) => one !== null);
  const is_one = sql`COALESCE(${content} IN (SELECT value FROM json_each(${JSON.stringify(some)})), 0)`;
  return values.includes(null) ? sql`(${is_one} OR ${content} IS NULL)` : is_one;
}

const nameOf = ({ named: shown }: Dimension, index: number): SQL[] =>
  shown === null ? [] : [sql`${named(index)}.name AS ${sql.raw(`name_${index}`)}`];

const joined = ({ named: shown }: Dimension, index: number, org_id: string): SQL[] =>
  shown === null
    ? []
    : [
        sql` LEFT JOIN ${sql.identifier(shown.table)} AS ${named(index)} ON ${named(index)}.id = ${value(index)} AND ${named(index)}.org_id = ${org_id}`,
      ];
