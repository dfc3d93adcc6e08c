import { and, desc, eq, getTableColumns, gte, lt, or, type SQL, sql } from "drizzle-orm";
import * as z from "zod";
import { fromBase64Url, toBase64Url } from "../../../schema/kernel/base64.ts";
import { tryParseJson } from "../../../schema/kernel/json.ts";
import { requestAdjustments, requestLog } from "../../../schema/tables/tables.ts";
import type { Row } from "../api/hooks.ts";
import { momentParam } from "../api/moment-param.ts";
import type { Database } from "../store/database.ts";

const word = z.string().max(200).optional();

/** What the list of requests can be filtered by. */
export const requestFilters = {
  request_id: word.describe("Only this request."),
  wallet_id: word.describe("Only those that this wallet itself paid."),
  key_id: word.describe("Only those of this key."),
  provider: word.describe("Only those that this provider answered."),
  model: word.describe("Only those of this model, as `provider/model`."),
  outcome: word.describe("Only those that ended so, such as `completed`."),
  status: z
    .string()
    .regex(/^\d{1,3}$/, "must be an HTTP status")
    .transform(Number)
    .optional()
    .describe("Only those with this HTTP status."),
  from: momentParam.describe("Ended from this time on."),
  to: momentParam.describe("Ended before this time."),
} as const;

const parsed = z.object({
  request_id: z.string().optional(),
  wallet_id: z.string().optional(),
  key_id: z.string().optional(),
  provider: z.string().optional(),
  model: z.string().optional(),
  outcome: z.string().optional(),
  status: z.number().optional(),
  from: z.number().optional(),
  to: z.number().optional(),
});

/** The conditions of parsed filters within one org. */
export function requestConditions(org_id: string, query: Row): readonly SQL[] {
  const { from, to, provider, ...equal } = parsed.parse(query);
  // With the plus SQLite does not take the index on the org, where one on the request leads to a row or two.
  const conditions =
    equal.request_id === undefined ? [eq(requestLog.org_id, org_id)] : [sql`+${requestLog.org_id} = ${org_id}`];
  for (const name of ["request_id", "wallet_id", "key_id", "model", "outcome", "status"] as const) {
    const value = equal[name];
    if (value !== undefined) conditions.push(eq(requestLog[name], value));
  }
  if (provider !== undefined) conditions.push(eq(requestLog.provider_id, provider));
  if (from !== undefined) conditions.push(gte(requestLog.at, from));
  if (to !== undefined) conditions.push(lt(requestLog.at, to));
  return conditions;
}

/** Where a page goes on: behind this row. */
export type RequestCursor = readonly [at: number, event_id: string];

const cursor = z.tuple([z.number(), z.string()]);

export const writeCursor = (position: RequestCursor): string =>
  toBase64Url(new TextEncoder().encode(JSON.stringify(position)));

/** Null when the text is no cursor of this list. */
export function readCursor(text: string): RequestCursor | null {
  const bytes = fromBase64Url(text);
  return bytes === null ? null : (cursor.safeParse(tryParseJson(new TextDecoder().decode(bytes))).data ?? null);
}

/** Of the request, not of its row: ids are unique within a wallet. The plus as above. */
const ofThisRequest = sql`${requestAdjustments.request_id} = ${requestLog.request_id} AND ${requestAdjustments.wallet_id} = ${requestLog.wallet_id} AND +${requestAdjustments.org_id} = ${requestLog.org_id}`;

/** What was posted later: overages and corrections. One request's is far below 2^53. */
const adjusted_nano_usd = sql<number>`(SELECT COALESCE(SUM(${requestAdjustments.cost_nano_usd}), 0) FROM ${requestAdjustments} WHERE ${ofThisRequest})`;

/** The usage that came with a correction, as JSON: what its cost rests on. */
const corrected_usage = sql<
  string | null
>`(SELECT ${requestAdjustments.record} -> '$.usage' FROM ${requestAdjustments} WHERE ${ofThisRequest} AND ${requestAdjustments.reason} = 'correction')`;

/** Requests behind a cursor, newest first. */
export const newestRequests = (db: Database, conditions: readonly SQL[], behind: RequestCursor | null, limit: number) =>
  db
    .select({ ...getTableColumns(requestLog), adjusted_nano_usd, corrected_usage })
    .from(requestLog)
    .where(and(...conditions, behind === null ? undefined : older(behind)))
    .orderBy(desc(requestLog.at), desc(requestLog.event_id))
    .limit(limit);

/** The first half leads SQLite to the place in its index, the second is exact. */
const older = ([at, event_id]: RequestCursor): SQL | undefined =>
  and(
    sql`${requestLog.at} <= ${at}`,
    or(lt(requestLog.at, at), and(eq(requestLog.at, at), lt(requestLog.event_id, event_id))),
  );

export type LoggedRequest = Awaited<ReturnType<typeof newestRequests>>[number];
