import { eq, gte, inArray, isNull, lt, type SQL, sql } from "drizzle-orm";
import { CACHE_HITS } from "../../../schema/caching/cache-status.ts";
import { parseUsd } from "../../../schema/kernel/money.ts";
import { type LogLead, logIndexOf } from "../../../schema/requests/log-indexes.ts";
import { requestAdjustments, requestLog } from "../../../schema/tables/tables.ts";
import type { RequestFilters } from "./filters.ts";

/** Filters as SQL, by how they are looked up. */
export interface RequestConditions {
  /** The index to go down. */
  readonly index: string;
  /** What the index answers alone: the org, one filter at most, and the times. */
  readonly indexed: readonly SQL[];
  /** What each row must be looked at for. */
  readonly examined: readonly SQL[];
  /** The index leads to a row or two, however many there are in all. */
  readonly single: boolean;
}

/** The conditions of filters within one org, and of what was booked to these teams alone; null is whatever it was booked to. */
export function requestConditions(
  org_id: string,
  asked: RequestFilters,
  teams: readonly string[] | null = null,
): RequestConditions {
  const filters = teams === null ? asked : withinTeams(asked, teams);
  const { request_id, from, to } = filters;
  const visible = teams === null ? [] : [inArray(requestLog.team_id, [...teams])];
  const within = [eq(requestLog.org_id, org_id), ...times(from, to)];
  if (request_id !== undefined) {
    return {
      index: "request_log_request",
      indexed: [eq(requestLog.request_id, request_id), ...within],
      examined: [...examined(filters, null), ...visible],
      single: true,
    };
  }
  const { index, lead } = logIndexOf(filters);
  return {
    index,
    indexed: [...within, ...(lead === null ? [] : [eq(requestLog[lead], filters[lead] ?? "")])],
    examined: [...examined(filters, lead), ...visible],
    single: false,
  };
}

/** Who sees one team alone asks for it, so that its index is gone down. */
const withinTeams = (filters: RequestFilters, [only, ...others]: readonly string[]): RequestFilters =>
  only !== undefined && others.length === 0 && filters.team_id === undefined ? { ...filters, team_id: only } : filters;

function times(from: number | undefined, to: number | undefined): SQL[] {
  const conditions: SQL[] = [];
  if (from !== undefined) conditions.push(gte(requestLog.at, from));
  if (to !== undefined) conditions.push(lt(requestLog.at, to));
  return conditions;
}

const EQUAL = {
  subject: requestLog.subject,
  key_id: requestLog.key_id,
  wallet_id: requestLog.wallet_id,
  error_code: requestLog.error_code,
  team_id: requestLog.team_id,
  model: requestLog.model,
  provider: requestLog.provider_id,
  feature: requestLog.feature,
  cost_center: requestLog.cost_center,
  country: requestLog.country,
  outcome: requestLog.outcome,
} as const;
const EQUAL_NAMES = Object.keys(EQUAL).filter((name): name is keyof typeof EQUAL => Object.hasOwn(EQUAL, name));

function examined(filters: RequestFilters, lead: LogLead | null): readonly SQL[] {
  const conditions: SQL[] = [];
  for (const name of EQUAL_NAMES) {
    const value = filters[name];
    if (value === undefined || name === lead) continue;
    conditions.push(value === "" ? isNull(EQUAL[name]) : eq(EQUAL[name], value));
  }
  const { cache, status, tag, rule_id, min_cost_usd, max_cost_usd } = filters;
  if (cache !== undefined) {
    conditions.push(cache === "hit" ? inArray(requestLog.cache, [...CACHE_HITS]) : eq(requestLog.cache, cache));
  }
  if (status !== undefined) conditions.push(statusIs(status));
  if (tag !== undefined) conditions.push(hasTag(tag));
  if (rule_id !== undefined) conditions.push(sql`${requestLog.routing} ->> '$.rule_id' = ${rule_id}`);
  if (min_cost_usd !== undefined) conditions.push(sql`${total_nano_usd} >= ${nanoOf(min_cost_usd)}`);
  if (max_cost_usd !== undefined) conditions.push(sql`${total_nano_usd} <= ${nanoOf(max_cost_usd)}`);
  return conditions;
}

function statusIs(status: string): SQL {
  if (!status.endsWith("xx")) return sql`${requestLog.status} = ${Number(status)}`;
  const first = Number(status.slice(0, 1)) * 100;
  return sql`${requestLog.status} BETWEEN ${first} AND ${first + 99}`;
}

function hasTag(tag: string): SQL {
  const colon = tag.indexOf(":");
  const key = colon === -1 ? tag : tag.slice(0, colon);
  const value = colon === -1 ? sql`` : sql` AND value = ${tag.slice(colon + 1)}`;
  return sql`EXISTS (SELECT 1 FROM json_each(${requestLog.tags}) WHERE key = ${key}${value})`;
}

function nanoOf(text: string): number {
  const amount = parseUsd(text);
  if (amount === null) throw new Error("an amount that was not checked");
  return amount;
}

/**
 * Of the request, not of its row: ids are unique within a wallet. With the plus SQLite does not take the index on the
 * org, where one on the request leads to a row or two.
 */
const ofThisRequest = sql`${requestAdjustments.request_id} = ${requestLog.request_id} AND ${requestAdjustments.wallet_id} = ${requestLog.wallet_id} AND +${requestAdjustments.org_id} = ${requestLog.org_id}`;

/** What was posted besides: attempts before the last one, overages and corrections. One request's is far below 2^53. */
export const adjusted_nano_usd = sql<number>`(SELECT COALESCE(SUM(${requestAdjustments.cost_nano_usd}), 0) FROM ${requestAdjustments} WHERE ${ofThisRequest})`;

const total_nano_usd = sql`${requestLog.cost_nano_usd} + ${adjusted_nano_usd}`;

/** Attempts that failed and were charged by themselves, as JSON, in their order. Their costs are in the sum above. */
export const charged_attempts = sql<string>`(SELECT json_group_array(json_object(
    'attempt', one.attempt, 'provider', one.provider_id, 'model', one.model, 'outcome', one.outcome, 'cost_nano_usd', one.cost_nano_usd
  )) FROM (SELECT ${requestAdjustments.record} ->> '$.attempts' AS attempt, ${requestAdjustments.provider_id}, ${requestAdjustments.model},
    ${requestAdjustments.record} ->> '$.outcome' AS outcome, ${requestAdjustments.cost_nano_usd} FROM ${requestAdjustments}
    WHERE ${ofThisRequest} AND ${requestAdjustments.reason} = 'attempt' ORDER BY attempt) AS one)`;

/** The usage that came with a correction, as JSON: what its cost rests on. */
export const corrected_usage = sql<
  string | null
>`(SELECT ${requestAdjustments.record} -> '$.usage' FROM ${requestAdjustments} WHERE ${ofThisRequest} AND ${requestAdjustments.reason} = 'correction')`;
