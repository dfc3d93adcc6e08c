import { loadKeyLimits } from "../../../schema/clients/key-limits-row.ts";
import { carryOut } from "../../../schema/clients/money-request.ts";
import { loadWalletSettings } from "../../../schema/clients/wallet-settings-row.ts";
import type { Effects } from "../../../schema/kernel/effects.ts";
import type { LogFields } from "../../../schema/kernel/log.ts";
import { openWebhookSecret } from "../audit/open-webhook-secret.ts";
import { sendReceipt } from "../audit/send-receipt.ts";
import { type Env, readConfig } from "../env.ts";
import { anchorAudit } from "./anchor-audit.ts";
import { expireMoney } from "./expire-money.ts";
import { finishMoney } from "./finish-money.ts";
import { purgeConsole } from "./purge-console.ts";
import { replayWalletEffects } from "./replay-wallet-effects.ts";
import { sweepWallets } from "./sweep-wallets.ts";
import { verifyAudit } from "./verify-audit.ts";

type Job = (env: Env, effects: Effects) => Promise<LogFields>;

const walletOf = (env: Env, wallet_id: string) => env.WALLET.get(env.WALLET.idFromName(wallet_id));
const auditOf = (env: Env, org_id: string) => env.AUDIT.get(env.AUDIT.idFromName(org_id));

/** What runs at every trigger, by its name. Each goes by marks of its own: none minds a trigger missed or doubled. */
export const JOBS: Readonly<Record<string, Job>> = {
  "sweep-wallets": (env) => sweepWallets(env.DB, (wallet_id) => walletOf(env, wallet_id).state()),

  "replay-wallet-effects": (env, effects) =>
    replayWalletEffects(env.DB, {
      settings: (wallet_id) => loadWalletSettings(env.DB, wallet_id),
      configure: (settings) => walletOf(env, settings.wallet_id).configure(settings),
      revokeKey: (wallet_id, key_id) => walletOf(env, wallet_id).revokeKey(key_id),
      keyLimits: (key_id) => loadKeyLimits(env.DB, key_id),
      limitKey: (wallet_id, key_id, limits) => walletOf(env, wallet_id).limitKey(key_id, limits),
      now: () => effects.now(),
    }),

  "finish-money": (env, effects) =>
    finishMoney(env.DB, {
      carryOut: (request) => carryOut(env, effects, request),
      write: (write) => auditOf(env, write.org_id).write(write),
      newEntryId: () => effects.newId("audit"),
      now: () => effects.now(),
    }),

  "expire-money": (env, effects) =>
    expireMoney(env.DB, {
      write: (write) => auditOf(env, write.org_id).write(write),
      newEntryId: () => effects.newId("audit"),
      now: () => effects.now(),
    }),

  "verify-audit": (env, effects) => verifyAudit(env.DB, (org_id) => auditOf(env, org_id).verify(org_id), effects.now()),

  "anchor-audit": (env, effects) => {
    const result = readConfig(env);
    if (!result.ok) throw new Error(result.problem);
    const { config } = result;
    return anchorAudit(env.DB, {
      head: (org_id) => auditOf(env, org_id).head(org_id),
      openSecret: (org_id, sealed) => openWebhookSecret(env.DB, config, org_id, sealed),
      send: (url, secret, receipt) =>
        sendReceipt({ url, secret, allow_private: config.AO_ALLOW_PRIVATE_UPSTREAMS }, receipt, effects),
      now: () => effects.now(),
    });
  },

  "purge-console": (env, effects) => purgeConsole(env.DB, effects.now()),
};
