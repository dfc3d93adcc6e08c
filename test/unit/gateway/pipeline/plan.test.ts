import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sharedState } from "../../../../schema/health/shared-health.ts";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import { matchesPattern } from "../../../../schema/kernel/wildcard.ts";
import type { ModelInfo } from "../../../../schema/pricing/price.ts";
import { planRequest } from "../../../../workers/gateway/pipeline/plan.ts";
import type { OrgSnapshot } from "../../../../workers/gateway/stores/org-snapshot.ts";
import { ACCOUNT, KEY, model, NOON, PRICE } from "../fixtures.ts";

const TIMEOUTS = { first_byte_ms: 1, idle_ms: 1, total_ms: 1 };

/** An org with providers of the given models. */
function snapshotOf(
  providers: Readonly<Record<string, Readonly<Record<string, ModelInfo>>>>,
  kind = "openai",
): OrgSnapshot {
  const by_model = new Map<string, string[]>();
  for (const [id, models] of Object.entries(providers)) {
    for (const name of Object.keys(models)) by_model.set(name, [...(by_model.get(name) ?? []), id]);
  }
  return {
    org_id: "org_1",
    by_model,
    unusable: new Map(),
    countries: null,
    rules: [],
    experiments: [],
    providers: new Map(
      Object.entries(providers).map(([id, models]) => [
        id,
        {
          account: { ...ACCOUNT, id, kind },
          timeouts: TIMEOUTS,
          models: new Map(Object.entries(models)),
          health: sharedState("unknown"),
        },
      ]),
    ),
  };
}

const SNAPSHOT = snapshotOf({
  acme: { "gpt-5": model(), solo: model(), "org/llama-3": model(), embed: model({ capabilities: ["embeddings"] }) },
  beta: { "gpt-5": model(), "acme/special": model(), "acme/gpt-5": model(), gift: model({ prices: [] }) },
});

const plan = (name: string, models: readonly string[] | null = null, snapshot = SNAPSHOT) =>
  planRequest(name, "chat", { ...KEY, models }, snapshot, NOON);
const planned = (name: string): string => {
  const found = plan(name);
  return isRefused(found) ? `refused: ${found.refused.code}` : found.plan.attempts[0].name;
};

describe("the name of a model", () => {
  it.each([
    ["acme/gpt-5", "acme/gpt-5"],
    ["beta/gpt-5", "beta/gpt-5"],
    ["solo", "acme/solo"],
    // A model's own name may have a slash.
    ["org/llama-3", "acme/org/llama-3"],
    ["acme/org/llama-3", "acme/org/llama-3"],
    // Also one that begins with the name of a provider, when that provider has no such model.
    ["acme/special", "beta/acme/special"],
    ["beta/acme/special", "beta/acme/special"],
    ["beta/acme/gpt-5", "beta/acme/gpt-5"],
  ])("%s means %s", (name, expected) => {
    expect(planned(name)).toBe(expected);
  });

  it.each([
    "gpt-5",
    "acme/nothing",
    "nobody/gpt-5",
    "",
    "/",
    "acme/",
    "/gpt-5",
    "GPT-5",
    "acme",
    "__proto__",
    "constructor",
  ])("%j means nothing that is certain", (name) => {
    expect(planned(name)).toBe("refused: model_not_found");
  });

  it("that several providers have is refused naming each of them", () => {
    expect(plan("gpt-5")).toEqual({
      refused: {
        code: "model_not_found",
        message: 'Several providers have the model "gpt-5". Name one: acme/gpt-5, beta/gpt-5.',
        param: "model",
      },
    });
  });

  it("that is nearly one is refused with what it may have meant", () => {
    expect(plan("acme/gtp-5")).toMatchObject({
      refused: { message: expect.stringContaining("Did you mean acme/gpt-5") },
    });
  });

  it("that is like none is refused with where to look", () => {
    expect(plan("zzzzzzzzzzzzzzzz")).toMatchObject({ refused: { message: expect.stringContaining("GET /v1/models") } });
    expect(plan("m", null, snapshotOf({}))).toMatchObject({
      refused: { message: expect.stringContaining("No provider is configured") },
    });
  });
});

describe("the plan", () => {
  it("pins provider, model and the price of this moment", () => {
    const later = { ...PRICE, price_id: "later", effective_from: NOON + 1 };
    const now = { ...PRICE, price_id: "now", effective_from: NOON };
    const earlier = { ...PRICE, price_id: "earlier", effective_from: NOON - 1 };
    const info = model({ prices: [later, now, earlier] });
    expect(plan("acme/x", null, snapshotOf({ acme: { x: info } }))).toMatchObject({
      plan: { attempts: [{ name: "acme/x", model: info, price: now, account: { id: "acme" }, timeouts: TIMEOUTS }] },
    });
  });

  it("is refused for a model without a price, and for one whose price begins later", () => {
    expect(plan("beta/gift")).toEqual({ refused: { code: "model_unpriced", param: "model" } });
    const info = model({ prices: [{ ...PRICE, effective_from: NOON + 1 }] });
    expect(plan("x", null, snapshotOf({ acme: { x: info } }))).toMatchObject({ refused: { code: "model_unpriced" } });
  });

  it("is refused for a model of another use", () => {
    expect(plan("acme/embed")).toEqual({
      refused: { code: "invalid_request", message: "The model acme/embed has no chat.", param: "model" },
    });
    expect(isRefused(planRequest("embed", "embeddings", KEY, SNAPSHOT, NOON))).toBe(false);
  });

  it("is refused for a provider of a kind that is gone", () => {
    expect(plan("x", null, snapshotOf({ acme: { x: model() } }, "constructor"))).toMatchObject({
      refused: { code: "no_provider_available" },
    });
  });
});

describe("a key that may use some models", () => {
  it.each<[string, readonly string[], boolean]>([
    ["acme/gpt-5", ["acme/gpt-5"], true],
    ["acme/gpt-5", ["*"], true],
    ["acme/gpt-5", ["acme/*"], true],
    ["acme/gpt-5", ["*/gpt-*"], true],
    ["acme/gpt-5", ["beta/*", "acme/gpt-5"], true],
    // A bare name is judged as what it resolves to.
    ["solo", ["acme/solo"], true],
    ["solo", ["solo"], false],
    ["acme/special", ["acme/*"], false],
    ["acme/gpt-5", ["beta/*"], false],
    ["acme/gpt-5", ["acme/gpt"], false],
    ["acme/gpt-5", ["cme/gpt-5"], false],
    ["acme/gpt-5", ["acme/gpt-."], false],
    ["acme/gpt-5", [], false],
    ["acme/gpt-5", [""], false],
  ])("%s with %j: %s", (name, models, allowed) => {
    const found = plan(name, models);
    expect(isRefused(found) ? found.refused.code : "planned").toBe(allowed ? "planned" : "forbidden");
  });

  it("learns nothing about a model that it may not use", () => {
    expect(plan("beta/gift", ["acme/*"])).toMatchObject({ refused: { code: "forbidden" } });
  });
});

describe("a pattern", () => {
  const piece = fc.string({ unit: fc.constantFrom("a", "b", "/", "*", ".", "+", "\\"), maxLength: 8 });
  const name = fc.string({ unit: fc.constantFrom("a", "b", "/", ".", "+", "\\"), maxLength: 10 });

  it("matches as the regular expression with .* for each star would", () => {
    fc.assert(
      fc.property(piece, name, (pattern, text) => {
        const source = pattern
          .split("*")
          .map((literal) => literal.replace(/[.+\\/]/g, "\\$&"))
          .join(".*");
        expect(matchesPattern(pattern, text)).toBe(new RegExp(`^${source}$`).test(text));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ["ab*ba", "abba", true],
    ["ab*ba", "aba", false],
    ["a*a", "a", false],
    ["a*b*a", "aba", true],
    ["a*b*ba", "aba", false],
    ["**", "", true],
    ["", "", true],
    ["", "a", false],
  ])("%j and the name %j: %s, and no letter counts twice", (pattern, text, expected) => {
    expect(matchesPattern(pattern, text)).toBe(expected);
  });

  it("matches every name that it was made of", () => {
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1, maxLength: 4 }),
        fc.array(name, { maxLength: 3 }),
        (literals, fillers) => {
          const filled = literals.map(
            (literal, index) => literal + (index < literals.length - 1 ? (fillers[index] ?? "") : ""),
          );
          expect(matchesPattern(literals.join("*"), filled.join(""))).toBe(true);
        },
      ),
    );
  });

  it("takes no longer for a hostile name", () => {
    expect(matchesPattern(`${"*a".repeat(50)}*b`, "a".repeat(5_000))).toBe(false);
  });
});
