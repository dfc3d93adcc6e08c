import type { Price } from "./price.ts";

/** What a request may call the tier that costs the list price, at any provider. */
const STANDARD: ReadonlySet<string> = new Set(["auto", "default", "standard", "standard_only"]);

export const isStandardTier = (tier: string | null | undefined): boolean =>
  tier === null || tier === undefined || STANDARD.has(tier);

/**
 * The price of a service tier: the list price for the standard one, the tier's own rates under a `price_id` that names
 * it, or null when the price has no such tier.
 */
export function priceOfTier(list: Price, tier: string | null | undefined): Price | null {
  if (tier === null || tier === undefined || STANDARD.has(tier)) return list;
  const own = list.service_tiers ?? {};
  const rates = Object.hasOwn(own, tier) ? own[tier] : undefined;
  return rates === undefined
    ? null
    : { price_id: `${list.price_id}#${tier}`, effective_from: list.effective_from, rates, tiers: [] };
}
