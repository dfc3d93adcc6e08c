import type { Price } from "./price.ts";

/**
 * The price in force at a moment (milliseconds since the epoch): the newest that had begun by then, whatever the order
 * of the list. Null when none had: the model is not served rather than served for nothing.
 */
export function priceAt(prices: readonly Price[], at: number): Price | null {
  let newest: Price | null = null;
  for (const price of prices) {
    if (price.effective_from <= at && (newest === null || price.effective_from > newest.effective_from)) newest = price;
  }
  return newest;
}
