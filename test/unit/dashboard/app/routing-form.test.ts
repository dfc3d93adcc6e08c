import { describe, expect, it } from "vitest";
import { chatBody, tagsOf } from "../../../../workers/dashboard/app/pages/routing/shape.ts";
import {
  neighbourOf,
  newCondition,
  newGroup,
  unwrapped,
  withChild,
  withHow,
  withRow,
  wrapped,
} from "../../../../workers/dashboard/app/resources/routing-rule/conditions-edit.ts";
import {
  buildConditions,
  type Group,
  readConditions,
  unfilled,
} from "../../../../workers/dashboard/app/resources/routing-rule/conditions-form.ts";
import { moved } from "../../../../workers/dashboard/app/resources/routing-rule/order.ts";
import { actionText, conditionsText } from "../../../../workers/dashboard/app/resources/routing-rule/words.ts";

let made = 0;
const ids = (): string => {
  made += 1;
  return `row-${made}`;
};
const read = (when: unknown): Group => readConditions(when, ids);
const again = (when: unknown): unknown => buildConditions(read(when), "when").when;

describe("conditions as rows and groups of a form", () => {
  it.each([
    [{}],
    [{ model: "openai/*", feature: ["a", "b"], subject: { not: "ann" } }],
    [{ input_tokens: { gte: 10, lt: 2000 }, estimated_cost_usd: { gt: "0.000000001" }, wallet_used_percent: 80 }],
    [{ tags: { env: "prod", tier: { not: ["x", "y"] } }, metadata: { a: "b" }, tools: false, stream: true }],
    [{ time: { days: ["sat", "sun"], from: "22:00", to: "06:00", zone: "Europe/Berlin" } }],
    [
      {
        any: [{ model: "a/b" }, { not: { tools: true } }],
        health: { openai: "down", "azure/gpt-4.1": ["healthy", "unknown"] },
        latency_p95_ms: { "a/b": { gt: 5, lt: 10 }, openai: 7 },
      },
    ],
    [{ feature: "with, comma", model: ["a/b"], estimated_cost_usd: 0.5 }],
    [{ all: [{ any: [{ tools: true, images: true }, { region: "eu" }] }, { all: [{ json: true }] }] }],
    [{ not: { any: [{ tools: true }] } }],
    [{ not: { any: [{ tools: true }, { json: true }], model: "a/b" } }],
    [{ not: { tools: true, json: true } }],
    [{ not: { not: { all: [{ country: ["DE", "FR"] }] } } }],
    [{ any: [{}, { tools: true }] }],
    [{ not: {} }],
    [{ model: { like: "x" }, unknown: [1, { two: 3 }], input_tokens: {}, tags: {}, any: [5], all: "none", time: [] }],
  ])("say the same when they are written again: %j", (when) => {
    expect(again(when)).toEqual(when);
  });

  it("know where each of them stands", () => {
    const root = read({
      tools: true,
      any: [{ json: true }, { not: { any: [{ stream: true }, { model: "a/b", key: "k" }] } }],
    });
    const { paths } = buildConditions(root, "when");
    expect([...paths.values()].sort()).toEqual([
      "when",
      "when.any",
      "when.any[0].json",
      "when.any[1].not",
      "when.any[1].not.any[0].stream",
      "when.any[1].not.any[1]",
      "when.any[1].not.any[1].key",
      "when.any[1].not.any[1].model",
      "when.tools",
    ]);
  });

  it("stand one beside the other where a field is named twice, and lose none", () => {
    let root = read({ model: "a/*" });
    const row = newCondition("model", ids);
    root = withChild(root, root.id, row);
    root = withRow(root, row.id, { kind: "text", field: "model", not: true, values: ["a/b"] });
    const groups = ["any", "any", "all"].map(
      (how) => ({ ...newGroup([newCondition("tools", ids)], ids()), how }) as Group,
    );
    for (const group of groups) root = withChild(root, root.id, group);
    expect(buildConditions(root, "when").when).toEqual({
      model: "a/*",
      any: [{ tools: true }],
      all: [{ tools: true }, { model: { not: "a/b" } }, { any: [{ tools: true }] }],
    });
    expect(buildConditions(root, "when").paths.get(row.id)).toBe("when.all[1].model");
  });

  it("are put into groups, out of them, and are followed by their neighbour", () => {
    let root = read({ tools: true, json: true });
    const [tools, json] = root.children.map(({ id }) => id);
    root = wrapped(root, json ?? "", "group");
    expect(buildConditions(root, "when").when).toEqual({ tools: true, any: [{ json: true }] });
    expect(neighbourOf(root, tools ?? "")).toBe("group");
    expect(neighbourOf(root, json ?? "")).toBe("group");
    root = withHow(root, "group", "none");
    expect(buildConditions(root, "when").when).toEqual({ tools: true, not: { json: true } });
    expect(buildConditions(unwrapped(root, "group"), "when").when).toEqual({ tools: true, json: true });
  });

  it("say what is not filled in, so that no rule is wider than it was meant", () => {
    let root = read({ any: [{ tools: true }] });
    root = withChild(root, root.id, newCondition("model", ids));
    root = withChild(root, root.id, newCondition("input_tokens", ids));
    root = withChild(root, root.id, newCondition("health", ids));
    root = withChild(root, root.id, newCondition("time", ids));
    root = withChild(root, root.children[0]?.id ?? "", newGroup([], ids()));
    const { when } = buildConditions(root, "when");
    expect(unfilled(when, "when")).toEqual({
      "when.any[1].any": "Add a condition to this group.",
      "when.model": "Fill this in.",
      "when.input_tokens.lt": "Fill this in.",
      "when.health.": "Say of which one.",
      "when.time": "Choose days, or from when to when.",
    });
    expect(unfilled({ any: [{}, { not: {} }] }, "when")).toEqual({});
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
