import type { Usage, UsageComponent } from "../canonical/usage.ts";
import type { NanoUsd } from "../kernel/money.ts";
import { costOf } from "./cost.ts";
import type { NanoUsdPerMillion, Price } from "./price.ts";

/** One component of a charge with its share, in millionths of a nano-USD: exact, because only the sum is rounded. */
export interface ChargeLine {
  readonly component: UsageComponent;
  readonly count: number;
  readonly rate: NanoUsdPerMillion;
  /** The component whose rate was used; null when the price has none for it. */
  readonly priced_as: UsageComponent | null;
  readonly amount_millionths: bigint;
}

/** How a cost comes about. The amounts of `lines` and `rounding_millionths` are together exactly `cost_nano_usd`. */
export interface ChargeExplanation {
  readonly lines: readonly ChargeLine[];
  readonly rounding_millionths: bigint;
  readonly cost_nano_usd: NanoUsd;
  readonly tier_above_input_tokens: number | null;
}

/** Each component of a usage at its rate, by the same sum that made the charge. Throws what `costOf` throws. */
export function explainCharge(usage: Usage, price: Price): ChargeExplanation {
  const { lines, cost_nano_usd, tier_above_input_tokens } = costOf(usage, price);
  const shares = lines.map((line) => ({ ...line, amount_millionths: BigInt(line.count) * BigInt(line.rate) }));
  const exact = shares.reduce((sum, { amount_millionths }) => sum + amount_millionths, 0n);
  return {
    lines: shares,
    rounding_millionths: BigInt(cost_nano_usd) * 1_000_000n - exact,
    cost_nano_usd,
    tier_above_input_tokens,
  };
}
