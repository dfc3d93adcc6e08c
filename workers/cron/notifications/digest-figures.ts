import type { Database } from "../env.ts";
import type { Day } from "./digest-days.ts";

export interface Spend {
  readonly cost_nano_usd: number;
  readonly requests: number;
  readonly input_tokens: number;
  readonly output_tokens: number;
}

export interface ModelSpend extends Spend {
  readonly model: string;
}

export interface WalletPlace {
  readonly id: string;
  readonly name: string;
}

/** Models, and wallets, that a digest names. */
const ROWS = 10;

/**
 * Sums of a day from the hourly rollups, of a team's postings or of all of an org's. An hour belongs to the day in which it
 * begins: in zones that are half an hour off, the first half hour of a day counts to the one before.
 */
export async function spendOf(db: Database, org_id: string, team_id: string | null, day: Day): Promise<Spend> {
  const row = await db.prepare(SPEND).bind(org_id, day.start, day.end, team_id).first<Spend>();
  return row ?? { cost_nano_usd: 0, requests: 0, input_tokens: 0, output_tokens: 0 };
}

/** The models that cost most. */
export async function topModels(
  db: Database,
  org_id: string,
  team_id: string | null,
  day: Day,
): Promise<readonly ModelSpend[]> {
  const { results } = await db.prepare(MODELS).bind(org_id, day.start, day.end, team_id, ROWS).all<ModelSpend>();
  return results;
}

/** Wallets with a limit, the largest first. */
export async function limitedWallets(
  db: Database,
  org_id: string,
  team_id: string | null,
): Promise<readonly WalletPlace[]> {
  const { results } = await db.prepare(WALLETS).bind(org_id, team_id, ROWS).all<WalletPlace>();
  return results;
}

const SUMS = `
  coalesce(sum(cost_nano_usd), 0) AS cost_nano_usd, coalesce(sum(requests), 0) AS requests,
  coalesce(sum(input_tokens), 0) AS input_tokens, coalesce(sum(output_tokens), 0) AS output_tokens`;

const OF_DAY = "org_id = ?1 AND hour >= ?2 AND hour < ?3 AND (?4 IS NULL OR team_id = ?4)";

const SPEND = `SELECT ${SUMS} FROM rollup_hourly WHERE ${OF_DAY}`;

const MODELS = `
  SELECT model, ${SUMS} FROM rollup_hourly WHERE ${OF_DAY} GROUP BY model ORDER BY sum(cost_nano_usd) DESC, model LIMIT ?5`;

const WALLETS = `
  SELECT id, name FROM wallets
  WHERE org_id = ?1 AND (?2 IS NULL OR team_id = ?2) AND archived_at IS NULL AND limit_nano_usd IS NOT NULL
  ORDER BY limit_nano_usd DESC, id LIMIT ?3`;
