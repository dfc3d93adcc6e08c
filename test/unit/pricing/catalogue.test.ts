import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { USAGE_COMPONENTS } from "../../../schema/canonical/usage.ts";
import {
  buildCatalogue,
  CATALOGUE_PROVIDERS,
  catalogueModel,
  catalogueModelNamed,
  catalogueOf,
  hasCataloguePrices,
} from "../../../schema/pricing/catalogue.ts";
import { costOf } from "../../../schema/pricing/cost.ts";
import { MODEL_CAPABILITIES, type Rates } from "../../../schema/pricing/price.ts";
import { priceAt } from "../../../schema/pricing/select-price.ts";
import { ENCODINGS } from "../../../schema/wire/tokenizer-rpc.ts";

const FOLDER = fileURLToPath(new URL("../../../schema/prices/", import.meta.url).href);

const dollars = z.string().regex(/^\d{1,4}(\.\d{1,9})?$/);
const day = z.iso.date();
const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.:/-]*$/);
const rates = z.partialRecord(z.enum(USAGE_COMPONENTS), dollars);
const tokens = z.int().min(1).max(4_000_000);

const priceFileSchema = z.strictObject({
  provider: z.string(),
  source: z.url({ protocol: /^https$/ }),
  checked: day,
  models: z
    .array(
      z.strictObject({
        id: name,
        aliases: z.array(name),
        context_tokens: tokens,
        max_output_tokens: z.int().min(0).max(1_000_000),
        image_tokens_max: z.int().min(1).max(100_000).optional(),
        encoding: z.enum(ENCODINGS).nullable(),
        capabilities: z.array(z.enum(MODEL_CAPABILITIES)).min(1),
        prices: z
          .array(
            z.strictObject({
              effective_from: day,
              rates,
              tiers: z.array(z.strictObject({ above_input_tokens: tokens, rates })).optional(),
              service_tiers: z.partialRecord(z.enum(["flex", "priority", "batch"]), rates).optional(),
            }),
          )
          .min(1),
      }),
    )
    .min(1),
});

const files = readdirSync(FOLDER);
const read = (file: string) => priceFileSchema.parse(JSON.parse(readFileSync(join(FOLDER, file), "utf8")));

describe("every price file", () => {
  test("is in the catalogue, and nothing else is", () => {
    const with_a_file = CATALOGUE_PROVIDERS.filter((provider) => provider !== "vertex");
    expect(files.toSorted()).toEqual(with_a_file.map((provider) => `${provider}.json`).toSorted());
  });

  test.each(files)(
    "%s has the strict form, is named for its provider and was checked on a day that has been",
    (file) => {
      const { provider, checked } = read(file);
      expect(`${provider}.json`).toBe(file);
      expect(Date.parse(checked)).toBeLessThanOrEqual(Date.parse("2026-11-26"));
    },
  );

  test.each(files)("%s names every model and alias once, in the provider's own spelling", (file) => {
    const names = read(file).models.flatMap((model) => [model.id, ...model.aliases]);
    expect(names).toHaveLength(new Set(names).size);
  });

  test.each(files)(
    "%s dates its prices in ascending order, each once, one of them by the day it was checked",
    (file) => {
      const { models, checked } = read(file);
      for (const { id, prices } of models) {
        const days = prices.map((price) => price.effective_from);
        expect(days, id).toEqual([...new Set(days)].toSorted());
        expect(
          days.some((from) => from <= checked),
          `${id} has a price`,
        ).toBe(true);
      }
    },
  );

  test("only prices that a provider has announced begin after the day of the check", () => {
    const announced = files.flatMap((file) => {
      const { models, checked } = read(file);
      return models.flatMap(({ id, prices }) =>
        prices.filter((price) => price.effective_from > checked).map((price) => `${id} from ${price.effective_from}`),
      );
    });
    expect(announced).toEqual(["3.8", "3.7", "3.6"].map((version) => `gemini-${version}-flash from 2027-01-01`));
  });

  test.each(files)("%s has ascending tiers that price exactly what the base prices", (file) => {
    for (const { id, prices } of read(file).models) {
      for (const { rates: base, tiers = [] } of prices) {
        const limits = tiers.map((tier) => tier.above_input_tokens);
        expect(limits, id).toEqual([...new Set(limits)].toSorted((a, b) => a - b));
        for (const tier of tiers) expect(Object.keys(tier.rates).toSorted(), id).toEqual(Object.keys(base).toSorted());
      }
    }
  });
});

/** What is true of every price list known; a slip of a digit breaks one of these. */
function expectSane(id: string, rates: Rates, kind: "chat" | "embeddings" | "rerank"): void {
  if (kind === "rerank") {
    // A search costs a fraction of a cent everywhere.
    expect(rates.search, `${id} search`).toBeGreaterThan(100_000_000_000);
    expect(rates.search, `${id} search`).toBeLessThan(10_000_000_000_000);
    return;
  }
  const { input = -1, output = -1, cached_read, cached_write_5m, cached_write_1h, reasoning, audio_input } = rates;
  expect(input, `${id} input`).toBeGreaterThanOrEqual(0);
  if (kind === "chat") expect(output, `${id} output`).toBeGreaterThanOrEqual(input);
  else expect(rates.output, `${id} makes no text`).toBeUndefined();
  if (cached_read !== undefined) expect(cached_read, `${id} read`).toBeLessThanOrEqual(input);
  if (cached_write_5m !== undefined) {
    // Cache writes cost 1.25 times input (Claude 3 Haiku 1.2) and 2 times for an hour, everywhere but at Nova.
    const times = id.includes(".amazon.nova-") ? [0] : [1.2, 1.25];
    expect(times, `${id} write`).toContain(cached_write_5m / input);
  }
  if (cached_write_1h !== undefined) expect(cached_write_1h, `${id} write of an hour`).toBe(2 * input);
  if (reasoning !== undefined) expect(reasoning, `${id} reasoning`).toBeGreaterThanOrEqual(output);
  if (audio_input !== undefined) expect(audio_input, `${id} sound`).toBeGreaterThanOrEqual(input);
  // Nothing on the market costs more than 1,000 USD per million tokens or less than a cent, unless it is free.
  for (const rate of [input, output]) {
    if (rate > 0) expect(rate >= 10_000_000 && rate <= 1_000_000_000_000, `${id} ${rate}`).toBe(true);
  }
}

describe("the catalogue", () => {
  test.each(CATALOGUE_PROVIDERS)("%s: every rate is a safe integer and sane, in every tier", (provider) => {
    for (const model of catalogueOf(provider).models) {
      for (const price of model.prices) {
        for (const rates of [price.rates, ...price.tiers.map((tier) => tier.rates)]) {
          for (const rate of Object.values(rates)) expect(Number.isSafeInteger(rate)).toBe(true);
          const kind =
            (["embeddings", "rerank"] as const).find((other) => model.capabilities.includes(other)) ?? "chat";
          expectSane(price.price_id, rates, kind);
        }
        for (const tier of price.tiers) {
          for (const component of USAGE_COMPONENTS) {
            expect(tier.rates[component] ?? 0, price.price_id).toBeGreaterThanOrEqual(price.rates[component] ?? 0);
          }
        }
      }
    }
  });

  test.each(CATALOGUE_PROVIDERS)("%s: what a model can do fits together", (provider) => {
    for (const model of catalogueOf(provider).models) {
      const can = new Set(model.capabilities);
      const kinds = (["chat", "embeddings", "rerank"] as const).filter((kind) => can.has(kind));
      expect(kinds, model.upstream_id).toHaveLength(1);
      expect(model.max_output_tokens === 0, model.upstream_id).toBe(!can.has("chat"));
      expect(model.max_output_tokens, model.upstream_id).toBeLessThanOrEqual(model.context_tokens);
      if (can.has("audio")) expect(model.prices[0]?.rates.audio_input, model.upstream_id).toBeDefined();
    }
  });

  test("dollars become nano-dollars for a million units, exactly", () => {
    expect(catalogueModel("openai", "gpt-5-mini")?.prices[0]).toEqual({
      price_id: "openai/gpt-5-mini@2025-08-07",
      effective_from: Date.UTC(2025, 7, 7),
      rates: { input: 250_000_000, cached_read: 25_000_000, output: 2_000_000_000 },
      tiers: [],
      service_tiers: {
        flex: { input: 125_000_000, cached_read: 12_500_000, output: 1_000_000_000 },
        priority: { input: 450_000_000, cached_read: 45_000_000, output: 3_600_000_000 },
      },
    });
    // $0.01 a search is 10,000,000 nano-dollars each.
    expect(catalogueModel("anthropic", "claude-opus-5")?.prices[0]?.rates.search).toBe(10_000_000 * 1_000_000);
  });

  test("an alias is the same model; a name that is not there is null", () => {
    expect(catalogueModel("anthropic", "claude-sonnet-4-5")).toBe(
      catalogueModel("anthropic", "claude-sonnet-4-5-20250929"),
    );
    expect(catalogueModel("openai", "GPT-5")).toBeNull();
    expect(catalogueModel("openai", "toString")).toBeNull();
    expect(catalogueModel("__proto__", "gpt-5")).toBeNull();
  });

  test("ids with slashes and colons are found as the provider spells them", () => {
    expect(catalogueModelNamed("fireworks/accounts/fireworks/models/kimi-k3")?.upstream_id).toBe(
      "accounts/fireworks/models/kimi-k3",
    );
    expect(catalogueModelNamed("groq/openai/gpt-oss-20b")?.prices[0]?.rates.cached_read).toBe(37_500_000);
    expect(catalogueModelNamed("bedrock/eu.anthropic.claude-sonnet-4-5-20250929-v1:0")?.prices[0]?.rates).toEqual({
      input: 3_300_000_000,
      cached_read: 330_000_000,
      cached_write_5m: 4_125_000_000,
      cached_write_1h: 6_600_000_000,
      output: 16_500_000_000,
    });
  });

  test("Claude in a geography of Bedrock costs a tenth more than anywhere, in every component and tier", () => {
    const claude = catalogueOf("bedrock").models.filter(({ upstream_id }) => upstream_id.startsWith("us.anthropic."));
    expect(claude.length).toBeGreaterThan(5);
    for (const { upstream_id, aliases, prices } of claude) {
      expect(aliases).toEqual([upstream_id.replace("us.", "eu.")]);
      const anywhere = catalogueModel("bedrock", upstream_id.replace("us.", "global."))?.prices ?? [];
      const dearer = (rates: Rates) =>
        Object.fromEntries(Object.entries(rates).map(([component, rate]) => [component, (rate * 11) / 10]));
      expect(prices.map(({ rates, tiers }) => [rates, ...tiers.map((tier) => tier.rates)])).toEqual(
        anywhere.map(({ rates, tiers }) => [dearer(rates), ...tiers.map((tier) => dearer(tier.rates))]),
      );
    }
  });

  test("Nova of Amazon asks nothing for what is written to the cache, and has a rate that says so", () => {
    const nova = catalogueOf("bedrock").models.filter(({ upstream_id }) => upstream_id.includes(".amazon.nova-"));
    expect(nova).toHaveLength(5);
    for (const { prices, upstream_id } of nova) {
      const price = priceAt(prices, Date.UTC(2026, 11, 1));
      if (price === null) throw new Error(`${upstream_id} has no price`);
      const { cached_read = 0 } = price.rates;
      const cost = costOf({ input: 0, cached_read: 1_000_000, cached_write_5m: 1_000_000 }, price);
      expect(cost, upstream_id).toMatchObject({ cost_nano_usd: cached_read, unpriced: [] });
    }
  });

  test("Vertex AI has Gemini's models at Gemini's prices, under price ids of its own", () => {
    const vertex = catalogueOf("vertex");
    expect(vertex.models.map(({ upstream_id }) => upstream_id)).toEqual(
      catalogueOf("gemini").models.map(({ upstream_id }) => upstream_id),
    );
    expect(catalogueModel("vertex", "gemini-2.5-flash")?.prices[0]?.price_id).toBe(
      "vertex/gemini-2.5-flash@2025-12-17",
    );
    expect(vertex.source).not.toBe(catalogueOf("gemini").source);
  });

  test("Vertex AI has them at the global location alone: others cost more", () => {
    expect(hasCataloguePrices("vertex", {})).toBe(true);
    expect(hasCataloguePrices("vertex", { region: "global" })).toBe(true);
    for (const region of ["eu", "us", "europe-west4"]) expect(hasCataloguePrices("vertex", { region })).toBe(false);
    expect(hasCataloguePrices("gemini", { region: "eu" })).toBe(true);
    expect(hasCataloguePrices("vllm", {})).toBe(false);
  });

  test("a catalogue is built once", () => {
    expect(catalogueOf("openai")).toBe(catalogueOf("openai"));
  });

  test("a file that names a model twice, or has a price that is none, is a bug and says which", () => {
    const model = read("sandbox.json").models[0];
    if (model === undefined) throw new Error("the sandbox has models");
    const file = { provider: "p", source: "https://p.invalid", checked: "2026-11-23" };
    expect(() => buildCatalogue({ ...file, models: [model, model] })).toThrow(/echo names one model/);
    for (const input of ["1,25", "-1", "0.0000000001", "x", ""]) {
      const prices = [{ effective_from: "2026-01-01", rates: { input } }];
      expect(() => buildCatalogue({ ...file, models: [{ ...model, prices }] })).toThrow(/is a price in dollars/);
    }
  });
});

describe("the price in force", () => {
  const prices = catalogueModel("openai", "o3")?.prices ?? [];

  test("is the newest that had begun", () => {
    const cut = Date.UTC(2025, 5, 10);
    expect(priceAt(prices, cut - 1)?.rates.input).toBe(10_000_000_000);
    expect(priceAt(prices, cut)?.rates.input).toBe(2_000_000_000);
    expect(priceAt(prices, Date.UTC(2030, 0, 1))?.rates.input).toBe(2_000_000_000);
  });

  test("an announced price takes over on its day, and not before", () => {
    const announced = catalogueModel("gemini", "gemini-3.8-flash")?.prices ?? [];
    const day = Date.UTC(2027, 0, 1);
    expect(priceAt(announced, day - 1)?.rates).toMatchObject({ input: 750_000_000, output: 3_750_000_000 });
    expect(priceAt(announced, day)?.rates).toMatchObject({ input: 1_500_000_000, output: 7_500_000_000 });
  });

  test("does not depend on the order of the list", () => {
    const now = Date.UTC(2026, 10, 23);
    expect(priceAt(prices.toReversed(), now)).toBe(priceAt(prices, now));
  });

  test("is none before the first, and none of none: not served rather than free", () => {
    expect(priceAt(prices, Date.UTC(2025, 0, 1))).toBeNull();
    expect(priceAt([], Date.UTC(2026, 0, 1))).toBeNull();
  });

  test("every model of the catalogue has one today", () => {
    for (const provider of CATALOGUE_PROVIDERS) {
      for (const model of catalogueOf(provider).models) {
        expect(priceAt(model.prices, Date.UTC(2026, 10, 23)), model.upstream_id).not.toBeNull();
      }
    }
  });
});
