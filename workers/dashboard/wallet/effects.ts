import { inArray } from "drizzle-orm";
import { loadKeyLimits } from "../../../schema/clients/key-limits-row.ts";
import { walletClient } from "../../../schema/clients/wallet-client.ts";
import { walletObjects } from "../../../schema/clients/wallet-objects.ts";
import { loadWalletSettings } from "../../../schema/clients/wallet-settings-row.ts";
import { type Refused, refuse } from "../../../schema/kernel/errors.ts";
import { log } from "../../../schema/kernel/log.ts";
import { walletEffects } from "../../../schema/tables/console.ts";
import type { ConsoleScope } from "../http/scope.ts";
import { databaseOf } from "../store/database.ts";

/** What a change of configuration does to a wallet object. Both may be done twice. */
export type WalletEffect =
  | { readonly kind: "configure"; readonly wallet_id: string }
  | { readonly kind: "revoke_key" | "limit_key"; readonly wallet_id: string; readonly key_id: string };

export interface PendingEffect {
  readonly id: string;
  readonly effect: WalletEffect;
}

/**
 * Carries recorded effects to the wallet objects, so that they hold from the next request on, and forgets those that
 * were. 503 when a wallet does not answer: the change is recorded, and a job carries it there within a minute or two.
 */
export async function applyEffects(
  scope: ConsoleScope,
  pending: readonly PendingEffect[],
): Promise<{ readonly committed: true } | Refused> {
  const done: string[] = [];
  for (const { id, effect } of pending) {
    try {
      await applyEffect(scope, effect);
      done.push(id);
    } catch (error) {
      log("error", "wallet_effect_failed", { wallet_id: effect.wallet_id, kind: effect.kind, reason: String(error) });
    }
  }
  if (done.length > 0) scope.waitUntil(forget(scope, done));
  if (done.length === pending.length) return { committed: true };
  return refuse("wallet_unavailable", {
    message: "The change is recorded, but the wallet did not answer: it takes effect within two minutes.",
    retry_after_ms: 1_000,
  });
}

async function applyEffect(scope: ConsoleScope, effect: WalletEffect): Promise<void> {
  // The wallet itself first: what it stops, its shards ask it for.
  for (const id of await walletObjects(scope.env.DB, effect.wallet_id)) await applyTo(scope, effect, id);
}

async function applyTo(scope: ConsoleScope, effect: WalletEffect, object_id: string): Promise<void> {
  const client = walletClient(scope.env, scope.effects, object_id);
  if (effect.kind === "revoke_key") {
    const { key_id } = effect;
    await client.call(async (wallet) => {
      await wallet.revokeKey(key_id);
      return { status: "revoked" };
    });
    return;
  }
  if (effect.kind === "limit_key") {
    const { key_id } = effect;
    const limits = await loadKeyLimits(scope.env.DB, key_id);
    if (limits === null) throw new Error("there is no such key");
    await client.call(async (wallet) => {
      await wallet.limitKey(key_id, limits);
      return { status: "limited" };
    });
    return;
  }
  const settings = await loadWalletSettings(scope.env.DB, object_id);
  if (settings === null) throw new Error("there is no such wallet");
  await client.call(async (wallet) => {
    await wallet.configure(settings);
    return { status: "configured" };
  });
}

/** What stays because this failed is done once more by the job, which changes nothing. */
async function forget(scope: ConsoleScope, ids: readonly string[]): Promise<void> {
  await databaseOf(scope.env.DB)
    .delete(walletEffects)
    .where(inArray(walletEffects.id, [...ids]))
    .catch((error: unknown) => log("warn", "wallet_effects_kept", { effects: ids.length, reason: String(error) }));
}
