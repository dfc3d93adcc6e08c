import { describe, expect, it } from "vitest";
import { guardrailsSchema, promotionSchema } from "../../../../schema/experiments/goals.ts";
import { variantsSchema } from "../../../../schema/experiments/variants.ts";

const two = (a: object, b: object) => [
  { name: "a", percent: 50, ...a },
  { name: "b", percent: 50, ...b },
];

describe("variants", () => {
  it.each([
    ["halves", two({}, {})],
    ["two decimals", two({ percent: 0.07 }, { percent: 99.93 })],
    ["one that nobody gets yet", two({ percent: 100 }, { percent: 0 })],
    ["a third each", [33.33, 33.33, 33.34].map((percent, at) => ({ name: `v${at}`, percent }))],
  ])("may be %s", (_, variants) => {
    expect(variantsSchema.safeParse(variants).error).toBeUndefined();
  });

  it.each([
    ["one", [{ name: "a", percent: 100 }]],
    ["nine", Array.from({ length: 9 }, (_, at) => ({ name: `v${at}`, percent: at === 0 ? 20 : 10 }))],
    ["three decimals", two({ percent: 0.005 }, { percent: 99.995 })],
    ["99 percent in all", two({ percent: 49 }, {})],
    ["two of one name", two({}, { name: "a" })],
    ["a model without a provider", two({}, { model: "gpt-5" })],
    ["an unknown parameter", two({}, { parameters: { temprature: 1 } })],
    ["no parameter", two({}, { parameters: {} })],
  ])("may not be %s", (_, variants) => {
    expect(variantsSchema.safeParse(variants).success).toBe(false);
  });
});

describe("goals", () => {
  it("of a guardrail have one bound", () => {
    expect(guardrailsSchema.safeParse([{ metric: "error_rate", max: 0.1 }]).success).toBe(true);
    expect(guardrailsSchema.safeParse([{ metric: "error_rate" }]).success).toBe(false);
    expect(guardrailsSchema.safeParse([{ metric: "error_rate", max: 0.1, max_increase: 1 }]).success).toBe(false);
  });

  it("of a promotion have defaults", () => {
    expect(promotionSchema.parse({ min_samples: 500 })).toEqual({ min_samples: 500, min_lift: 0, confidence: 0.95 });
  });
});
