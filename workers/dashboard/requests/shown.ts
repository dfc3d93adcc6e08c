import * as z from "zod";
import { CACHE_STATUSES } from "../../../schema/caching/cache-status.ts";
import { type Usage, usageSchema } from "../../../schema/canonical/usage.ts";
import { formatUsdSum } from "../../../schema/kernel/money.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { routingRecordSchema } from "../../../schema/routing/routing-record.ts";
import type { LoggedRequest } from "./search.ts";

const chargedAttempt = z.object({
  attempt: z.int().describe("Which call of a provider it was, from 1 on."),
  provider: z.string(),
  model: z.string(),
  outcome: z.string().describe("How it failed: `upstream_timeout`, `incomplete`, `upstream_error`."),
  cost_usd: z.string(),
});

/** As the database has them. */
const storedAttempts = z.array(chargedAttempt.omit({ cost_usd: true }).extend({ cost_nano_usd: z.int() }));

/** A request as the list shows it. */
export const shownRequest = z.object({
  id: z.string().describe("What the caller saw as `x-ao-request-id`."),
  at: z.iso.datetime().describe("When it ended."),
  outcome: z.string().describe("`completed`, `cut`, `cancelled`, `incomplete`, `upstream_error`, …"),
  status: z.int().describe("As the caller saw it; 499 for one who had left, 0 when its deadline ended it."),
  error_code: z.string().nullable(),
  provider: z.string(),
  model: z.string(),
  stream: z.boolean(),
  cost_usd: z.string().describe("All that it was charged: charged attempts, overage and correction included."),
  usage: usageSchema.describe("By component, of the last attempt; the corrected one when there was a correction."),
  estimated: z.boolean(),
  unsettled: z.boolean(),
  wallet_id: z.string(),
  team_id: z.string().nullable().describe("What the wallet was booked to when it was charged."),
  cost_center: z.string().nullable(),
  key_id: z.string(),
  feature: z.string().nullable(),
  tags: z.record(z.string(), z.string()),
  subject: z.string().nullable(),
  country: z.string().nullable(),
  attempts: z.int().describe("Calls of providers."),
  charged_attempts: z
    .array(chargedAttempt)
    .describe("Those that failed before the last one and may be billed all the same, each its own ledger row."),
  latency_ms: z.int(),
  cache: z.enum(CACHE_STATUSES).nullable().describe("What the response cache did; null where no setting asked for it."),
  cache_score: z.number().nullable().describe("How near the question was that had been answered; 1 is the same."),
  saved_usd: z.string().describe("What an answer from the cache would have cost more."),
  routing: routingRecordSchema
    .nullable()
    .describe("Why it went to its model; null for requests of before that was kept."),
});
export type ShownRequest = z.infer<typeof shownRequest>;

/** What a request was charged in all. One request's is far below 2^53, a sum is not taken of it. */
export const totalNanoUsd = (row: LoggedRequest): bigint => BigInt(row.cost_nano_usd) + BigInt(row.adjusted_nano_usd);

const attemptsOf = (row: LoggedRequest) => storedAttempts.parse(JSON.parse(row.charged_attempts));

/** What the attempt that ended it was charged: all but the attempts before. */
export const lastAttemptNanoUsd = (row: LoggedRequest): bigint =>
  attemptsOf(row).reduce((rest, { cost_nano_usd }) => rest - BigInt(cost_nano_usd), totalNanoUsd(row));

/** The usage that the cost of the last attempt rests on. */
export const finalUsage = (row: LoggedRequest): Usage =>
  usageSchema.parse(row.corrected_usage === null ? row.usage : JSON.parse(row.corrected_usage));

export const showRequest = (row: LoggedRequest): ShownRequest => ({
  id: row.request_id,
  at: formatTime(row.at),
  outcome: row.outcome,
  status: row.status,
  error_code: row.error_code,
  provider: row.provider_id,
  model: row.model,
  stream: row.stream,
  cost_usd: formatUsdSum(totalNanoUsd(row)),
  usage: finalUsage(row),
  estimated: row.estimated,
  unsettled: row.unsettled,
  wallet_id: row.wallet_id,
  team_id: row.team_id,
  cost_center: row.cost_center,
  key_id: row.key_id,
  feature: row.feature,
  tags: row.tags,
  subject: row.subject,
  country: row.country,
  attempts: row.attempts,
  charged_attempts: attemptsOf(row).map(({ cost_nano_usd, ...attempt }) => ({
    ...attempt,
    cost_usd: formatUsdSum(BigInt(cost_nano_usd)),
  })),
  latency_ms: row.latency_ms,
  cache: CACHE_STATUSES.find((status) => status === row.cache) ?? null,
  cache_score: row.cache_score,
  saved_usd: formatUsdSum(BigInt(row.saved_nano_usd)),
  routing: routingRecordSchema.nullable().catch(null).parse(row.routing),
});
