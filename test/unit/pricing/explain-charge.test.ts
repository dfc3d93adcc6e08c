import { describe, expect, test } from "vitest";
import { USAGE_COMPONENTS, type Usage } from "../../../schema/canonical/usage.ts";
import { CATALOGUE_PROVIDERS, catalogueOf } from "../../../schema/pricing/catalogue.ts";
import { costOf } from "../../../schema/pricing/cost.ts";
import { explainCharge } from "../../../schema/pricing/explain-charge.ts";
import { cataloguePrice } from "../../../schema/pricing/price-by-id.ts";
import { exactUsd, showPrice } from "../../../workers/dashboard/requests/price-of.ts";

const PRICES = CATALOGUE_PROVIDERS.flatMap((kind) => catalogueOf(kind).models.flatMap(({ prices }) => prices));

/** Fifteen decimal places as whole millionths of a nano-dollar. */
const millionths = (text: string): bigint => BigInt(text.replace(".", ""));

describe("the explanation of a charge", () => {
  test("adds up to the charge exactly, for every price of the catalogue and every component", () => {
    expect(PRICES.length).toBeGreaterThan(50);
    for (const [index, price] of PRICES.entries()) {
      const usage: Usage = Object.fromEntries(
        USAGE_COMPONENTS.map((component, place) => [component, (index * 7919 + place * 104_729) % 300_007]),
      );
      const { lines, rounding_millionths, cost_nano_usd } = explainCharge(usage, price);
      const sum = lines.reduce((total, line) => total + line.amount_millionths, rounding_millionths);
      expect(sum).toBe(BigInt(costOf(usage, price).cost_nano_usd) * 1_000_000n);
      expect(cost_nano_usd).toBe(costOf(usage, price).cost_nano_usd);
      for (const { count, rate, amount_millionths } of lines) {
        expect(amount_millionths).toBe(BigInt(count) * BigInt(rate));
      }
      const half = 500_000n;
      expect(rounding_millionths <= half && rounding_millionths > -half).toBe(true);
    }
  });

  test("is shown with every place, so that a reader can add it up", () => {
    const price = { price_id: "prc_1", effective_from: 0, rates: { input: 1_000_001, output: 333 }, tiers: [] };
    const charged = { price_id: "prc_1", usage: { input: 3, output: 7 }, unsettled: false, charged_nano_usd: 3n };
    const shown = showPrice(charged, { source: "organisation", price });
    expect(shown.lines.map(({ amount_usd }) => amount_usd)).toEqual(["0.000000003000003", "0.000000000002331"]);
    const amounts = [...shown.lines.map(({ amount_usd }) => amount_usd), shown.rounding_usd];
    expect(amounts.reduce((sum, text) => sum + millionths(text), 0n)).toBe(millionths(`${shown.sum_usd}000000`));
    expect(shown).toMatchObject({ sum_usd: "0.000000003", difference_usd: "0.000000000", explanation: null });
  });

  test("says so where the price is gone, and where the charge is not the usage at its price", () => {
    const charged = { price_id: "prc_1", usage: {}, unsettled: true, charged_nano_usd: 40n };
    expect(showPrice(charged, null)).toMatchObject({ source: "gone", lines: [], sum_usd: null });
    expect(showPrice(charged, null).explanation).toContain("not kept any more");
    const price = { price_id: "prc_1", effective_from: 0, rates: { input: 1 }, tiers: [] };
    const shown = showPrice(charged, { source: "organisation", price });
    expect(shown).toMatchObject({ sum_usd: "0.000000000", difference_usd: "0.000000040" });
    expect(shown.explanation).toContain("deadline");
  });

  test.each([
    [0n, "0.000000000000000"],
    [1n, "0.000000000000001"],
    [-1_500_000n, "-0.000000001500000"],
    [9_000_000_000_000_000_000_001n, "9000000.000000000000001"],
  ])("writes %s millionths of a nano-dollar as %s", (amount, text) => expect(exactUsd(amount)).toBe(text));
});

describe("a price by its id", () => {
  test("is found for every price that the catalogue has, and in its service tiers", () => {
    for (const price of PRICES) {
      expect(cataloguePrice(price.price_id)?.rates).toEqual(price.rates);
      for (const [tier, rates] of Object.entries(price.service_tiers ?? {})) {
        const id = `${price.price_id}#${tier}`;
        expect(cataloguePrice(id)).toMatchObject({ price_id: id, rates });
      }
    }
  });

  test.each(["", "prc_1", "openai/none@2020-01-01", "toString/x@2020-01-01", "openai"])("is nothing for %j", (id) =>
    expect(cataloguePrice(id)).toBeNull(),
  );
});
