import { NO_RATE_LIMITS } from "../../schema/wire/rate-limits.ts";
import type { WalletSettings } from "../../schema/wire/wallet-settings.ts";

/** Settings of a wallet object whose period never ends. Limits in nano-dollars; null is none. */
export const settingsOf = (
  wallet_id: string,
  limit_nano_usd: number | null,
  parent_id: string | null,
): WalletSettings => ({
  wallet_id,
  org_id: "org_bench",
  name: wallet_id,
  version: 1,
  limit_nano_usd,
  hard: true,
  overdraft_percent: 0,
  period: "none",
  time_zone: "UTC",
  start_day: 1,
  carry_over: false,
  thresholds: [],
  maximum_per_request_nano_usd: null,
  frozen: false,
  parent_id,
  cost_center: null,
  team_id: null,
  ends_at: null,
  rate_limits: NO_RATE_LIMITS,
});
