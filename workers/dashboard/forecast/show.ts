import { formatUsd, MAX_NANO_USD, nanoUsd } from "../../../schema/kernel/money.ts";
import { formatTime, formatTimeOrNull } from "../../../schema/kernel/time.ts";
import type { WalletState } from "../../../schema/wire/wallet-rpc.ts";
import { part } from "../spend/show.ts";
import { budgetOf, type LiveWallet } from "../wallet/states.ts";
import { CONFIDENCE, forecast, type Standing } from "./forecast.ts";
import { historyOf, type Spending } from "./read-history.ts";

/** A wallet's forecast as the API shows it; null where its object does not answer. Amounts that are expected are estimates. */
export function showForecast(
  { row, state }: LiveWallet,
  below: readonly string[],
  spending: Spending,
  now: number,
): Record<string, unknown> | null {
  if (state === null) return null;
  const standing = standingOf(state, now);
  const budget = budgetOf(state);
  const { at_reset, ...expected } = forecast(historyOf(spending, below), standing);
  return {
    wallet_id: row.id,
    wallet_name: row.name,
    team_id: row.team_id,
    parent_id: row.parent_id,
    period: row.period,
    period_started_at: formatTime(state.period_start),
    resets_at: formatTimeOrNull(state.resets_at),
    spent_usd: formatUsd(state.spent_nano_usd),
    budget_usd: budget === null ? null : formatUsd(nanoUsd(budget)),
    left_usd: standing.left === null ? null : formatUsd(nanoUsd(standing.left)),
    utilisation: budget === null ? null : part(state.spent_nano_usd, budget),
    basis: expected.basis,
    history_days: expected.history_days,
    burn_rate: {
      last_day_usd: estimate(expected.last_day),
      last_week_usd_per_day: estimate(expected.last_week_per_day),
      expected_usd_per_day: estimate(expected.expected_per_day),
    },
    at_reset:
      at_reset === null
        ? null
        : {
            expected_usd: estimate(at_reset.expected),
            low_usd: estimate(at_reset.low),
            high_usd: estimate(at_reset.high),
            confidence: CONFIDENCE,
            over_budget: budget !== null && at_reset.expected > budget,
            utilisation: budget === null ? null : part(Math.round(at_reset.expected), budget),
          },
    runs_out_at: formatTimeOrNull(expected.runs_out_at),
  };
}

/** What is held and leased is there to be spent. What may be spent on overdraft is not counted on. */
const standingOf = (state: WalletState, now: number): Standing => ({
  now,
  period_start: state.period_start,
  resets_at: state.resets_at,
  spent: state.spent_nano_usd,
  left:
    state.settings.limit_nano_usd === null ? null : Math.max(0, state.balance_nano_usd - state.transferring_nano_usd),
});

const DIGITS = 4;

/** Dollars of an estimate: no more digits than it has worth. */
function estimate(amount: number): string {
  const rounded = amount === 0 ? 0 : Number(amount.toPrecision(DIGITS));
  return formatUsd(nanoUsd(Math.round(Math.max(-MAX_NANO_USD, Math.min(MAX_NANO_USD, rounded)))));
}
