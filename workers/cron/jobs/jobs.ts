import { loadKeyLimits } from "../../../schema/clients/key-limits-row.ts";
import { carryOut } from "../../../schema/clients/money-request.ts";
import { objectNamed } from "../../../schema/clients/object-named.ts";
import { loadWalletSettings } from "../../../schema/clients/wallet-settings-row.ts";
import type { Effects } from "../../../schema/kernel/effects.ts";
import type { LogFields } from "../../../schema/kernel/log.ts";
import { openWebhookSecret } from "../audit/open-webhook-secret.ts";
import { sendReceipt } from "../audit/send-receipt.ts";
import { replayAskedFor } from "../dead-letters/replay.ts";
import { type Env, readConfig } from "../env.ts";
import { notify } from "../notifications/notify.ts";
import { anchorAudit } from "./anchor-audit.ts";
import { detectAnomalies } from "./detect-anomalies.ts";
import { expireMoney } from "./expire-money.ts";
import { finishMoney } from "./finish-money.ts";
import { foldDays } from "./fold-days.ts";
import { judgeExperiments } from "./judge-experiments.ts";
import { purgeConsole } from "./purge-console.ts";
import { purgeLog } from "./purge-log.ts";
import { purgeNotifications } from "./purge-notifications.ts";
import { purgeTexts } from "./purge-texts.ts";
import { replayWalletEffects } from "./replay-wallet-effects.ts";
import { sendDigests } from "./send-digests.ts";
import { sweepWallets } from "./sweep-wallets.ts";
import { verifyAudit } from "./verify-audit.ts";

type Job = (env: Env, effects: Effects) => Promise<LogFields>;

const walletOf = (env: Env, wallet_id: string) => objectNamed(env.WALLET, wallet_id);
const auditOf = (env: Env, org_id: string) => objectNamed(env.AUDIT, org_id);

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

  "judge-experiments": (env, effects) =>
    judgeExperiments(env.DB, {
      write: (write) => auditOf(env, write.org_id).write(write),
      newEntryId: () => effects.newId("audit"),
      now: () => effects.now(),
    }),

  "replay-dead-letters": (env, effects) => replayAskedFor(env.DB, env.EVENTS, effects.now()),

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

  "purge-log": (env, effects) => {
    const result = readConfig(env);
    if (!result.ok) throw new Error(result.problem);
    return purgeLog(env.DB, result.config.AO_LOG_DAYS, effects.now());
  },

  "fold-days": (env, effects) => foldDays(env.DB, effects.now()),

  "detect-anomalies": (env, effects) => detectAnomalies(env.DB, effects.now()),

  "send-digests": (env, effects) =>
    sendDigests(env.DB, {
      walletState: (wallet_id) => walletOf(env, wallet_id).state(),
      newDeliveryId: () => effects.newId("delivery"),
      now: () => effects.now(),
    }),

  notify,

  "purge-console": (env, effects) => purgeConsole(env.DB, effects.now()),

  "purge-texts": (env, effects) => {
    const result = readConfig(env);
    if (!result.ok) throw new Error(result.problem);
    return purgeTexts(env.DB, env, result.config.AO_LOG_DAYS, effects.now());
  },

  "purge-notifications": (env, effects) => purgeNotifications(env.DB, effects.now()),
};
