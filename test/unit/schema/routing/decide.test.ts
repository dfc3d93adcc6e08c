import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UNKNOWN_HEALTH } from "../../../../schema/health/target-health.ts";
import { actionSchema } from "../../../../schema/routing/action.ts";
import { compileConditions } from "../../../../schema/routing/compile-conditions.ts";
import { conditionsSchema } from "../../../../schema/routing/conditions.ts";
import { compileRules, decide, type RoutingRule } from "../../../../schema/routing/decide.ts";
import type { RequestFacts } from "../../../../schema/routing/facts.ts";

/** A Wednesday, 2026-03-11, 22:30 UTC. */
const AT = Date.UTC(2026, 2, 11, 22, 30);
const FACTS: RequestFacts = {
  model: "openai/gpt-5",
  operation: "chat",
  dialect: "openai-chat",
  key: "key_1",
  wallet: "wal_1",
  team: "team_1",
  cost_center: null,
  feature: "search",
  subject: null,
  session: null,
  country: "DE",
  regions: ["europe", "eu", "eea"],
  tags: { env: "prod" },
  metadata: { tier: "gold" },
  input_tokens: 1_000,
  max_output_tokens: null,
  estimated_cost_nano_usd: 50_000_000,
  wallet_used_percent: 81.25,
  tools: true,
  images: false,
  json: false,
  reasoning: false,
  stream: true,
  at: AT,
  health: (target) => {
    if (target === "openai") return { ...UNKNOWN_HEALTH, state: "down", calls: 20, error_rate: 0.5 };
    return target === "openai/gpt-5" ? { ...UNKNOWN_HEALTH, state: "healthy", latency_p95_ms: 2_500 } : UNKNOWN_HEALTH;
  },
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
    [{ health: { openai: "down" } }, null],
    [{ health: { openai: ["degraded", "down"], "openai/gpt-5": "healthy" } }, null],
    [{ health: { openai: { not: "down" } } }, "health.openai"],
    [{ health: { gone: "unknown" } }, null],
    [{ latency_p95_ms: { "openai/gpt-5": { gt: 2_000 } } }, null],
    [{ latency_p95_ms: { "openai/gpt-5": { lte: 2_000 } } }, "latency_p95_ms.openai/gpt-5"],
    [{ first_byte_p50_ms: { "openai/gpt-5": { gte: 0 } } }, "first_byte_p50_ms.openai/gpt-5"],
    [{ error_rate: { openai: { gte: 0.5 } } }, null],
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
    [{ health: {} }, ["health"]],
    [{ health: { openai: "ill" } }, ["health", "openai"]],
    [{ error_rate: { openai: "high" } }, ["error_rate", "openai"]],
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
    [{ fastest: ["a/b", "c/d"], by: "first_byte", percentile: "p95" }],
    [{ round_robin: ["a/b", "c/d"] }],
    [{ cheapest: ["a/b", "c/d"], sla: { p95_latency_ms: 2_000, error_rate: 0, context: 100_000 } }],
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
    [{ fastest: ["a/b"] }, ["fastest"]],
    [{ fastest: ["a/b", "c/d"], by: "key" }, ["by"]],
    [
      {
        split: [
          { model: "a/b", weight: 1 },
          { model: "a/c", weight: 1 },
        ],
        by: "latency",
      },
      ["by"],
    ],
    [{ round_robin: ["a/b", "c/d"], percentile: "p50" }, ["percentile"]],
    [{ fastest: ["a/b", "c/d"], sla: { context: 1 } }, ["sla"]],
    [{ cheapest: ["a/b", "c/d"], sla: {} }, ["sla"]],
    [{ cheapest: ["a/b", "c/d"], sla: { error_rate: 2 } }, ["sla", "error_rate"]],
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
