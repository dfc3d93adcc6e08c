import * as z from "zod";
import { type Usage, usageSchema } from "../../../schema/canonical/usage.ts";
import { tryParseJson } from "../../../schema/kernel/json.ts";
import type { RequestCursor } from "../../../schema/requests/cursor.ts";
import { logIndexOf } from "../../../schema/requests/log-indexes.ts";

/** What rows of the request log are chosen by. Every one that is given must hold; times are milliseconds, of the end. */
export interface LoggedFilters {
  readonly from: number;
  readonly to: number;
  readonly model?: string | undefined;
  readonly provider?: string | undefined;
  readonly key_id?: string | undefined;
  readonly wallet_id?: string | undefined;
  readonly team_id?: string | undefined;
  readonly feature?: string | undefined;
  readonly subject?: string | undefined;
  readonly country?: string | undefined;
  readonly rule_id?: string | undefined;
}

/** A list as JSON; what cannot be read is nothing. */
const texts = z.string().transform((json) => z.record(z.string(), z.string()).catch({}).parse(tryParseJson(json)));
const usage = z
  .string()
  .nullable()
  .transform((json): Usage | null =>
    usageSchema
      .nullable()
      .catch(null)
      .parse(json === null ? null : tryParseJson(json)),
  );

const rowSchema = z.object({
  event_id: z.string(),
  request_id: z.string(),
  at: z.int(),
  started_at: z.int(),
  route: z.string(),
  dialect: z.string(),
  provider_id: z.string(),
  model: z.string(),
  stream: z.int(),
  finish_reason: z.string().nullable(),
  cache: z.string().nullable(),
  key_id: z.string(),
  wallet_id: z.string(),
  team_id: z.string().nullable(),
  cost_center: z.string().nullable(),
  feature: z.string().nullable(),
  subject: z.string().nullable(),
  country: z.string().nullable(),
  tags: texts,
  /** All tokens of the prompt, as they were counted. */
  input_tokens: z.int(),
  usage,
  /** Of a correction: it goes before the other. */
  corrected_usage: usage,
  cost_nano_usd: z.int(),
  /** What was posted besides: attempts before the last one, overages and corrections. */
  adjusted_nano_usd: z.int(),
  asked: z.string().nullable(),
  rule_id: z.string().nullable(),
  /** Where it was sent first, if that failed. */
  tried_first: z.string().nullable(),
  wallet_used_percent: z.number().nullable(),
});
/** A row of the request log, as far as routing and its costs can be told from it. */
export type LoggedRequest = z.infer<typeof rowSchema>;

const OF_THIS = "a.request_id = r.request_id AND a.wallet_id = r.wallet_id AND +a.org_id = r.org_id";
const COLUMNS = `r.event_id, r.request_id, r.at, r.started_at, r.route, r.dialect, r.provider_id, r.model, r.stream,
  r.finish_reason, r.cache, r.key_id, r.wallet_id, r.team_id, r.cost_center, r.feature, r.subject, r.country, r.tags,
  r.input_tokens, r.usage, r.cost_nano_usd,
  (SELECT COALESCE(SUM(a.cost_nano_usd), 0) FROM request_adjustments a WHERE ${OF_THIS}) AS adjusted_nano_usd,
  (SELECT a.record -> '$.usage' FROM request_adjustments a WHERE ${OF_THIS} AND a.reason = 'correction') AS corrected_usage,
  r.routing ->> '$.asked' AS asked, r.routing ->> '$.rule_id' AS rule_id, r.routing ->> '$.tried[0].model' AS tried_first,
  r.routing ->> '$.wallet_used_percent' AS wallet_used_percent`;

/**
 * The rows behind a cursor, newest first: `limit` at most, fewer only at the end of the time that is asked for. One filter
 * is answered by an index, the others are for `isWanted` to judge. Throws what D1 throws.
 */
export async function readLog(
  db: D1Database,
  org_id: string,
  filters: LoggedFilters,
  behind: RequestCursor | null,
  limit: number,
): Promise<readonly LoggedRequest[]> {
  const { index, lead } = logIndexOf({ ...filters, error_code: undefined });
  const led = lead === null || lead === "error_code" ? null : (filters[lead] ?? null);
  // The first leads SQLite to its place in the index, the second is exact. An empty id is behind all of its millisecond.
  const query = `SELECT ${COLUMNS} FROM request_log r INDEXED BY ${index}
    WHERE r.org_id = ?1 AND r.at >= ?2 AND r.at < ?3 AND r.at <= ?4 AND (r.at < ?4 OR r.event_id < ?5)
    ${lead === null ? "AND ?6 IS NULL" : `AND r.${lead} = ?6`}
    ORDER BY r.at DESC, r.event_id DESC LIMIT ?7`;
  const { at, event_id } = behind ?? { at: filters.to, event_id: "" };
  const values = [org_id, filters.from, filters.to, at, event_id, led, limit];
  const { results } = await db
    .prepare(query)
    .bind(...values)
    .all();
  return z.array(rowSchema).parse(results);
}

/** Whether a row is one of those that are asked for. */
export const isWanted = (row: LoggedRequest, filters: LoggedFilters): boolean =>
  (filters.model ?? row.model) === row.model &&
  (filters.provider ?? row.provider_id) === row.provider_id &&
  (filters.key_id ?? row.key_id) === row.key_id &&
  (filters.wallet_id ?? row.wallet_id) === row.wallet_id &&
  (filters.team_id ?? row.team_id) === row.team_id &&
  (filters.feature ?? row.feature) === row.feature &&
  (filters.subject ?? row.subject) === row.subject &&
  (filters.country ?? row.country) === row.country &&
  (filters.rule_id ?? row.rule_id) === row.rule_id;
