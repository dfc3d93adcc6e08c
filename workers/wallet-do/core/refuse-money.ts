import { type NanoUsd, nanoUsd, ZERO_USD } from "../../../schema/kernel/money.ts";
import type { MoneyRefusal } from "../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import { allowance, available, fits, isEnded, maximumHold, movable, promised, usableLease } from "./allowance.ts";
import type { Decision } from "./change.ts";
import { draft } from "./draft.ts";
import { earliestDeadline, type State } from "./state.ts";

/**
 * With less than this left (a millionth of a dollar: a few tokens of the cheapest model) a wallet counts as exhausted
 * rather than as too small for the request: nothing smaller would fit either.
 */
const SMALLEST_SENSIBLE_NANO_USD = 1_000;
/** Nobody is told to come back sooner than this. */
const RETRY_AFTER_MS_MIN = 1_000;

/** What is missing for an amount on top of all that is promised: of this wallet's own allowance, and of its lease. */
export interface Gap {
  readonly own_nano_usd: NanoUsd;
  readonly lease_nano_usd: NanoUsd;
}

export function gapOf(state: State, settings: WalletSettings, wanted: NanoUsd): Gap {
  const own = available(settings, state.balance_nano_usd, promised(state));
  const ownFits = own === null || fits(settings, state.balance_nano_usd, promised(state), wanted);
  const idle = usableLease(state);
  return {
    own_nano_usd: ownFits ? ZERO_USD : nanoUsd(wanted - own),
    lease_nano_usd: idle === null ? ZERO_USD : nanoUsd(Math.max(0, wanted - idle)),
  };
}

/** The same for money that is to be moved to another wallet: no lease is needed for it. */
export const gapToMove = (state: State, settings: WalletSettings, wanted: NanoUsd): Gap => ({
  own_nano_usd: nanoUsd(Math.max(0, wanted - movable(settings, state))),
  lease_nano_usd: ZERO_USD,
});

export const isCovered = ({ own_nano_usd, lease_nano_usd }: Gap): boolean => own_nano_usd === 0 && lease_nano_usd === 0;

/** Why nobody may spend here, whatever the amount, or a request is larger than any may be; null when neither is so. */
export function standingRefusal(
  state: State,
  settings: WalletSettings,
  request: NanoUsd,
  now: number,
): MoneyRefusal | null {
  const { wallet_id } = settings;
  if (settings.frozen) return { status: "frozen", wallet_id };
  if (isEnded(settings, now)) return { status: "ended", wallet_id };
  const maximum_nano_usd = maximumHold(settings, state.balance_nano_usd, state.spent_nano_usd, promised(state));
  return request > maximum_nano_usd ? { status: "exceeds_maximum", wallet_id, maximum_nano_usd } : null;
}

/**
 * Which of the three it is. `held_by_others`: the request would fit if what is promised to others ended without a charge.
 * `exhausted`: next to nothing would be left even then. `exceeds_wallet`: something is left, but this request alone is
 * larger than it. `covered` is what of the request this wallet need not give: a wallet below has that already.
 */
export function refuseMoney(
  state: State,
  settings: WalletSettings,
  request: NanoUsd,
  covered: NanoUsd,
  now: number,
): Decision<MoneyRefusal> {
  const free_nano_usd = allowance(settings, state.balance_nano_usd) ?? ZERO_USD;
  const left = available(settings, state.balance_nano_usd, promised(state)) ?? ZERO_USD;
  const common = {
    wallet_id: settings.wallet_id,
    available_nano_usd: nanoUsd(left + covered),
    free_nano_usd,
    resets_at: state.period.end,
    retry_after_ms: null,
  };
  if (request <= free_nano_usd) {
    const answer = { ...common, status: "held_by_others", retry_after_ms: retryAfter(state, now) } as const;
    return { answer, changes: [] };
  }
  if (free_nano_usd >= SMALLEST_SENSIBLE_NANO_USD) {
    return { answer: { ...common, status: "exceeds_wallet" }, changes: [] };
  }
  const alert = draft(state, settings, now);
  alert.exhausted();
  return { answer: { ...common, status: "exhausted" }, changes: alert.changes };
}

/** Why money cannot be moved to another wallet: the same three, of the balance alone. */
export function refuseMove(state: State, settings: WalletSettings, amount: NanoUsd, now: number): BalanceRefusal {
  const free = settings.limit_nano_usd === 0 ? 0 : Math.max(0, state.balance_nano_usd);
  const status =
    amount <= free ? "held_by_others" : free >= SMALLEST_SENSIBLE_NANO_USD ? "exceeds_wallet" : "exhausted";
  return {
    status,
    wallet_id: settings.wallet_id,
    available_nano_usd: movable(settings, state),
    free_nano_usd: nanoUsd(free),
    resets_at: state.period.end,
    retry_after_ms: status === "held_by_others" ? retryAfter(state, now) : null,
  };
}

/** What a balance alone can be short of. */
export type BalanceRefusal = Extract<
  MoneyRefusal,
  { readonly status: "exhausted" | "held_by_others" | "exceeds_wallet" }
>;

/** When the first hold ends at the latest. What wallets below hold is not known here: a second, as for any moment. */
export const retryAfter = (state: State, now: number): number =>
  Math.max(RETRY_AFTER_MS_MIN, state.holds.size === 0 ? 0 : earliestDeadline(state.holds) - now);
