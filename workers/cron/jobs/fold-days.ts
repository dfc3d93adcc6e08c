import { type LogFields, log } from "../../../schema/kernel/log.ts";
import { FOLD_HOURS } from "../../../schema/rollup/days.ts";
import type { Database } from "../env.ts";
import { problemOf } from "../problem-of.ts";
import { takePage } from "./take-page.ts";

const JOB = "fold-days";
const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;

export interface FoldLimits {
  /** Orgs that one run looks at. */
  readonly orgs: number;
  /** Transactions of one run. */
  readonly slices: number;
  /** Rows of either hourly table that one transaction reads, unless a single hour has more: some tenths of a second of D1. */
  readonly rows: number;
}

export const FOLD_LIMITS: FoldLimits = { orgs: 20, slices: 10, rows: 50_000 };

/**
 * Folds the hourly sums of days that have been over for a day into daily ones, org by org, a slice of hours in each
 * transaction, which also moves the org's mark. So a run that breaks leaves every day as it was or folded, and several runs
 * at once do what one does. What comes for a folded hour later is added to its day by whoever writes it. A long past is
 * folded in many runs; until then its hours answer.
 */
export async function foldDays(db: Database, now: number, limits: FoldLimits = FOLD_LIMITS): Promise<LogFields> {
  const before = Math.floor(now / DAY_MS) * DAY_MS - DAY_MS;
  const found = await takePage<{ id: string }>(db, { job: JOB, sql: BEHIND, params: [before], page: limits.orgs });
  const counts = { slices: 0, failed: 0 };
  // In turns: an org with a long past keeps none waiting.
  for (let behind = found.map(({ id }) => id); behind.length > 0; ) {
    const left: string[] = [];
    for (const org_id of behind) {
      if (counts.slices + counts.failed === limits.slices) return { orgs: found.length, ...counts };
      try {
        if ((await foldSlice(db, org_id, before, limits.rows)) < before) left.push(org_id);
        counts.slices += 1;
      } catch (error) {
        counts.failed += 1;
        log("warn", "days_not_folded", { org_id, problem: problemOf(error) });
      }
    }
    behind = left;
  }
  return { orgs: found.length, ...counts };
}

/**
 * Orgs that have sums of hours before `?3` which are not folded, or a day of which the last hours that are not have no sums.
 * Each is found behind the one before it.
 */
const BEHIND = `
  WITH RECURSIVE org(id) AS (
    SELECT MIN(org_id) FROM rollup_hourly WHERE org_id > ?1
    UNION ALL SELECT (SELECT MIN(org_id) FROM rollup_hourly WHERE org_id > org.id) FROM org WHERE org.id IS NOT NULL
  )
  SELECT id FROM org LEFT JOIN rollup_folds ON rollup_folds.org_id = id
  WHERE id IS NOT NULL AND COALESCE(folded_until, 0) < ?3 AND (folded_until % 86400000 <> 0 OR EXISTS (
    SELECT 1 FROM rollup_hourly WHERE org_id = id AND hour >= COALESCE(folded_until, 0) AND hour < ?3
  ))
  ORDER BY id LIMIT ?2`;

/** Folds an org's next hours, all before `before`, and answers up to when it is folded then. */
async function foldSlice(db: Database, org_id: string, before: number, rows: number): Promise<number> {
  const from = await foldedUntil(db, org_id);
  if (from >= before) return from;
  const to = await endOfSlice(db, org_id, from, before, rows);
  await db.batch(FOLD_HOURS.map((statement) => db.prepare(statement).bind(org_id, from, to)));
  return to;
}

/** Up to when an org's hours are in its daily sums, milliseconds. 0 before the first time. */
async function foldedUntil(db: Database, org_id: string): Promise<number> {
  const mark = await db
    .prepare("SELECT folded_until FROM rollup_folds WHERE org_id = ?1")
    .bind(org_id)
    .first<number>("folded_until");
  return mark ?? 0;
}

/** The last midnight by which so many rows have passed; where a day has more, the last hour; at least one hour that has rows. */
async function endOfSlice(db: Database, org_id: string, from: number, before: number, rows: number): Promise<number> {
  const ends = await db
    .prepare(ENDS)
    .bind(org_id, from, before, rows)
    .first<{ first: number | null; behind: number | null }>();
  const behind = ends?.behind ?? null;
  if (behind === null) return before;
  const midnight = Math.floor(behind / DAY_MS) * DAY_MS;
  if (midnight > from) return midnight;
  return behind > Math.max(from, ends?.first ?? 0) ? behind : behind + HOUR_MS;
}

const nth = (table: string): string =>
  `SELECT hour FROM ${table} WHERE org_id = ?1 AND hour >= ?2 AND hour < ?3 ORDER BY hour LIMIT 1 OFFSET ?4`;

/** The first hour that has rows, and the one with the row behind so many of them. */
const ENDS = `
  SELECT (SELECT MIN(hour) FROM rollup_hourly WHERE org_id = ?1 AND hour >= ?2 AND hour < ?3) AS first,
    (SELECT MIN(hour) FROM (
      SELECT hour FROM (${nth("rollup_hourly")}) UNION ALL SELECT hour FROM (${nth("latency_hourly")})
    )) AS behind`;
