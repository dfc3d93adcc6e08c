import { and, asc, eq, sql } from "drizzle-orm";
import * as z from "zod";
import { type CacheDetail, cacheDetailSchema } from "../../../schema/caching/cache-detail.ts";
import { usageSchema } from "../../../schema/canonical/usage.ts";
import { formatUsdSum } from "../../../schema/kernel/money.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { requestAdjustments } from "../../../schema/tables/tables.ts";
import { TEXTS_STATES, textsState } from "../../../schema/texts/rows.ts";
import type { Database } from "../store/database.ts";
import { findTexts } from "../texts/find-texts.ts";
import { requestConditions } from "./conditions.ts";
import { findPrice, shownPrice, showPrice } from "./price-of.ts";
import { type LoggedRequest, pageOf } from "./search.ts";
import { finalUsage, lastAttemptNanoUsd, shownRequest, showRequest } from "./shown.ts";

const POSTINGS = ["attempt", "charge", "expire", "overage", "correction"] as const;

const shownPosting = z.object({
  event_id: z.string(),
  at: z.iso.datetime(),
  kind: z
    .enum(POSTINGS)
    .describe("As the wallet's ledger names it; a hold that was released is a `charge` of nothing."),
  cost_usd: z.string().describe("Below zero for what a correction gave back."),
  team_id: z.string().nullable().describe("What the wallet was booked to when this was posted."),
  cost_center: z.string().nullable(),
});
type ShownPosting = z.infer<typeof shownPosting>;

/** A request with all that is kept of it, but its text. */
export const requestDetail = z.object({
  ...shownRequest.shape,
  started_at: z.iso.datetime(),
  route: z.string(),
  dialect: z.string().describe("The API that the caller spoke."),
  provider_kind: z.string(),
  upstream_model: z.string().nullable().describe("The model as the provider named it in its answer."),
  upstream_request_id: z.string().nullable(),
  finish_reason: z.string().nullable(),
  first_byte_ms: z.int().nullable(),
  trace_id: z.string().nullable(),
  cache_reason: z
    .string()
    .nullable()
    .describe(
      "Why the response cache served nothing, as `x-ao-cache-reason` said it; null where nothing stood in the way.",
    ),
  cache_age_ms: z.int().nullable().describe("How old the answer was that the response cache served; null of others."),
  cache_request_id: z
    .string()
    .nullable()
    .describe("The request whose answer was served. It may be older than the log is kept; null of others."),
  saved_ms: z.int().describe("By how much an answer from the cache was faster than the provider's had been."),
  texts: z
    .enum(TEXTS_STATES)
    .describe("Whether what was asked and answered is stored: see `GET /v1/requests/{id}/texts`."),
  hold_usd: z.string().describe("How large the hold was in the end."),
  usage_source: z
    .string()
    .describe(
      "`provider`, `counted` by us, `bound` where neither was to be had, or `cache` for an answer that was kept.",
    ),
  unpriced: z.array(z.string()).describe("Components without a rate of their own, charged at the dearest."),
  postings: z.array(shownPosting).describe("What was charged, posting by posting; together `cost_usd`."),
  price: shownPrice.describe("How the charge of the last attempt came about."),
  attempt_prices: z
    .array(z.object({ attempt: z.int(), price: shownPrice }))
    .describe("The same of each of `charged_attempts`."),
});

/** A request of the org by its id, newest first where several wallets had the same; null when there is none. */
export async function findRequest(
  db: Database,
  org_id: string,
  request_id: string,
  teams: readonly string[] | null = null,
): Promise<LoggedRequest | null> {
  const { index, indexed, examined } = requestConditions(org_id, { request_id }, teams);
  const [row] = await pageOf(db, index, [...indexed, ...examined], 1);
  return row ?? null;
}

/** All of one request, as it is `now` in milliseconds. Throws what D1 throws. */
export async function describeRequest(
  db: Database,
  row: LoggedRequest,
  now: number,
): Promise<z.infer<typeof requestDetail>> {
  const adjustments = await adjustmentsOf(db, row);
  const price_id = pricedBy(row, adjustments);
  const cache = cacheDetailSchema.catch(NO_CACHE_DETAIL).parse(row.cache_detail);
  return {
    ...showRequest(row),
    started_at: formatTime(row.started_at),
    route: row.route,
    dialect: row.dialect,
    provider_kind: row.provider_kind,
    upstream_model: row.upstream_model,
    upstream_request_id: row.upstream_request_id,
    finish_reason: row.finish_reason,
    first_byte_ms: row.first_byte_ms,
    trace_id: row.trace_id,
    cache_reason: cache.reason,
    cache_age_ms: cache.age_ms,
    cache_request_id: cache.source_request_id,
    saved_ms: row.saved_ms,
    texts: textsState(await findTexts(db, row.org_id, row.request_id), now),
    hold_usd: formatUsdSum(BigInt(row.hold_nano_usd)),
    usage_source: row.usage_source,
    unpriced: row.unpriced,
    postings: [firstPosting(row), ...adjustments.map(showAdjustment)],
    price: showPrice(
      {
        price_id,
        usage: finalUsage(row),
        charged_nano_usd: lastAttemptNanoUsd(row),
        unsettled: row.unsettled && row.corrected_usage === null,
        cached: row.usage_source === "cache",
      },
      await findPrice(db, row.org_id, price_id),
    ),
    attempt_prices: await attemptPrices(db, adjustments),
  };
}

/** Rows of before it was kept have none either. */
const NO_CACHE_DETAIL: CacheDetail = { reason: null, age_ms: null, source_request_id: null };

type Adjustment = typeof requestAdjustments.$inferSelect;

const adjustmentsOf = (db: Database, { org_id, wallet_id, request_id }: LoggedRequest): Promise<Adjustment[]> =>
  db
    .select()
    .from(requestAdjustments)
    .where(
      and(
        eq(requestAdjustments.request_id, request_id),
        eq(requestAdjustments.wallet_id, wallet_id),
        // With the plus SQLite does not take the index on the org, where one on the request leads to a row or two.
        sql`+${requestAdjustments.org_id} = ${org_id}`,
      ),
    )
    .orderBy(asc(requestAdjustments.at), asc(requestAdjustments.event_id));

const firstPosting = (row: LoggedRequest): ShownPosting => ({
  event_id: row.event_id,
  at: formatTime(row.at),
  kind: row.unsettled ? "expire" : "charge",
  cost_usd: formatUsdSum(BigInt(row.cost_nano_usd)),
  team_id: row.team_id,
  cost_center: row.cost_center,
});

const showAdjustment = (row: Adjustment): ShownPosting => ({
  event_id: row.event_id,
  at: formatTime(row.at),
  kind: POSTINGS.find((kind) => kind === row.reason) ?? "overage",
  cost_usd: formatUsdSum(BigInt(row.cost_nano_usd)),
  team_id: row.team_id,
  cost_center: row.cost_center,
});

/** A correction has a record of its own, and with it the price that the true cost was made with. */
function pricedBy(row: LoggedRequest, adjustments: readonly Adjustment[]): string {
  const correction = adjustments.find(({ reason }) => reason === "correction");
  const corrected = correction?.record?.price_id;
  return typeof corrected === "string" ? corrected : row.price_id;
}

const attemptRecord = z.object({ attempts: z.int(), usage: usageSchema, price_id: z.string() });

async function attemptPrices(db: Database, adjustments: readonly Adjustment[]) {
  const attempts = adjustments.filter(({ reason }) => reason === "attempt");
  return await Promise.all(
    attempts.map(async ({ org_id, record, cost_nano_usd }) => {
      const { attempts: attempt, ...priced } = attemptRecord.parse(record);
      const charged = { ...priced, charged_nano_usd: BigInt(cost_nano_usd), unsettled: false };
      return { attempt, price: showPrice(charged, await findPrice(db, org_id, priced.price_id)) };
    }),
  );
}
