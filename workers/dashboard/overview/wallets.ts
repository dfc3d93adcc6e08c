import { formatUsd, nanoUsd } from "../../../schema/kernel/money.ts";
import type { WalletState } from "../../../schema/wire/wallet-rpc.ts";
import { figures } from "../resources/wallets.ts";
import { part } from "../spend/show.ts";
import { budgetOf, type LiveWallet } from "../wallet/states.ts";

/** How a wallet stands, the gravest first. */
export const WALLET_STANDINGS = ["frozen", "ended", "exhausted", "warning", "ok", "unavailable"] as const;
export type WalletStanding = (typeof WALLET_STANDINGS)[number];

/** A wallet with its figures as `GET /v1/wallets/{id}` has them, and how much of its money of the period is used. */
export function showWallet({ row, state }: LiveWallet, now: number) {
  const settings = { id: row.id, name: row.name, parent_id: row.parent_id, team_id: row.team_id, period: row.period };
  if (state === null) return { ...settings, standing: "unavailable" as WalletStanding, utilisation: null };
  const budget = budgetOf(state);
  return {
    ...settings,
    standing: standingOf(state, now),
    limit_usd: state.settings.limit_nano_usd === null ? null : formatUsd(nanoUsd(state.settings.limit_nano_usd)),
    budget_usd: budget === null ? null : formatUsd(nanoUsd(budget)),
    utilisation: budget === null ? null : part(state.spent_nano_usd, budget),
    held_part: budget === null ? null : part(state.held_nano_usd, budget),
    ...figures(state, now),
  };
}

export function standingOf(state: WalletState, now: number): WalletStanding {
  const { settings } = state;
  if (settings.frozen) return "frozen";
  if (settings.ends_at !== null && settings.ends_at <= now) return "ended";
  if (state.available_nano_usd === 0 && state.held_nano_usd === 0 && state.leased_nano_usd === 0) return "exhausted";
  const budget = budgetOf(state);
  const [first] = settings.thresholds;
  if (budget === null || first === undefined) return "ok";
  return state.spent_nano_usd * 100 >= budget * first ? "warning" : "ok";
}

/** The most used first; those without a limit behind them, by what they have spent. */
export const byUse = (a: LiveWallet, b: LiveWallet): number =>
  use(b) - use(a) || (b.state?.spent_nano_usd ?? 0) - (a.state?.spent_nano_usd ?? 0) || (a.row.id < b.row.id ? -1 : 1);

function use({ state }: LiveWallet): number {
  if (state === null) return -2;
  const budget = budgetOf(state);
  if (budget === null) return -1;
  return budget === 0 ? Number(state.spent_nano_usd > 0) : state.spent_nano_usd / budget;
}
