import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  inputTokens,
  MAX_USAGE_COUNT,
  outputTokens,
  USAGE_COMPONENTS,
  type Usage,
  type UsageComponent,
} from "../../../schema/canonical/usage.ts";
import { nanoUsd } from "../../../schema/kernel/money.ts";
import { isPiece } from "../../../schema/pricing/component-rate.ts";
import { costOf } from "../../../schema/pricing/cost.ts";
import {
  affordableOutputTokens,
  type CostBoundInput,
  costBound,
  possibleComponents,
  possiblePieces,
} from "../../../schema/pricing/estimate.ts";
import { inputBound } from "../../../schema/pricing/input-bound.ts";
import type { Price, Rates } from "../../../schema/pricing/price.ts";
import { type ChatRequest, chatRequestSchema } from "../../../schema/wire/openai-chat.ts";

const TOKENS = USAGE_COMPONENTS.filter((component) => !isPiece(component));

/** Rates from fractions of a nano-dollar to 600 USD per million, zero included. */
const rate = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 1, max: 3_000_000 }),
  fc.integer({ min: 1, max: 600_000_000_000 }),
);
const rates: fc.Arbitrary<Rates> = fc
  .tuple(fc.subarray([...USAGE_COMPONENTS]), fc.array(rate, { minLength: 13, maxLength: 13 }))
  .map(([components, values]) => Object.fromEntries(components.map((component, at) => [component, values[at] ?? 0])));

const LIMITS = [0, 1, 50, 1_000, 200_000] as const;
const price: fc.Arbitrary<Price> = fc
  .record({ rates, tiers: fc.tuple(fc.subarray([...LIMITS]), fc.array(rates, { minLength: 5, maxLength: 5 })) })
  .map(({ rates, tiers: [limits, tierRates] }) => ({
    price_id: "test/any@2026-01-01",
    effective_from: 0,
    rates,
    tiers: limits.map((above_input_tokens, at) => ({ above_input_tokens, rates: tierRates[at] ?? {} })),
  }));

const count = fc.oneof(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 300_000 }));
const usageOf = (components: readonly UsageComponent[]): fc.Arbitrary<Usage> =>
  fc
    .array(count, { minLength: components.length, maxLength: components.length })
    .map((counts) => Object.fromEntries(components.map((component, at) => [component, counts[at] ?? 0])));

/** A price, the components that a request may use, and a usage in them. */
const priced = fc
  .tuple(price, fc.subarray([...TOKENS]))
  .chain(([price, components]) =>
    fc.record({ price: fc.constant(price), components: fc.constant(components), usage: usageOf(components) }),
  );

const slack = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 1_000 }));

describe("the bound of a cost", () => {
  test("is at least the cost of every usage within it, whatever the prices", () => {
    fc.assert(
      fc.property(
        priced,
        slack,
        slack,
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 0, max: 5 }),
        (p, i, o, n, s) => {
          const usage: Usage = { ...p.usage, search: s, call: 1 };
          const bound = costBound({
            price: p.price,
            components: p.components,
            input_tokens_bound: inputTokens(usage) + i,
            output_tokens: Math.ceil(outputTokens(usage) / n) + o,
            n,
            pieces: { call: 1, search: 5 },
          });
          expect(bound.hold_nano_usd).toBeGreaterThanOrEqual(costOf(usage, p.price).cost_nano_usd);
          expect(bound.hold_nano_usd).toBeGreaterThanOrEqual(bound.input_nano_usd);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  test("without knowing the components it holds for all of them", () => {
    fc.assert(
      fc.property(price, usageOf(TOKENS), (price, usage) => {
        const bound = costBound({
          price,
          input_tokens_bound: inputTokens(usage),
          output_tokens: outputTokens(usage),
        });
        expect(bound.hold_nano_usd).toBeGreaterThanOrEqual(costOf({ ...usage, call: 1 }, price).cost_nano_usd);
      }),
      { numRuns: 2_000 },
    );
  });

  test("its share for the prompt is at least the cost of the prompt alone", () => {
    fc.assert(
      fc.property(priced, ({ price, components, usage }) => {
        const inputs = components.filter((component) => inputTokens({ [component]: 1 }) === 1);
        const prompt: Usage = Object.fromEntries(inputs.map((component) => [component, usage[component] ?? 0]));
        const { input_nano_usd } = costBound({
          price,
          components,
          input_tokens_bound: inputTokens(prompt),
          output_tokens: 100,
        });
        expect(input_nano_usd).toBeGreaterThanOrEqual(costOf({ ...prompt, call: 1 }, price).cost_nano_usd);
      }),
      { numRuns: 1_000 },
    );
  });

  const text: Price = {
    price_id: "test/text@2026-01-01",
    effective_from: 0,
    rates: { input: 3_000_000_000, cached_read: 300_000_000, cached_write_1h: 6_000_000_000, output: 15_000_000_000 },
    tiers: [{ above_input_tokens: 1_000, rates: { input: 6_000_000_000, output: 22_500_000_000 } }],
  };

  test("is exact where nothing is unknown", () => {
    const components = ["input", "output"] as const;
    // 1,000 × 3,000 + 2 × 10 × 15,000: the prompt once, each answer at its longest.
    expect(costBound({ price: text, components, input_tokens_bound: 1_000, output_tokens: 10, n: 2 })).toEqual({
      hold_nano_usd: 3_300_000,
      input_nano_usd: 3_000_000,
    });
    // One token more may reach the tier: 1,001 × 6,000 + 20 × 22,500.
    expect(costBound({ price: text, components, input_tokens_bound: 1_001, output_tokens: 10, n: 2 })).toEqual({
      hold_nano_usd: 6_456_000,
      input_nano_usd: 6_006_000,
    });
  });

  test("takes the price of a cache write where the request can write", () => {
    const components = ["input", "cached_write_1h", "output"] as const;
    const bound = costBound({ price: text, components, input_tokens_bound: 100, output_tokens: 0 });
    expect(bound.hold_nano_usd).toBe(600_000);
  });

  test("a bound beyond every wallet is the most a wallet holds, and does not throw", () => {
    const dear = { ...text, rates: { input: 600_000_000_000, output: 600_000_000_000 } };
    const bound = costBound({ price: dear, input_tokens_bound: 1_000_000, output_tokens: 10_000_000_000, n: 2 });
    expect(bound.hold_nano_usd).toBe(9_000_000 * 1_000_000_000);
  });
});

describe("the longest answer that money covers", () => {
  test("fits, and one token more does not", () => {
    const money = fc.integer({ min: 0, max: 2_000_000_000 });
    const n = fc.integer({ min: 1, max: 3 });
    fc.assert(
      fc.property(priced, money, count, n, ({ price, components }, money_nano_usd, input_tokens_bound, n) => {
        const input: Omit<CostBoundInput, "output_tokens"> = { price, components, input_tokens_bound, n };
        const tokens = affordableOutputTokens(nanoUsd(money_nano_usd), input);
        const holdFor = (output_tokens: number) => costBound({ ...input, output_tokens }).hold_nano_usd;
        if (tokens === null) {
          expect(holdFor(0)).toBeGreaterThan(money_nano_usd);
          return;
        }
        expect(holdFor(tokens)).toBeLessThanOrEqual(money_nano_usd);
        if (tokens < MAX_USAGE_COUNT) expect(holdFor(tokens + 1)).toBeGreaterThan(money_nano_usd);
      }),
      { numRuns: 3_000 },
    );
  });

  test("free output is as long as one likes, and money short of the prompt covers none", () => {
    const free: Price = {
      price_id: "t/f@2026-01-01",
      effective_from: 0,
      rates: { input: 1_000_000_000, output: 0 },
      tiers: [],
    };
    const input = { price: free, components: ["input", "output"], input_tokens_bound: 10 } as const;
    expect(affordableOutputTokens(nanoUsd(10_000), input)).toBe(MAX_USAGE_COUNT);
    expect(affordableOutputTokens(nanoUsd(9_999), input)).toBeNull();
  });
});

describe("what a request can be charged for", () => {
  const write: Price = {
    price_id: "t/w@2026-01-01",
    effective_from: 0,
    rates: { input: 1, cached_write_5m: 2, cached_write_1h: 3, output: 4 },
    tiers: [],
  };
  const noWrite: Price = { ...write, rates: { input: 1, output: 4 } };
  const request = (more: object): ChatRequest =>
    chatRequestSchema.parse({ model: "m", messages: [{ role: "user", content: "hi" }], ...more });
  const components = (more: object, price: Price) => possibleComponents(inputBound(request(more)), price).toSorted();

  test("plain text, with the cache writes that a provider may make by itself", () => {
    expect(components({}, noWrite)).toEqual(["cached_read", "input", "output", "reasoning"]);
    expect(components({}, write)).toContain("cached_write_5m");
    expect(components({}, write)).not.toContain("cached_write_1h");
  });

  test.each([
    ["at the top", { cache_control: { type: "ephemeral", ttl: "1h" } }],
    ["on a message", { messages: [{ role: "user", content: "x", cache_control: { type: "ephemeral", ttl: "1h" } }] }],
    [
      "on a part",
      {
        messages: [
          { role: "user", content: [{ type: "text", text: "x", cache_control: { type: "ephemeral", ttl: "1h" } }] },
        ],
      },
    ],
    [
      "on a tool",
      { tools: [{ type: "function", function: { name: "f" }, cache_control: { type: "ephemeral", ttl: "1h" } }] },
    ],
  ])("an hour's cache write when it is asked for %s", (_where, more) => {
    expect(components(more, write)).toContain("cached_write_1h");
    expect(components(more, noWrite)).not.toContain("cached_write_1h");
  });

  test("sound and pictures when they are sent or asked for", () => {
    const content = [
      { type: "image_url", image_url: { url: "https://example.com/a.png" } },
      { type: "input_audio", input_audio: { data: "AAAA", format: "wav" } },
    ];
    expect(components({ messages: [{ role: "user", content }] }, noWrite)).toEqual(
      ["audio_input", "cached_read", "image_input", "input", "output", "reasoning"].toSorted(),
    );
    expect(components({ modalities: ["text", "audio"] }, noWrite)).toContain("audio_output");
    expect(components({ modalities: ["text", "image"] }, noWrite)).toContain("image_output");
  });

  test("searches when they are asked for", () => {
    expect(possiblePieces(inputBound(request({})))).toEqual({ call: 1 });
    expect(possiblePieces(inputBound(request({ web_search_options: {} })))).toEqual({ call: 1, search: 5 });
  });
});
