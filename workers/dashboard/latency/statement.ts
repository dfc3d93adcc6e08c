import { type SQL, sql } from "drizzle-orm";
import { bucketSql } from "../../../schema/kernel/log-buckets.ts";
import { DELIVERED_OUTCOMES } from "../../../schema/wire/request-record.ts";
import type { Range } from "../spend/range.ts";
import { condition, type Filter, type Selection } from "../spend/statement.ts";
import type { Store } from "../spend/stores.ts";

interface Source {
  readonly table: string;
  /** The column of time that the table has an index on, behind the org. */
  readonly at: string;
  readonly columns: string;
  readonly more: string;
  readonly where: string;
}

const delivered = `outcome IN (${DELIVERED_OUTCOMES.map((outcome) => `'${outcome}'`).join(", ")})`;

const COUNTED = { columns: "metric, bucket, requests", more: "", where: "" };

/** Counts in buckets, as they are kept by the day and by the hour, or made of the log: of a request its latency and its first byte. */
const SOURCES: Readonly<Record<Store, Source>> = {
  days: { ...COUNTED, table: "latency_daily", at: "day" },
  hours: { ...COUNTED, table: "latency_hourly", at: "hour" },
  log: {
    table: "request_log",
    at: "at",
    columns: `metric.value AS metric, 1 AS requests,
      CASE metric.value WHEN 'first_byte' THEN ${bucketSql("first_byte_ms")} ELSE ${bucketSql("latency_ms")} END AS bucket`,
    more: ` CROSS JOIN json_each('["latency","first_byte"]') AS metric`,
    where: ` AND CASE metric.value WHEN 'first_byte' THEN first_byte_ms IS NOT NULL ELSE ${delivered} END`,
  },
};

/** Counts of some spans of one store: a row `span, value_0, …, metric, bucket, requests` each, at most `limit`. */
export function bucketsStatement(
  { org_id, group_by, filters }: Selection,
  store: Store,
  spans: readonly (Range & { readonly index: number })[],
  limit: number,
): SQL {
  const { table, at, columns, more, where } = SOURCES[store];
  const bounds = JSON.stringify(spans.map(({ from, to, index }) => [from, to, index]));
  const named = group_by.map((dimension, index) => [dimension.columns.request_log, `value_${index}`] as const);
  const values = sql.raw(named.map(([column, as]) => `, ${column} AS ${as}`).join(""));
  const keys = sql.raw(named.map(([, as]) => `, ${as}`).join(""));
  const conditions = filters.map((filter) => sql` AND ${isWanted(filter)}`);
  const time = sql.raw(at);
  return sql`
    WITH counted AS (
      SELECT span.value ->> 2 AS span${values}, ${sql.raw(columns)}
      FROM json_each(${bounds}) AS span CROSS JOIN ${sql.identifier(table)}${sql.raw(more)}
      WHERE org_id = ${org_id} AND ${time} >= span.value ->> 0 AND ${time} < span.value ->> 1${sql.raw(where)}${sql.join(conditions)}
    )
    SELECT span${keys}, metric, bucket, SUM(requests) AS requests
    FROM counted GROUP BY span${keys}, metric, bucket LIMIT ${limit}`;
}

/** Columns are called the same in all of these tables. One without a tag and without "none" is found by its index. */
function isWanted(filter: Filter): SQL {
  const { dimension, values } = filter;
  if (dimension.key !== null || values.includes(null)) return condition("request_log", filter);
  const column = sql.identifier(dimension.columns.request_log);
  return sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`;
}

/** Where a slice of a store ends that has so many rows: the time of the row behind them. */
export function endOfBuckets(org_id: string, store: Store, { from, to }: Range, rows: number): SQL {
  const { table, at } = SOURCES[store];
  const time = sql.raw(at);
  return sql`SELECT ${time} AS at FROM ${sql.identifier(table)} WHERE org_id = ${org_id} AND ${time} >= ${from} AND ${time} < ${to} ORDER BY ${time} LIMIT 1 OFFSET ${rows}`;
}
