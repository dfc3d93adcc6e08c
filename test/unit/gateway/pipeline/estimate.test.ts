import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { costOf } from "../../../../schema/pricing/cost.ts";
import { type Estimate, estimateChat, FIRST_STRETCH_TOKENS } from "../../../../workers/gateway/pipeline/estimate.ts";
import { learnOutputTokens } from "../../../../workers/gateway/pipeline/output-history.ts";
import { attempt, model, PRICE, request } from "../fixtures.ts";

const THINKER = attempt({ model: model({ capabilities: ["chat", "reasoning"] }) });
const estimate = (change: object = {}, on = attempt()): Estimate => estimateChat(request(change), on);

describe("how far the output is bounded", () => {
  it.each<[string, object, "bounded" | "growing", number]>([
    ["a whole answer, by the model's maximum", {}, "bounded", 16_384],
    ["a whole answer, by the caller", { max_tokens: 50 }, "bounded", 50],
    ["a whole answer, by the newer name", { max_completion_tokens: 60 }, "bounded", 60],
    ["a stream, by the caller", { stream: true, max_tokens: 50 }, "bounded", 50],
    ["a stream, by nothing: it grows", { stream: true }, "growing", 16_384],
    ["each of several choices", { n: 3, max_tokens: 50 }, "bounded", 150],
    ["each of several choices of a stream", { n: 3, stream: true }, "growing", 3 * 16_384],
  ])("%s", (_name, change, mode, output_tokens_max) => {
    expect(estimate(change)).toMatchObject({ mode, output_tokens_max });
  });

  it("is whole for a model that reasons, since what is not delivered cannot be watched", () => {
    const found = estimate({ stream: true }, THINKER);
    expect(found).toMatchObject({ mode: "bounded", held_output_tokens: 16_384, output_tokens_max: 16_384 });
  });

  it("is the wallet's own bound where it imposes one, and says so", () => {
    const found = estimateChat(request({ stream: true, n: 2 }), attempt(), { imposed_max_tokens: 30 });
    expect(found).toMatchObject({
      mode: "bounded",
      output_tokens_max: 60,
      held_output_tokens: 60,
      imposed_max_tokens: 30,
    });
    expect(estimate({ max_tokens: 5 }).imposed_max_tokens).toBeNull();
  });

  it("learns the first stretch of a stream from the answers before", () => {
    const named = attempt({ name: "acme/learned" });
    expect(estimate({ stream: true }, named).held_output_tokens).toBe(4_096);
    learnOutputTokens("acme/learned", 4_000);
    expect(estimate({ stream: true }, named).held_output_tokens).toBe(5_000);
    expect(estimate({ stream: true, n: 2 }, named).held_output_tokens).toBe(10_000);
  });

  it("never holds more than can come", () => {
    const small = attempt({ name: "acme/small", model: model({ max_output_tokens: 100 }) });
    expect(estimate({ stream: true }, small)).toMatchObject({ held_output_tokens: 100, output_tokens_max: 100 });
  });
});

describe("what is committed at once", () => {
  it("is the prompt of a whole answer, which delivers nothing before its end", () => {
    const found = estimate({ max_tokens: 5_000 });
    expect(found.committed_nano_usd).toBe(found.costWith(0));
  });

  it("is the prompt and the first stretch of a stream", () => {
    const found = estimate({ stream: true, max_tokens: 5_000 });
    expect(found.committed_nano_usd).toBe(found.costWith(FIRST_STRETCH_TOKENS));
    const short = estimate({ stream: true, max_tokens: 7 });
    expect(short.committed_nano_usd).toBe(short.hold_nano_usd);
  });
});

describe("any estimate", () => {
  const change = fc.record(
    {
      stream: fc.boolean(),
      n: fc.integer({ min: 1, max: 4 }),
      max_tokens: fc.integer({ min: 1, max: 20_000 }),
      messages: fc.array(
        fc.record({ role: fc.constant("user"), content: fc.string({ unit: "binary", maxLength: 60 }) }),
        {
          minLength: 1,
          maxLength: 3,
        },
      ),
    },
    { requiredKeys: [] },
  );
  const rates = fc.record(
    {
      input: fc.nat({ max: 10_000_000_000 }),
      cached_read: fc.nat({ max: 10_000_000_000 }),
      output: fc.nat({ max: 100_000_000_000 }),
      reasoning: fc.nat({ max: 100_000_000_000 }),
      call: fc.nat({ max: 1_000_000_000 }),
    },
    { requiredKeys: ["input", "output"] },
  );

  it("holds at least what any usage within it costs", () => {
    fc.assert(
      fc.property(
        change,
        rates,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (asked, own, cached, thought) => {
          const price = { ...PRICE, rates: own };
          const found = estimate(asked, attempt({ price }));
          const cached_read = Math.floor(found.input_tokens_bound * cached);
          const reasoning = Math.floor(found.held_output_tokens * thought);
          const usage = {
            input: found.input_tokens_bound - cached_read,
            cached_read,
            output: found.held_output_tokens - reasoning,
            reasoning,
            call: 1,
          };
          expect(costOf(usage, price).cost_nano_usd).toBeLessThanOrEqual(found.hold_nano_usd);
          expect(found.committed_nano_usd).toBeLessThanOrEqual(found.hold_nano_usd);
          expect(found.held_output_tokens).toBeLessThanOrEqual(found.output_tokens_max);
        },
      ),
    );
  });

  it("knows the longest answer that an amount covers", () => {
    fc.assert(
      fc.property(change, fc.nat({ max: 1_000_000 }), (asked, amount) => {
        const found = estimate(asked);
        const money = found.costWith(amount % 40_000);
        const tokens = found.affordable(money);
        expect(tokens).toBe(amount % 40_000);
      }),
    );
  });

  it("knows when not even the prompt is covered", () => {
    const found = estimate({ messages: [{ role: "user", content: "x".repeat(1_000) }] });
    expect(found.affordable(found.costWith(0))).toBe(0);
    expect(found.affordable(estimate({ messages: [{ role: "user", content: "" }] }).costWith(0))).toBeNull();
  });

  it("goes by the counted prompt when there is one", () => {
    const found = estimateChat(request(), attempt(), { input_tokens: 5 });
    expect(found.input_tokens_bound).toBe(5);
    expect(found.costWith(10)).toBe(5 + 20);
    expect(found.hold_nano_usd).toBeLessThan(estimate().hold_nano_usd);
  });
});
