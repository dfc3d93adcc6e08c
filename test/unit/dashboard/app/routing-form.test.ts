import { describe, expect, it } from "vitest";
import { chatBody, tagsOf } from "../../../../workers/dashboard/app/pages/routing/shape.ts";
import {
  buildConditions,
  readConditions,
} from "../../../../workers/dashboard/app/resources/routing-rule/conditions-form.ts";
import { moved } from "../../../../workers/dashboard/app/resources/routing-rule/order.ts";
import { actionText, conditionsText } from "../../../../workers/dashboard/app/resources/routing-rule/words.ts";

describe("conditions as rows of a form", () => {
  it.each([
    [{}],
    [{ model: "openai/*", feature: ["a", "b"], subject: { not: "ann" } }],
    [{ input_tokens: { gte: 10, lt: 2000 }, estimated_cost_usd: { gt: "0.000000001" }, wallet_used_percent: 80 }],
    [{ tags: { env: "prod", tier: { not: ["x", "y"] } }, metadata: { a: "b" }, tools: false, stream: true }],
    [{ time: { days: ["sat", "sun"], from: "22:00", to: "06:00", zone: "Europe/Berlin" } }],
    [
      {
        any: [{ model: "a/b" }, { not: { tools: true } }],
        health: { openai: "down" },
        latency_p95_ms: { "a/b": { gt: 5 } },
      },
    ],
    [{ feature: "with, comma", model: "a/b" }],
  ])("say the same when they are written again: %j", (when) => {
    expect(buildConditions(readConditions(when))).toEqual(when);
  });

  it("leave out what says nothing yet, and send what is no number as it was typed", () => {
    const rows = [
      { kind: "text", field: "model", not: false, values: " , " },
      { kind: "number", field: "input_tokens", sign: "lt", value: "many" },
      { kind: "pair", field: "tags", name: "", not: false, values: "x" },
    ] as const;
    expect(buildConditions({ rows, rest: {} })).toEqual({ input_tokens: { lt: "many" } });
  });
});

describe("the order of rules", () => {
  const rules = [10, 20, 21, 22].map((priority) => ({ id: `rule-${priority}`, priority }));
  const after = (from: number, to: number): readonly string[] => {
    const changes = new Map(moved(rules, from, to).map(({ id, priority }) => [id, priority]));
    return rules
      .map(({ id, priority }) => ({ id, priority: changes.get(id) ?? priority }))
      .sort((a, b) => a.priority - b.priority)
      .map(({ id }) => id);
  };

  it("is what was asked for, wherever a rule is moved", () => {
    for (const from of rules.keys()) {
      for (const to of rules.keys()) {
        const wanted = rules.map(({ id }) => id);
        wanted.splice(to, 0, ...wanted.splice(from, 1));
        expect(after(from, to), `${from} to ${to}`).toEqual(wanted);
      }
    }
  });

  it("changes one rule where there is room, and nothing outside the list", () => {
    expect(moved(rules, 3, 1)).toEqual([{ id: "rule-22", priority: 15 }]);
    expect(moved(rules, 0, 9)).toEqual([]);
  });
});

describe("rules in words", () => {
  it("name every condition and action", () => {
    expect(
      conditionsText({ model: ["a/b", "c/d"], input_tokens: { lt: 2000 }, tools: false, tags: { env: "dev" } }),
    ).toEqual(["model a/b or c/d", "input tokens < 2000", "no tools", "tag env dev"]);
    expect(conditionsText({ any: [{ country: "DE" }, { country: { not: "FR" } }] })).toEqual([
      "(country DE or country not FR)",
    ]);
    expect(
      actionText({
        split: [
          { model: "a/b", weight: 3 },
          { model: "c/d", weight: 1 },
        ],
      }),
    ).toBe("75 % a/b, 25 % c/d");
    expect(actionText({ downgrade: { to: ["c/d"], above_percent: 80 } })).toBe("Above 80 % of the wallet: c/d");
  });
});

describe("a request that is made up", () => {
  it("is as large as it should be, and has the tags that were typed", () => {
    const { messages } = chatBody({ model: "a/b", input_tokens: 100 });
    expect(JSON.stringify(messages).length).toBeGreaterThanOrEqual(400);
    expect(tagsOf("env:prod, tier=gold, nothing, :x")).toEqual({ env: "prod", tier: "gold" });
  });
});
