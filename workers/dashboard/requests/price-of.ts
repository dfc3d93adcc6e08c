import { and, eq, sql } from "drizzle-orm";
import * as z from "zod";
import { USAGE_COMPONENTS, type Usage } from "../../../schema/canonical/usage.ts";
import { formatUsdSum } from "../../../schema/kernel/money.ts";
import { formatTime } from "../../../schema/kernel/time.ts";
import { explainCharge } from "../../../schema/pricing/explain-charge.ts";
import type { Price } from "../../../schema/pricing/price.ts";
import { cataloguePrice } from "../../../schema/pricing/price-by-id.ts";
import { priceFromRow } from "../../../schema/pricing/price-from-row.ts";
import { modelPrices } from "../../../schema/tables/tables.ts";
import type { Database } from "../store/database.ts";

/** How a charge came about, as it is shown. */
export const shownPrice = z.object({
  id: z.string().describe("The very price that the hold was made with and the charge rests on."),
  source: z
    .enum(["organisation", "catalogue", "gone"])
    .describe("Where it stands: a price of the organisation's own, the catalogue's, or nowhere any more."),
  effective_from: z.iso.datetime().nullable(),
  tier_above_input_tokens: z.int().nullable().describe("The tier that the prompt's length led to; null is the base."),
  lines: z
    .array(
      z.object({
        component: z.enum(USAGE_COMPONENTS),
        count: z.int(),
        priced_as: z.enum(USAGE_COMPONENTS).nullable().describe("Whose rate was used; null when it has no price."),
        rate_usd_per_million: z.string().describe("For a million tokens, or pieces of what is counted in pieces."),
        amount_usd: z.string().describe("`count` × rate / 1,000,000, exact: fifteen places."),
      }),
    )
    .describe("The usage, component by component."),
  rounding_usd: z.string().describe("What rounding the sum to nano-dollars, once, added or took: fifteen places."),
  sum_usd: z.string().nullable().describe("Lines and rounding together; null when the price is gone."),
  difference_usd: z
    .string()
    .nullable()
    .describe("What was charged beyond `sum_usd`; not zero only where `explanation` says why."),
  explanation: z.string().nullable().describe("Why there are no lines, or why they are not all that was charged."),
});
export type ShownPrice = z.infer<typeof shownPrice>;

type FoundPrice = { readonly source: "organisation" | "catalogue"; readonly price: Price };

/** The price of that id, among the org's own and in the catalogue; null when it is in neither any more. */
export async function findPrice(db: Database, org_id: string, price_id: string): Promise<FoundPrice | null> {
  const listed = cataloguePrice(price_id);
  if (listed !== null) return { source: "catalogue", price: listed };
  const [row] = await db
    .select({
      id: modelPrices.id,
      effective_from: modelPrices.effective_from,
      rates: sql<string>`${modelPrices.rates}`,
      tiers: sql<string | null>`${modelPrices.tiers}`,
    })
    .from(modelPrices)
    .where(and(eq(modelPrices.id, price_id), eq(modelPrices.org_id, org_id)))
    .limit(1);
  return row === undefined ? null : { source: "organisation", price: priceFromRow(row) };
}

/** What the charge of a request has to be explained by. */
export interface Charged {
  readonly price_id: string;
  readonly usage: Usage;
  /** Overage and correction included. */
  readonly charged_nano_usd: bigint;
  /** Its deadline ended it, and nobody has corrected that since. */
  readonly unsettled: boolean;
  /** It was answered from the cache. */
  readonly cached?: boolean;
}

export function showPrice(charged: Charged, found: FoundPrice | null): ShownPrice {
  const { price_id: id, usage, charged_nano_usd } = charged;
  if (found === null) {
    return {
      id,
      source: "gone",
      effective_from: null,
      tier_above_input_tokens: null,
      lines: [],
      rounding_usd: exactUsd(0n),
      sum_usd: null,
      difference_usd: null,
      explanation: "This price is not kept any more. What was charged stands.",
    };
  }
  const { lines, rounding_millionths, cost_nano_usd, tier_above_input_tokens } = explainCharge(usage, found.price);
  const difference = charged_nano_usd - BigInt(cost_nano_usd);
  return {
    id,
    source: found.source,
    effective_from: formatTime(found.price.effective_from),
    tier_above_input_tokens,
    lines: lines.map(({ component, count, priced_as, rate, amount_millionths }) => ({
      component,
      count,
      priced_as,
      rate_usd_per_million: formatUsdSum(BigInt(rate)),
      amount_usd: exactUsd(amount_millionths),
    })),
    rounding_usd: exactUsd(rounding_millionths),
    sum_usd: formatUsdSum(BigInt(cost_nano_usd)),
    difference_usd: formatUsdSum(difference),
    explanation: difference === 0n ? null : whyDifferent(charged),
  };
}

const whyDifferent = ({ unsettled, charged_nano_usd, cached = false }: Charged): string => {
  if (cached)
    return "It was answered from the cache: the usage is that of the answer which was kept, at the share that a hit costs.";
  if (unsettled) {
    return "The gateway never reported back, so the deadline charged what counted as spent by then. The usage is not known.";
  }
  return charged_nano_usd === 0n
    ? "Nothing was charged: the hold was released."
    : "What was charged is not this usage at this price.";
};

const MILLION = 1_000_000n;

/** Millionths of a nano-USD as dollars with fifteen places. */
export function exactUsd(millionths: bigint): string {
  const absolute = millionths < 0n ? -millionths : millionths;
  const places = String(absolute % MILLION).padStart(6, "0");
  return `${millionths < 0n ? "-" : ""}${formatUsdSum(absolute / MILLION)}${places}`;
}
