import { catalogueOf, isCatalogueProvider } from "./catalogue.ts";
import type { Price } from "./price.ts";
import { priceOfTier } from "./service-tier.ts";

/** A `price_id` as a charge names it: the list price, and the service tier when it was not the standard one. */
export function splitPriceId(price_id: string): { readonly list_id: string; readonly tier: string | null } {
  const hash = price_id.indexOf("#");
  return hash === -1
    ? { list_id: price_id, tier: null }
    : { list_id: price_id.slice(0, hash), tier: price_id.slice(hash + 1) };
}

/** The price of the catalogue with this id, `openai/gpt-5@2025-08-07#flex`; null when the catalogue has it no more. */
export function cataloguePrice(price_id: string): Price | null {
  const { list_id, tier } = splitPriceId(price_id);
  const kind = list_id.slice(0, Math.max(0, list_id.indexOf("/")));
  if (!isCatalogueProvider(kind)) return null;
  for (const { prices } of catalogueOf(kind).models) {
    const list = prices.find((price) => price.price_id === list_id);
    if (list !== undefined) return priceOfTier(list, tier);
  }
  return null;
}
