import { walletClient } from "../../../../schema/clients/wallet-client.ts";
import { log } from "../../../../schema/kernel/log.ts";
import type { WalletState } from "../../../../schema/wire/wallet-rpc.ts";
import type { GatewayConfig } from "../../env.ts";
import type { RequestScope } from "../../http/request-scope.ts";
import { FreshCache } from "../../stores/fresh-cache.ts";

/** One cache per configuration, so that its age limit is the configured one. */
const caches = new WeakMap<GatewayConfig, FreshCache<number | null>>();

function cacheOf(config: GatewayConfig): FreshCache<number | null> {
  const known = caches.get(config);
  if (known !== undefined) return known;
  // As old as the configuration may be, and no older while a wallet does not answer: then it is not known.
  const fresh_ms = config.AO_SNAPSHOT_MS;
  const cache = new FreshCache<number | null>({ fresh_ms, stale_ms: 2 * fresh_ms, entries_max: 10_000 });
  caches.set(config, cache);
  return cache;
}

/**
 * How much of its limit the wallet, or the most used one above it, has spent in this period: percent, to the hundredth,
 * rounded down. Null where none of them has a limit, and where a wallet does not answer. From memory where this isolate
 * has looked lately, else one call for each wallet up to the top. It never admits or refuses anything by itself.
 */
export async function walletUse(scope: RequestScope, wallet_id: string): Promise<number | null> {
  try {
    return await cacheOf(scope.config).get(
      wallet_id,
      scope.started_at,
      () => mostUsed(scope, wallet_id),
      (promise) => scope.waitUntil(promise),
    );
  } catch (error) {
    log("warn", "wallet_use_unknown", { request_id: scope.request_id, wallet_id, reason: String(error) });
    return null;
  }
}

/** Trees are no deeper: settings that went in a circle must not keep a request here. */
const LEVELS_MAX = 32;

async function mostUsed(scope: RequestScope, wallet_id: string): Promise<number | null> {
  let most: number | null = null;
  let next: string | null = wallet_id;
  for (let level = 0; next !== null && level < LEVELS_MAX; level += 1) {
    const state: WalletState = await walletClient(scope.env, scope.effects, next).state();
    const used = usedPercent(state);
    if (used !== null) most = Math.max(most ?? 0, used);
    next = state.settings.parent_id;
  }
  return most;
}

/** By the figures that its thresholds go by. A limit of nothing is used up. */
export function usedPercent({
  settings: { limit_nano_usd },
  spent_nano_usd,
}: Pick<WalletState, "settings" | "spent_nano_usd">): number | null {
  if (limit_nano_usd === null) return null;
  if (limit_nano_usd === 0) return 100;
  // Nano-dollars times ten thousand are more than a number holds exactly.
  return Math.max(0, Number((BigInt(spent_nano_usd) * 10_000n) / BigInt(limit_nano_usd)) / 100);
}
