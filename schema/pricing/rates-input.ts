import * as z from "zod";
import { USAGE_COMPONENTS, type UsageComponent } from "../canonical/usage.ts";
import { formatUsd, nanoUsd } from "../kernel/money.ts";
import { usdInput } from "../resources/field.ts";
import { isPiece } from "./component-rate.ts";
import type { Rates } from "./price.ts";

/**
 * Rates as people write them: `input_usd_per_million` for what is counted in tokens, `search_usd` for what is counted by
 * the piece. Kept as nano-dollars per million units either way.
 */
const fieldOf = (component: UsageComponent): string =>
  isPiece(component) ? `${component}_usd` : `${component}_usd_per_million`;

const PIECES_PER_RATE = 1_000_000;

const shape = Object.fromEntries(USAGE_COMPONENTS.map((component) => [fieldOf(component), usdInput.optional()]));

const toRates = (written: Readonly<Record<string, unknown>>, context: z.RefinementCtx): Rates => {
  const rates: Rates = {};
  for (const component of USAGE_COMPONENTS) {
    const amount = written[fieldOf(component)];
    if (typeof amount !== "number") continue;
    const rate = isPiece(component) ? amount * PIECES_PER_RATE : amount;
    if (Number.isSafeInteger(rate)) rates[component] = rate;
    else context.addIssue({ code: "custom", path: [fieldOf(component)], message: "is too large" });
  }
  return rates;
};

/** A price's rates; at least one. */
export const ratesInput = z.object(shape).transform((written, context) => {
  const rates = toRates(written, context);
  if (Object.keys(rates).length === 0) {
    context.addIssue({
      code: "custom",
      message: 'must have at least one rate, such as {"input_usd_per_million":"2.50","output_usd_per_million":"10"}',
    });
  }
  return rates;
});

/** Other rates for the whole request once its prompt has more tokens than this. */
export const tiersInput = z
  .array(
    z
      .object({ above_input_tokens: z.int().min(1), ...shape })
      .transform(({ above_input_tokens, ...written }, context) => ({
        above_input_tokens: Number(above_input_tokens),
        rates: toRates(written, context),
      })),
  )
  .max(5)
  .refine(
    (tiers) =>
      tiers.every(
        (tier, index) => index === 0 || tier.above_input_tokens > (tiers[index - 1]?.above_input_tokens ?? 0),
      ),
    "must be ascending by above_input_tokens",
  );

const storedRates = z.partialRecord(z.enum(USAGE_COMPONENTS), z.number());

/** Stored rates as they were written. */
export function showRates(stored: unknown): Record<string, string> {
  const rates = storedRates.safeParse(stored).data ?? {};
  const shown: Record<string, string> = {};
  for (const component of USAGE_COMPONENTS) {
    const rate = rates[component];
    if (rate === undefined) continue;
    shown[fieldOf(component)] = formatUsd(nanoUsd(isPiece(component) ? Math.round(rate / PIECES_PER_RATE) : rate));
  }
  return shown;
}

const storedTiers = z.array(z.object({ above_input_tokens: z.number(), rates: z.unknown() }));

/** Stored tiers as they were written. */
export const showTiers = (stored: unknown): unknown[] =>
  (storedTiers.safeParse(stored).data ?? []).map(({ above_input_tokens, rates }) => ({
    above_input_tokens,
    ...showRates(rates),
  }));
