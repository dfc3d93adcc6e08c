import { inputTokens, MAX_USAGE_COUNT, USAGE_COMPONENTS, type Usage, type UsageComponent } from "../canonical/usage.ts";
import { type NanoUsd, nanoUsd } from "../kernel/money.ts";
import { componentRate, ratesFor } from "./component-rate.ts";
import type { NanoUsdPerMillion, Price } from "./price.ts";

/** One component of a charge. Its share is `count × rate / 1,000,000` nano-USD, not rounded: only the sum is. */
export interface CostLine {
  readonly component: UsageComponent;
  readonly count: number;
  readonly rate: NanoUsdPerMillion;
  /** The component whose rate was used: itself or its declared fallback; null when it is unpriced. */
  readonly priced_as: UsageComponent | null;
}

export interface Cost {
  readonly cost_nano_usd: NanoUsd;
  /** Components with a count above zero, in the order of USAGE_COMPONENTS. */
  readonly lines: readonly CostLine[];
  /** Components that the price has no rate for: charged so that no money is lost, and shown to an operator. */
  readonly unpriced: readonly UsageComponent[];
  /** The tier that applied, by its limit; null for the base rates. */
  readonly tier_above_input_tokens: number | null;
}

const MILLION = 1_000_000n;

/**
 * What a usage costs under a price: the exact sum over components, rounded half up once, at the end.
 * The tier goes by all prompt tokens together, cached, audio and image ones included.
 * Throws a RangeError when a count is not an integer from 0 to MAX_USAGE_COUNT, a rate is not an integer ≥ 0, or the sum
 * is more than a wallet can hold: callers have validated their figures, so any of these is a fault and not a charge.
 */
export function costOf(usage: Usage, price: Price): Cost {
  for (const component of USAGE_COMPONENTS) checkCount(component, usage[component]);
  const { rates, tier_above_input_tokens } = ratesFor(price, inputTokens(usage));
  const lines: CostLine[] = [];
  const unpriced: UsageComponent[] = [];
  let total = 0n;
  for (const component of USAGE_COMPONENTS) {
    const count = usage[component] ?? 0;
    if (count === 0) continue;
    const { rate, priced_as, unpriced: isUnpriced } = componentRate(component, rates);
    checkRate(price, component, rate);
    if (isUnpriced) unpriced.push(component);
    lines.push({ component, count, rate, priced_as });
    total += BigInt(count) * BigInt(rate);
  }
  return { cost_nano_usd: roundHalfUp(total), lines, unpriced, tier_above_input_tokens };
}

/** Millionths of a nano-USD to nano-USD, half up. Exported for the bound, which must round as the cost does. */
export function roundHalfUp(millionths: bigint): NanoUsd {
  return nanoUsd(Number((millionths + MILLION / 2n) / MILLION));
}

function checkCount(component: UsageComponent, count: number | undefined): void {
  if (count === undefined) return;
  if (!Number.isInteger(count) || count < 0 || count > MAX_USAGE_COUNT) {
    throw new RangeError(`not a usage count of ${component}: ${count}`);
  }
}

function checkRate(price: Price, component: UsageComponent, rate: number): void {
  if (!Number.isSafeInteger(rate) || rate < 0) {
    throw new RangeError(`not a rate of ${component} in price ${price.price_id}: ${rate}`);
  }
}
