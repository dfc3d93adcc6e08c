/** The time in a table's key, behind the org. */
const TIME = {
  rollup_hourly: "hour",
  latency_hourly: "hour",
  cache_hourly: "hour",
  rollup_daily: "day",
  latency_daily: "day",
} as const;

/**
 * That a row of a table of sums lies in the time from `from` to before `to`. Their keys begin with the org, and there are few
 * of those: each is found behind the one before it, and its time by the key, where the time alone would read all sums
 * there are.
 */
export const inStretch = (table: keyof typeof TIME, from: string, to: string): string => `org_id IN (
    WITH RECURSIVE org(id) AS (
      SELECT MIN(org_id) FROM ${table}
      UNION ALL SELECT (SELECT MIN(org_id) FROM ${table} WHERE org_id > org.id) FROM org WHERE org.id IS NOT NULL
    ) SELECT id FROM org WHERE id IS NOT NULL
  ) AND ${TIME[table]} >= ${from} AND ${TIME[table]} < ${to}`;
