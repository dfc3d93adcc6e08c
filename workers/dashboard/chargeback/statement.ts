import { type SQL, sql } from "drizzle-orm";
import { DIMENSIONS, type Dimension, type DimensionName } from "./dimensions.ts";
import type { ChargebackQuery } from "./query.ts";
import type { Span } from "./spans.ts";

type Column = Extract<Dimension["source"], { readonly column: string }>;

/** The columns of the tables that a query groups by, in its order. */
export const columnsOf = (group_by: readonly DimensionName[]): readonly Column[] =>
  group_by
    .map((name): Dimension["source"] => DIMENSIONS[name].source)
    .filter((source): source is Column => "column" in source);

/**
 * Sums of the postings in some spans, by the position of the span and the columns that are grouped by: one row
 * `span, value_0, name_0, …, requests, cost_nano_usd, input_tokens, output_tokens` each, at most `limit`. Money is text,
 * since a sum may be beyond 2^53.
 *
 * Each table is read by its index on org and time, span by span: that is what the CROSS JOIN is for, whose left side
 * SQLite takes first. A view over both would be read whole.
 */
export function sumsStatement(
  org_id: string,
  { group_by, filters }: ChargebackQuery,
  spans: readonly Span[],
  limit: number,
): SQL {
  const columns = columnsOf(group_by);
  const values = list(columns.map(({ column }, index) => sql`${sql.identifier(column)} AS ${value(index)}`));
  const keys = list(columns.map((_, index) => value(index)));
  const bounds = JSON.stringify(spans.map(({ from, to }) => [from, to]));
  const conditions = sql.join(
    filters.map(({ column, value: wanted }) => sql` AND ${sql.identifier(column)} IS ${wanted}`),
  );
  const postings = (table: string, requests: SQL) => sql`
    SELECT span.key AS span${values}, ${requests} AS requests, cost_nano_usd, input_tokens, output_tokens
    FROM json_each(${bounds}) AS span CROSS JOIN ${sql.identifier(table)}
    WHERE org_id = ${org_id} AND at >= span.value ->> 0 AND at < span.value ->> 1${conditions}`;
  return sql`
    WITH posting AS (${postings("request_log", sql`1`)}
      UNION ALL${postings("request_adjustments", sql`0`)}
    ), summed AS (
      SELECT span${keys}, SUM(requests) AS requests, CAST(SUM(cost_nano_usd) AS TEXT) AS cost_nano_usd,
        SUM(input_tokens) AS input_tokens, SUM(output_tokens) AS output_tokens
      FROM posting GROUP BY span${keys} LIMIT ${limit}
    )
    SELECT summed.*${list(columns.flatMap(nameOf))} FROM summed${sql.join(columns.flatMap((column, index) => joined(column, index, org_id)))}`;
}

const value = (index: number): SQL => sql.raw(`value_${index}`);
const table = (index: number): SQL => sql.raw(`named_${index}`);

/** Each with a comma in front. */
const list = (parts: readonly SQL[]): SQL => sql.join(parts.map((part) => sql`, ${part}`));

const nameOf = ({ named }: Column, index: number): SQL[] =>
  named === null ? [] : [sql`${table(index)}.name AS ${sql.raw(`name_${index}`)}`];

const joined = ({ named }: Column, index: number, org_id: string): SQL[] =>
  named === null
    ? []
    : [
        sql` LEFT JOIN ${sql.identifier(named.table)} AS ${table(index)} ON ${table(index)}.id = ${value(index)} AND ${table(index)}.org_id = ${org_id}`,
      ];
