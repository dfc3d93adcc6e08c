import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { actionSchema } from "../../../../schema/routing/action.ts";
import { compileConditions } from "../../../../schema/routing/compile-conditions.ts";
import { conditionsSchema } from "../../../../schema/routing/conditions.ts";
import { compileRules, decide, type RoutingRule } from "../../../../schema/routing/decide.ts";
import type { RequestFacts } from "../../../../schema/routing/facts.ts";
import { BUCKETS, bucketOf, chooseByWeight } from "../../../../schema/routing/split.ts";

/** A Wednesday, 2026-03-11, 22:30 UTC. */
const AT = Date.UTC(2026, 2, 11, 22, 30);
const FACTS: RequestFacts = {
  model: "openai/gpt-5",
  operation: "chat",
  dialect: "openai-chat",
  key: "key_1",
  wallet: "wal_1",
  feature: "search",
  subject: null,
  country: "DE",
  tags: { env: "prod" },
  metadata: { tier: "gold" },
  input_tokens: 1_000,
  max_output_tokens: null,
  tools: true,
  images: false,
  json: false,
  reasoning: false,
  stream: true,
  at: AT,
};

const failedBy = (when: unknown, facts: Partial<RequestFacts> = {}) =>
  compileConditions(conditionsSchema.parse(when))({ ...FACTS, ...facts });

describe("conditions", () => {
  it.each([
    [{}, null],
    [{ model: "openai/gpt-5" }, null],
    [{ model: "openai/*" }, null],
    [{ model: ["a/b", "openai/*"] }, null],
    [{ model: "anthropic/*" }, "model"],
    [{ model: { not: "anthropic/*" } }, null],
    [{ model: { not: ["x", "openai/*"] } }, "model"],
    [{ subject: "*" }, "subject"],
    [{ subject: { not: "u1" } }, null],
    [{ country: ["DE", "FR"] }, null],
    [{ operation: "embeddings" }, "operation"],
    [{ tags: { env: "prod" } }, null],
    [{ tags: { env: "prod", team: "x" } }, "tags.team"],
    [{ tags: { constructor: "*" } }, "tags.constructor"],
    [{ metadata: { tier: { not: "gold" } } }, "metadata.tier"],
    [{ input_tokens: 1_000 }, null],
    [{ input_tokens: { gt: 1_000 } }, "input_tokens"],
    [{ input_tokens: { gte: 1_000, lt: 2_000 } }, null],
    [{ input_tokens: { lte: 999 } }, "input_tokens"],
    [{ max_output_tokens: { lt: 10 } }, "max_output_tokens"],
    [{ tools: true, images: false }, null],
    [{ images: true }, "images"],
    [{ stream: false }, "stream"],
    [{ all: [{ tools: true }, { stream: true }] }, null],
    [{ all: [{ tools: true }, { stream: false }] }, "all"],
    [{ any: [{ tools: false }, { stream: true }] }, null],
    [{ any: [{ tools: false }, { stream: false }] }, "any"],
    [{ not: { tools: true } }, "not"],
    [{ not: { any: [{ tools: false }, { images: true }] } }, null],
  ])("%j: what fails is %j", (when, failed) => {
    expect(failedBy(when)).toBe(failed);
  });

  it.each([
    [{ days: ["wed"] }, AT, null],
    [{ days: ["thu"] }, AT, "time"],
    [{ days: ["thu"], zone: "Asia/Tokyo" }, AT, null],
    [{ from: "22:00", to: "23:00" }, AT, null],
    [{ from: "23:00" }, AT, "time"],
    [{ to: "22:30" }, AT, "time"],
    [{ to: "22:31" }, AT, null],
    [{ from: "23:00", to: "00:30", zone: "Europe/Berlin" }, AT, null],
    [{ days: ["wed"], from: "22:00", to: "06:00" }, AT + 3 * 3_600_000, null],
    [{ days: ["thu"], from: "22:00", to: "06:00" }, AT + 3 * 3_600_000, "time"],
    [{ days: ["mon"], from: "22:00", to: "06:00" }, Date.UTC(2026, 2, 10, 1), null],
  ])("time %j", (time, at, failed) => {
    expect(failedBy({ time }, { at })).toBe(failed);
  });

  it.each([
    [{ modle: "x" }, []],
    [{ model: "" }, ["model"]],
    [{ model: 7 }, ["model"]],
    [{ tags: {} }, ["tags"]],
    [{ input_tokens: { above: 3 } }, ["input_tokens"]],
    [{ input_tokens: {} }, ["input_tokens"]],
    [{ tools: "yes" }, ["tools"]],
    [{ time: {} }, ["time"]],
    [{ time: { from: "9:00" } }, ["time", "from"]],
    [{ time: { from: "09:00", zone: "Mars/Olympus" } }, ["time", "zone"]],
    [{ any: [{ tools: true }, { images: 1 }] }, ["any", 1, "images"]],
    [{ all: [] }, ["all"]],
    [{ not: { not: { not: { not: { not: { not: {} } } } } } }, []],
    [{ any: Array.from({ length: 100 }, () => ({ tools: true, images: true, json: true })) }, []],
    [[], []],
    ["x", []],
  ])("%j is refused with the place of the error", (when, path) => {
    const parsed = conditionsSchema.safeParse(when);
    expect(parsed.error?.issues[0]?.path).toEqual(path);
  });

  it("never throw, whatever is asked or entered", () => {
    const texts = fc.option(fc.string(), { nil: null });
    const facts = fc.record({
      model: fc.string(),
      feature: texts,
      subject: texts,
      country: texts,
      tags: fc.dictionary(fc.string(), fc.string()),
      input_tokens: fc.nat(),
      at: fc.integer({ min: 0, max: 4e12 }),
    });
    fc.assert(
      fc.property(fc.jsonValue(), facts, (when, changed) => {
        const parsed = conditionsSchema.safeParse(when);
        if (parsed.success) compileConditions(parsed.data)({ ...FACTS, ...changed });
      }),
    );
  });
});

describe("an action", () => {
  it.each([
    [{ model: "a/b" }],
    [
      {
        split: [
          { model: "a/b", weight: 1 },
          { model: "a/c", weight: 9_999 },
        ],
        by: "subject",
      },
    ],
    [{ cheapest: ["a/b", "c/d"] }],
    [{ deny: "not at night" }],
    [{ fallback: ["a/b", "c/d"] }],
  ])("%j is one", (then) => {
    expect(actionSchema.safeParse(then).success).toBe(true);
  });

  it.each([
    [{}, []],
    [{ model: "a/b", deny: "x" }, []],
    [{ model: "gpt-5" }, ["model"]],
    [{ model: "a/b", by: "key" }, ["by"]],
    [{ split: [{ model: "a/b", weight: 1 }] }, ["split"]],
    [
      {
        split: [
          { model: "a/b", weight: 0 },
          { model: "a/c", weight: 1 },
        ],
      },
      ["split", 0, "weight"],
    ],
    [{ deny: " " }, ["deny"]],
    [{ redirect: "a/b" }, []],
  ])("%j is refused with the place of the error", (then, path) => {
    expect(actionSchema.safeParse(then).error?.issues[0]?.path).toEqual(path);
  });
});

const rule = (id: string, change: Partial<RoutingRule> = {}): RoutingRule => ({
  id,
  name: id,
  priority: 100,
  starts_at: null,
  ends_at: null,
  conditions: {},
  action: { deny: id },
  ...change,
});

describe("rules", () => {
  it("are tried by priority, then by id; the first that applies decides, and what was tried is told", () => {
    const rules = compileRules([
      rule("d", { priority: 5 }),
      rule("c", { priority: 3 }),
      rule("b", { priority: 3, conditions: { images: true } }),
      rule("a", { priority: 1, ends_at: AT }),
    ]);
    const { rule: found, considered } = decide(rules, FACTS);
    expect(found?.id).toBe("c");
    expect(considered).toEqual([
      { rule_id: "a", name: "a", failed: "schedule" },
      { rule_id: "b", name: "b", failed: "images" },
      { rule_id: "c", name: "c", failed: null },
    ]);
  });

  it("hold from their beginning to before their end", () => {
    const [only] = compileRules([rule("a", { starts_at: 10, ends_at: 20 })]);
    const at = (moment: number) => decide(only === undefined ? [] : [only], { ...FACTS, at: moment }).rule !== null;
    expect([9, 10, 19, 20].map(at)).toEqual([false, true, true, false]);
  });

  it("decide the same whatever order they are read in", () => {
    const some = fc.array(
      fc.record({ priority: fc.integer({ min: 0, max: 3 }), images: fc.boolean(), id: fc.uuid() }),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(some, fc.boolean(), (given, images) => {
        const rules = given.map(({ id, priority, images: wanted }) =>
          rule(id, { priority, conditions: { images: wanted } }),
        );
        const facts = { ...FACTS, images };
        const once = decide(compileRules(rules), facts);
        expect(decide(compileRules(rules.toReversed()), facts)).toMatchObject({
          rule: once.rule === null ? null : { id: once.rule.id },
        });
      }),
    );
  });
});

describe("a split", () => {
  const shares = (weights: readonly [number, ...number[]], salt = "rule_1") => {
    const [first, ...rest] = weights.map((weight, at) => ({ weight, at }));
    if (first === undefined) throw new Error("no weights");
    return Array.from({ length: 20_000 }, (_, user) => chooseByWeight([first, ...rest], salt, `user-${user}`).at);
  };

  it("gives each its share, within what chance allows", () => {
    const chosen = shares([5, 15, 80]);
    for (const [at, share] of [0.05, 0.15, 0.8].entries()) {
      const found = chosen.filter((one) => one === at).length;
      // Four standard deviations of a binomial.
      expect(Math.abs(found - share * 20_000)).toBeLessThan(4 * Math.sqrt(20_000 * share * (1 - share)));
    }
  });

  it("moves only who must move, and is the same for the same subject", () => {
    const before = shares([50, 50]);
    const after = shares([60, 40]);
    expect(shares([50, 50])).toEqual(before);
    expect(before.filter((one, user) => one === 0 && after[user] === 1)).toEqual([]);
    const moved = before.filter((one, user) => one !== after[user]).length;
    expect(Math.abs(moved - 2_000)).toBeLessThan(4 * Math.sqrt(20_000 * 0.1 * 0.9));
  });

  it("is independent of another split", () => {
    const both = shares([50, 50]).filter((one, user) => one === 0 && shares1[user] === 0).length;
    expect(Math.abs(both - 5_000)).toBeLessThan(4 * Math.sqrt(20_000 * 0.25 * 0.75));
  });
  const shares1 = shares([50, 50], "rule_2");

  it("has buckets that are all used", () => {
    const used = new Set(Array.from({ length: 200_000 }, (_, user) => bucketOf("s", String(user))));
    expect(used.size).toBe(BUCKETS);
  });
});
