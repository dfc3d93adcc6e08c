import { and, desc, eq, getTableColumns, gte, inArray, lt, or, type SQL, sql } from "drizzle-orm";
import type { RequestCursor } from "../../../schema/requests/cursor.ts";
import { requestLog } from "../../../schema/tables/tables.ts";
import type { Database } from "../store/database.ts";
import { adjusted_nano_usd, charged_attempts, corrected_usage, type RequestConditions } from "./conditions.ts";

/**
 * How many rows one page looks at for a filter without an index: some 50 ms of D1. A rare value in a long log is found
 * over several pages, each of which answers.
 */
export const SCAN_ROWS = 20_000;

export interface RequestPage {
  readonly rows: readonly LoggedRequest[];
  /** Where the next page goes on; null when there is nothing behind this one. */
  readonly next: RequestCursor | null;
}

/**
 * At most `limit` requests behind a cursor, newest first. A page may have fewer, or none, and still a `next`: then it has
 * looked at `scan_rows` rows. Throws what D1 throws.
 */
export async function searchRequests(
  db: Database,
  conditions: RequestConditions,
  behind: RequestCursor | null,
  limit: number,
  scan_rows = SCAN_ROWS,
): Promise<RequestPage> {
  const indexed = [...conditions.indexed, ...(behind === null ? [] : older(behind))];
  const bounded = conditions.examined.length > 0 && !conditions.single;
  const { index } = conditions;
  const [last_at] = bounded ? await scanEnd(db, index, indexed, scan_rows) : [];
  const rows = await pageOf(db, index, [...indexed, ...conditions.examined, ...notBefore(last_at?.at)], limit + 1);
  const last = rows[limit - 1];
  if (rows.length > limit && last !== undefined) {
    return { rows: rows.slice(0, limit), next: { at: last.at, event_id: last.event_id } };
  }
  return { rows, next: last_at === undefined ? null : { at: last_at.at, event_id: "" } };
}

const notBefore = (at: number | undefined): readonly SQL[] => (at === undefined ? [] : [gte(requestLog.at, at)]);

const logBy = (index: string): SQL => sql`${requestLog} INDEXED BY ${sql.identifier(index)}`;

/** The time of the last row that a page looks at, from the index alone; no row when it reaches the end of the log. */
export const scanEnd = (db: Database, index: string, conditions: readonly SQL[], scan_rows: number) =>
  db
    .select({ at: sql<number>`${requestLog.at}` })
    .from(logBy(index))
    .where(and(...conditions))
    .orderBy(desc(requestLog.at))
    .limit(1)
    .offset(scan_rows - 1);

/** The newest rows that fulfil the conditions, found in the index and then read whole. */
export const pageOf = (db: Database, index: string, conditions: readonly SQL[], limit: number) =>
  db
    .select({ ...getTableColumns(requestLog), adjusted_nano_usd, charged_attempts, corrected_usage })
    .from(requestLog)
    .where(
      inArray(
        requestLog.event_id,
        sql`(SELECT ${requestLog.event_id} FROM ${logBy(index)} WHERE ${and(...conditions)} ORDER BY ${requestLog.at} DESC, ${requestLog.event_id} DESC LIMIT ${limit})`,
      ),
    )
    .orderBy(desc(requestLog.at), desc(requestLog.event_id));

/** The first leads SQLite to the place in its index, the second is exact. */
export function older({ at, event_id }: RequestCursor): readonly SQL[] {
  // With an empty id the millisecond is done: no index entry of it is looked at again.
  if (event_id === "") return [lt(requestLog.at, at)];
  const exact = or(lt(requestLog.at, at), and(eq(requestLog.at, at), lt(requestLog.event_id, event_id)));
  return [sql`${requestLog.at} <= ${at}`, ...(exact === undefined ? [] : [exact])];
}

export type LoggedRequest = Awaited<ReturnType<typeof pageOf>>[number];

/** All requests, page by page, newest first: asked for when the page before has been written. */
export async function* allRequests(
  db: Database,
  conditions: RequestConditions,
  page_rows: number,
): AsyncGenerator<readonly LoggedRequest[]> {
  let behind: RequestCursor | null = null;
  do {
    const page: RequestPage = await searchRequests(db, conditions, behind, page_rows);
    if (page.rows.length > 0) yield page.rows;
    behind = page.next;
  } while (behind !== null);
}
