import {
  addUsd,
  MAX_NANO_USD,
  maxUsd,
  minUsd,
  type NanoUsd,
  nanoUsd,
  subtractUsd,
  ZERO_USD,
} from "../../../schema/kernel/money.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import type { State } from "./state.ts";

/** What may be spent beyond what is spent, holds not counted; null without a limit. */
export function allowance(settings: WalletSettings, balance: NanoUsd): NanoUsd | null {
  if (settings.limit_nano_usd === null) return null;
  // A limit of 0 refuses everything that costs, also what was carried over before it was set.
  if (settings.limit_nano_usd === 0) return ZERO_USD;
  return nanoUsd(Math.max(0, Math.min(MAX_NANO_USD, balance + overdraft(settings))));
}

/** What could be held now: the allowance without what is held. Null without a limit, never negative. */
export function available(settings: WalletSettings, balance: NanoUsd, held: NanoUsd): NanoUsd | null {
  const free = allowance(settings, balance);
  return free === null ? null : nanoUsd(Math.max(0, free - held));
}

/** What of the lease is promised to somebody: held for requests, and leased to wallets below. */
const toBeSpent = (state: Pick<State, "held_nano_usd" | "leased_out_nano_usd">): NanoUsd =>
  addUsd(state.held_nano_usd, state.leased_out_nano_usd);

/** What of the balance is promised: the same, and what is reserved for transfers. That is spent of no lease. */
export const promised = (
  state: Pick<State, "held_nano_usd" | "leased_out_nano_usd" | "transferring_nano_usd">,
): NanoUsd => addUsd(toBeSpent(state), state.transferring_nano_usd);

/** What of the balance may be moved to another wallet: what is there and promised to nobody. Never of the overdraft. */
export function movable(settings: WalletSettings, state: State): NanoUsd {
  if (settings.limit_nano_usd === null || settings.limit_nano_usd === 0) return ZERO_USD;
  return nanoUsd(Math.max(0, state.balance_nano_usd - promised(state)));
}

/** Whether the wallet's time is over. */
export const isEnded = ({ ends_at }: WalletSettings, now: number): boolean => ends_at !== null && ends_at <= now;

/** What of the money leased from the wallet above is free; null at the top of a tree. May be below zero. */
export const idleLease = (state: State): NanoUsd | null =>
  state.upstream === null ? null : subtractUsd(state.upstream.leased_nano_usd, toBeSpent(state));

/** What of it may be spent: nothing while the wallet above has stopped it. */
export const usableLease = (state: State): NanoUsd | null => {
  const idle = idleLease(state);
  return idle === null || state.upstream?.stopped_seq === null ? idle : minUsd(ZERO_USD, idle);
};

/** How far a balance may go below zero. Limit and overdraft together stay in the range of one amount. */
export function overdraft(settings: WalletSettings): NanoUsd {
  const limit = settings.limit_nano_usd ?? 0;
  const wanted = (BigInt(limit) * BigInt(settings.overdraft_percent)) / 100n;
  const room = BigInt(MAX_NANO_USD - limit);
  return nanoUsd(Number(wanted < room ? wanted : room));
}

/** Whether `more` can be held on top of what is held. A wallet that is not hard takes it past its limit, but not past 0. */
export function fits(settings: WalletSettings, balance: NanoUsd, held: NanoUsd, more: NanoUsd): boolean {
  const now = available(settings, balance, held);
  if (now === null || more <= now) return true;
  return !settings.hard && settings.limit_nano_usd !== 0;
}

/**
 * The largest hold that one request may have. Besides the wallet's own bound there is the range of an amount: when all
 * that is held is charged, balance and spending must still be in it, so that no settlement can fail on arithmetic.
 */
export function maximumHold(settings: WalletSettings, balance: NanoUsd, spent: NanoUsd, others: NanoUsd): NanoUsd {
  const in_range = Math.min(MAX_NANO_USD + balance, MAX_NANO_USD - Math.max(spent, 0)) - others;
  const representable = nanoUsd(Math.max(0, Math.min(MAX_NANO_USD, in_range)));
  const maximum = settings.maximum_per_request_nano_usd;
  return maximum === null ? representable : minUsd(representable, nanoUsd(maximum));
}

/** How much of the overdraft is used. */
export const overdraftUsed = (settings: WalletSettings, balance: NanoUsd): NanoUsd =>
  settings.limit_nano_usd === null ? ZERO_USD : maxUsd(ZERO_USD, nanoUsd(-balance));
