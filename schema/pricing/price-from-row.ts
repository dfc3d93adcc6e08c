import * as z from "zod";
import { USAGE_COMPONENTS } from "../canonical/usage.ts";
import type { Price } from "./price.ts";

const rates = z.partialRecord(z.enum(USAGE_COMPONENTS), z.int().min(0));
const tiers = z.array(z.object({ above_input_tokens: z.int().min(1), rates }));

/** What of a row of model_prices makes its price; `rates` and `tiers` are JSON text. */
export interface StoredPrice {
  readonly id: string;
  readonly effective_from: number;
  readonly rates: string;
  readonly tiers: string | null;
}

/** An org's own price as it is stored. Throws when the row is malformed: it was checked before it was written. */
export function priceFromRow(row: StoredPrice): Price {
  return {
    price_id: row.id,
    effective_from: row.effective_from,
    rates: rates.parse(JSON.parse(row.rates)),
    tiers: row.tiers === null ? [] : (tiers.nullable().parse(JSON.parse(row.tiers)) ?? []),
  };
}
