import { walletObjects } from "../../../schema/clients/wallet-objects.ts";
import { type LogFields, log } from "../../../schema/kernel/log.ts";
import type { KeyLimits } from "../../../schema/wire/rate-limits.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import type { Database } from "../env.ts";
import { problemOf } from "../problem-of.ts";
import { takePage } from "./take-page.ts";

const JOB = "replay-wallet-effects";

/** Effects in one run, done one after the other: those of one wallet in their order. */
const PAGE = 100;

/** Younger ones are most likely being done by who made the change. */
const AGE_MS = 10_000;

/** What effects do to wallets. Each may be done twice. */
export interface EffectSteps {
  /** Settings as D1 has them now, or null when there is no such wallet. */
  settings(wallet_id: string): Promise<WalletSettings | null>;
  configure(settings: WalletSettings): Promise<unknown>;
  revokeKey(wallet_id: string, key_id: string): Promise<unknown>;
  /** Limits as D1 has them now, or null when there is no such key. */
  keyLimits(key_id: string): Promise<KeyLimits | null>;
  limitKey(wallet_id: string, key_id: string, limits: KeyLimits): Promise<unknown>;
  now(): number;
}

interface EffectRow {
  readonly id: string;
  readonly wallet_id: string;
  readonly kind: string;
  readonly key_id: string | null;
}

/**
 * Does to wallet objects what changes in D1 have recorded and a crash or a silent wallet has left, and removes what is
 * done. What fails is tried again in the next round.
 */
export async function replayWalletEffects(db: Database, steps: EffectSteps): Promise<LogFields> {
  const before = steps.now() - AGE_MS;
  const rows = await takePage<EffectRow>(db, { job: JOB, sql: LEFT_OVER, params: [before], page: PAGE });
  let failed = 0;
  for (const row of rows) {
    try {
      for (const wallet_id of await walletObjects(db, row.wallet_id)) await apply(steps, { ...row, wallet_id });
      await db.prepare("DELETE FROM wallet_effects WHERE id = ?1").bind(row.id).run();
    } catch (error) {
      failed += 1;
      log("warn", "wallet_effect_failed", { wallet_id: row.wallet_id, kind: row.kind, problem: problemOf(error) });
    }
  }
  return { effects: rows.length, failed };
}

const LEFT_OVER = `
  SELECT id, wallet_id, kind, key_id FROM wallet_effects WHERE id > ?1 AND created_at <= ?3 ORDER BY id LIMIT ?2`;

async function apply(steps: EffectSteps, { wallet_id, kind, key_id }: EffectRow): Promise<void> {
  if (kind === "configure") {
    const settings = await steps.settings(wallet_id);
    // The change that recorded this made or changed the wallet, so this is a row that somebody removed by hand.
    if (settings === null) log("error", "wallet_effect_without_wallet", { wallet_id });
    else await steps.configure(settings);
  } else if (kind === "revoke_key" && key_id !== null) {
    await steps.revokeKey(wallet_id, key_id);
  } else if (kind === "limit_key" && key_id !== null) {
    const limits = await steps.keyLimits(key_id);
    if (limits === null) log("error", "wallet_effect_without_key", { wallet_id, key_id });
    else await steps.limitKey(wallet_id, key_id, limits);
  } else {
    throw new Error("no such kind of effect");
  }
}
