import * as z from "zod";
import { formatUsd, nanoUsd } from "../../../schema/kernel/money.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import type { LiveRequest, LiveWallet } from "../../../schema/wire/live.ts";
import { REQUEST_OUTCOMES } from "../../../schema/wire/request-record.ts";

/** What is sent of a wallet. */
export const liveWalletEvent = z.object({
  wallet_id: z.string(),
  limit_usd: z.string().nullable(),
  balance_usd: z.string(),
  spent_usd: z.string().describe("In this period."),
  held_usd: z.string(),
  leased_usd: z.string().describe("What wallets below it may spend of it."),
  available_usd: z.string().nullable().describe("What could be held now; null where there is no hard limit."),
  open_holds: z.int(),
  frozen: z.boolean(),
  resets_at: z.iso.datetime().nullable(),
});

/** What is sent of a request that has ended. */
export const liveRequestEvent = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  wallet_id: z.string(),
  team_id: z.string().nullable().describe("What it was booked to."),
  key_id: z.string(),
  provider_id: z.string(),
  model: z.string(),
  feature: z.string().nullable(),
  outcome: z.enum(REQUEST_OUTCOMES),
  status: z.int(),
  cost_usd: z.string(),
  latency_ms: z.int(),
});

/** What is sent first: how much of the org is watched. */
export const liveHelloEvent = z.object({ wallets: z.int(), of: z.int() });

export const showLiveWallet = (wallet: LiveWallet): z.infer<typeof liveWalletEvent> => ({
  wallet_id: wallet.wallet_id,
  limit_usd: wallet.limit_nano_usd === null ? null : usd(wallet.limit_nano_usd),
  balance_usd: usd(wallet.balance_nano_usd),
  spent_usd: usd(wallet.spent_nano_usd),
  held_usd: usd(wallet.held_nano_usd),
  leased_usd: usd(wallet.leased_nano_usd),
  available_usd: wallet.available_nano_usd === null ? null : usd(wallet.available_nano_usd),
  open_holds: wallet.open_holds,
  frozen: wallet.frozen,
  resets_at: wallet.resets_at === null ? null : formatTime(wallet.resets_at),
});

export const showLiveRequest = ({ cost_nano_usd, at, ...request }: LiveRequest): z.infer<typeof liveRequestEvent> => ({
  ...request,
  at: formatTime(at),
  cost_usd: usd(cost_nano_usd),
});

const usd = (nano: number): string => formatUsd(nanoUsd(nano));
