import * as z from "zod";
import { NO_RATE_LIMITS, rateLimitsSchema } from "../wire/rate-limits.ts";
import { isShard, walletOfShard } from "../wire/shards.ts";
import { PERIODS, type WalletSettings, walletSettingsSchema } from "../wire/wallet-settings.ts";

const row = z
  .object({
    wallet_id: z.string(),
    org_id: z.string(),
    name: z.string(),
    version: z.int(),
    limit_nano_usd: z.int().nullable(),
    hard: z.int(),
    overdraft_percent: z.int(),
    period: z.enum(PERIODS),
    time_zone: z.string(),
    start_day: z.int(),
    carry_over: z.int(),
    thresholds: z.string(),
    ladder: z.string().nullable(),
    maximum_per_request_nano_usd: z.int().nullable(),
    frozen: z.int(),
    parent_id: z.string().nullable(),
    cost_center: z.string().nullable(),
    team_id: z.string().nullable(),
    ends_at: z.int().nullable(),
    ...rateLimitsSchema.shape,
  })
  .transform(({ hard, carry_over, thresholds, ladder, frozen, ...rest }) => ({
    ...rest,
    rate_limits: rest,
    hard: hard === 1,
    carry_over: carry_over === 1,
    frozen: frozen === 1,
    thresholds: withLadder(JSON.parse(thresholds), ladder),
  }))
  .transform((row) => walletSettingsSchema.parse(row));

const percentages = z.array(z.object({ percent: z.int() }));

/** The percentages of the wallet's own, and those of the alert policy that it is under: somebody waits for each. */
function withLadder(own: readonly number[], ladder: string | null): readonly number[] {
  const steps = ladder === null ? [] : percentages.parse(JSON.parse(ladder)).map(({ percent }) => percent);
  return [...new Set([...own, ...steps])].sort((a, b) => a - b);
}

/**
 * The settings of a wallet, or of a shard, as D1 has them; null when there is no such wallet. One that is archived ended then. Throws when
 * D1 does not answer.
 */
export async function loadWalletSettings(db: D1Database, id: string): Promise<WalletSettings | null> {
  const wallet_id = walletOfShard(id);
  const found = await db
    .prepare(
      "SELECT id AS wallet_id, org_id, name, version, limit_nano_usd, hard, overdraft_percent, period, time_zone, start_day, carry_over, thresholds, maximum_per_request_nano_usd, frozen, parent_id, cost_center, team_id, (SELECT ladder FROM alert_policies WHERE alert_policies.org_id = wallets.org_id AND (alert_policies.team_id IS NULL OR alert_policies.team_id = wallets.team_id) ORDER BY alert_policies.team_id IS NULL LIMIT 1) AS ladder, coalesce(archived_at, ends_at) AS ends_at, requests_per_minute, tokens_per_minute, concurrent_requests FROM wallets WHERE id = ?1",
    )
    .bind(wallet_id)
    .first();
  if (found === null) return null;
  const settings = row.parse(found);
  return isShard(id) ? shardSettings(id, settings) : settings;
}

/** A shard lies below its wallet, whose limits bind it, and is booked as that is. */
const shardSettings = (id: string, wallet: WalletSettings): WalletSettings => ({
  ...wallet,
  wallet_id: id,
  parent_id: wallet.wallet_id,
  limit_nano_usd: null,
  maximum_per_request_nano_usd: null,
  overdraft_percent: 0,
  period: "none",
  carry_over: false,
  thresholds: [],
  frozen: false,
  rate_limits: NO_RATE_LIMITS,
});
