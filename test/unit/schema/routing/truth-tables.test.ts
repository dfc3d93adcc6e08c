import { describe, expect, it } from "vitest";
import { type TargetHealth, UNKNOWN_HEALTH } from "../../../../schema/health/target-health.ts";
import { compileConditions } from "../../../../schema/routing/compile-conditions.ts";
import { CONDITION_NAMES, conditionsSchema } from "../../../../schema/routing/conditions.ts";
import {
  FLAG_FACTS,
  HEALTH_FIGURES,
  NUMBER_FACTS,
  type RequestFacts,
  TEXT_FACTS,
} from "../../../../schema/routing/facts.ts";
import { REGION_NAMES, regionsOf } from "../../../../schema/routing/regions.ts";

/** Of a request that tells nothing that it need not tell. */
const BARE: RequestFacts = {
  model: "",
  operation: "chat",
  dialect: "",
  key: "",
  wallet: "",
  team: null,
  cost_center: null,
  feature: null,
  subject: null,
  session: null,
  country: null,
  regions: [],
  tags: {},
  metadata: {},
  input_tokens: 0,
  max_output_tokens: null,
  estimated_cost_nano_usd: null,
  wallet_used_percent: null,
  tools: false,
  images: false,
  json: false,
  reasoning: false,
  stream: false,
  at: 0,
  health: () => UNKNOWN_HEALTH,
};

const holds = (when: unknown, facts: Readonly<Record<string, unknown>>): boolean =>
  compileConditions(conditionsSchema.parse(when))({ ...BARE, ...facts } as RequestFacts) === null;

/** The fact that one target is so, and of no other anything is known. */
const healthOf = (target: string, health: Partial<TargetHealth>): Pick<RequestFacts, "health"> => ({
  health: (name) => (name === target ? { ...UNKNOWN_HEALTH, ...health } : UNKNOWN_HEALTH),
});

/** Whether a condition holds where the fact is as it asks, is another, and is not known. */
const row = (when: unknown, name: string, values: readonly [unknown, unknown, unknown]): readonly boolean[] =>
  values.map((value) => holds(when, { [name]: value }));

/** The facts that every request has. */
const ALWAYS: readonly string[] = ["model", "operation", "dialect", "key", "wallet", "input_tokens"];

describe("each condition: it holds, it does not, and what it asks for is not known", () => {
  it.each(TEXT_FACTS)("text %s", (name) => {
    const unknown = ALWAYS.includes(name) ? "" : null;
    const values = ["acme", "other", unknown] as const;
    expect(row({ [name]: "acme" }, name, values)).toEqual([true, false, false]);
    expect(row({ [name]: "ac*" }, name, values)).toEqual([true, false, false]);
    expect(row({ [name]: ["x", "acme"] }, name, values)).toEqual([true, false, false]);
    expect(row({ [name]: { not: "acme" } }, name, values)).toEqual([false, true, true]);
    expect(row({ [name]: { not: ["x", "ac*"] } }, name, values)).toEqual([false, true, true]);
    expect(row({ not: { [name]: "acme" } }, name, values)).toEqual([false, true, true]);
  });

  it.each(["tags", "metadata"])("texts by name: %s", (name) => {
    const values = [{ env: "prod" }, { env: "dev" }, { other: "prod" }] as const;
    expect(row({ [name]: { env: "prod" } }, name, values)).toEqual([true, false, false]);
    expect(row({ [name]: { env: { not: "prod" } } }, name, values)).toEqual([false, true, true]);
    expect(row({ not: { [name]: { env: "prod" } } }, name, values)).toEqual([false, true, true]);
  });

  it.each(NUMBER_FACTS)("number %s", (name) => {
    const unknown = name === "input_tokens" ? Number.NaN : null;
    for (const [test, below, equal, above] of [
      [10, false, true, false],
      [{ gt: 10 }, false, false, true],
      [{ gte: 10 }, false, true, true],
      [{ lt: 10 }, true, false, false],
      [{ lte: 10 }, true, true, false],
      [{ gte: 10, lt: 11 }, false, true, false],
    ] as const) {
      expect(row({ [name]: test }, name, [9, 10, 11]), JSON.stringify(test)).toEqual([below, equal, above]);
      expect(holds({ [name]: test }, { [name]: unknown }), JSON.stringify(test)).toBe(false);
      expect(holds({ not: { [name]: test } }, { [name]: unknown }), JSON.stringify(test)).toBe(true);
    }
  });

  it.each([["0.05"], [0.05], ["0.050000000"]])("estimated_cost_usd of %j, to the nano-dollar", (bound) => {
    const cents = 50_000_000;
    const values = [cents - 1, cents, cents + 1] as const;
    const name = "estimated_cost_nano_usd";
    expect(row({ estimated_cost_usd: bound }, name, values)).toEqual([false, true, false]);
    expect(row({ estimated_cost_usd: { gt: bound } }, name, values)).toEqual([false, false, true]);
    expect(row({ estimated_cost_usd: { gte: bound } }, name, values)).toEqual([false, true, true]);
    expect(row({ estimated_cost_usd: { lt: bound } }, name, values)).toEqual([true, false, false]);
    expect(row({ estimated_cost_usd: { lte: bound } }, name, values)).toEqual([true, true, false]);
    expect(holds({ estimated_cost_usd: { gte: 0 } }, { [name]: null })).toBe(false);
    expect(holds({ not: { estimated_cost_usd: { gte: 0 } } }, { [name]: null })).toBe(true);
  });

  it("region: one of several is enough", () => {
    const values = [["europe", "eu", "eea"], ["europe"], []] as const;
    expect(row({ region: "eu" }, "regions", values)).toEqual([true, false, false]);
    expect(row({ region: ["asia", "europe"] }, "regions", values)).toEqual([true, true, false]);
    expect(row({ region: { not: "eu" } }, "regions", values)).toEqual([false, true, true]);
    expect(row({ region: { not: ["asia", "europe"] } }, "regions", values)).toEqual([false, false, true]);
    expect(row({ not: { region: "eu" } }, "regions", values)).toEqual([false, true, true]);
  });

  it("health: of the target that is named, and of no other", () => {
    const row = (when: unknown): readonly boolean[] =>
      (["down", "healthy", "unknown"] as const).map((state) => holds(when, healthOf("p/m", { state })));
    expect(row({ health: { "p/m": "down" } })).toEqual([true, false, false]);
    expect(row({ health: { "p/m": ["healthy", "down"] } })).toEqual([true, true, false]);
    expect(row({ health: { "p/m": { not: "down" } } })).toEqual([false, true, true]);
    expect(row({ health: { "p/m": { not: ["unknown", "down"] } } })).toEqual([false, true, false]);
    expect(row({ not: { health: { "p/m": "down" } } })).toEqual([false, true, true]);
    expect(row({ health: { p: "down" } })).toEqual([false, false, false]);
    expect(row({ health: { "p/m": "down", p: "unknown" } })).toEqual([true, false, false]);
  });

  it.each(HEALTH_FIGURES)("%s: below, at and above a bound, not known, and of another target", (name) => {
    const row = (when: unknown): readonly boolean[] => [
      ...[0.25, 0.5, 0.75, null].map((value) => holds(when, healthOf("p/m", { [name]: value }))),
      holds(when, healthOf("p", { [name]: 0.75 })),
    ];
    expect(row({ [name]: { "p/m": { gt: 0.5 } } })).toEqual([false, false, true, false, false]);
    expect(row({ [name]: { "p/m": { gte: 0.5 } } })).toEqual([false, true, true, false, false]);
    expect(row({ [name]: { "p/m": { lt: 0.5 } } })).toEqual([true, false, false, false, false]);
    expect(row({ not: { [name]: { "p/m": { gte: 0.5 } } } })).toEqual([true, false, false, true, true]);
  });

  it.each(FLAG_FACTS)("flag %s", (name) => {
    expect([true, false].map((value) => holds({ [name]: true }, { [name]: value }))).toEqual([true, false]);
    expect([true, false].map((value) => holds({ [name]: false }, { [name]: value }))).toEqual([false, true]);
  });

  it("time: within, outside", () => {
    const at = (hour: number) => ({ at: Date.UTC(2026, 2, 11, hour) });
    expect([8, 9, 17].map((hour) => holds({ time: { from: "09:00", to: "17:00" } }, at(hour)))).toEqual([
      false,
      true,
      false,
    ]);
  });

  it.each([
    [true, true],
    [true, false],
    [false, true],
    [false, false],
  ])("all, any and not of %s and %s", (a, b) => {
    const both = [{ tools: true }, { images: true }];
    const facts = { tools: a, images: b };
    expect(holds({ all: both }, facts)).toBe(a && b);
    expect(holds({ any: both }, facts)).toBe(a || b);
    expect(holds({ tools: true, images: true }, facts)).toBe(a && b);
    expect(holds({ not: { all: both } }, facts)).toBe(!(a && b));
    expect(holds({ not: { any: both } }, facts)).toBe(!(a || b));
  });

  it("has every condition that there is in a table", () => {
    const tabled = [
      ...TEXT_FACTS,
      ...NUMBER_FACTS,
      ...FLAG_FACTS,
      ...HEALTH_FIGURES,
      "health",
      "tags",
      "metadata",
      "estimated_cost_usd",
      "region",
      "time",
      "all",
      "any",
      "not",
    ];
    expect(CONDITION_NAMES.toSorted()).toEqual(tabled.toSorted());
  });
});

describe("what is entered wrongly is refused with its place", () => {
  it.each([
    [{ estimated_cost_usd: "cheap" }, ["estimated_cost_usd"]],
    [{ estimated_cost_usd: "-1" }, ["estimated_cost_usd"]],
    [{ estimated_cost_usd: -1 }, ["estimated_cost_usd"]],
    [{ estimated_cost_usd: "0.0000000001" }, ["estimated_cost_usd"]],
    [{ estimated_cost_usd: {} }, ["estimated_cost_usd"]],
    [{ region: "EU" }, ["region"]],
    [{ region: { not: "mars" } }, ["region"]],
    [{ region: [] }, ["region"]],
    [{ wallet_used_percent: "80" }, ["wallet_used_percent"]],
    [{ team: 7 }, ["team"]],
    [{ health: { openai: "broken" } }, ["health", "openai"]],
    [{ health: {} }, ["health"]],
    [{ error_rate: { openai: "half" } }, ["error_rate", "openai"]],
    [{ latency_p95_ms: {} }, ["latency_p95_ms"]],
  ])("%j", (when, path) => {
    expect(conditionsSchema.safeParse(when).error?.issues[0]?.path).toEqual(path);
  });
});

describe("regions", () => {
  it.each([
    ["DE", ["europe", "eu", "eea"]],
    ["NO", ["europe", "eea"]],
    ["GB", ["europe"]],
    ["CY", ["europe", "eu", "eea"]],
    ["US", ["north_america"]],
    ["BR", ["south_america"]],
    ["JP", ["asia"]],
    ["NG", ["africa"]],
    ["AU", ["oceania"]],
    ["AQ", ["antarctica"]],
    ["T1", []],
    ["XX", []],
    [null, []],
  ])("of %s are %j", (country, regions) => {
    expect(regionsOf(country)).toEqual(regions);
  });

  it("have each country on one continent, and know every country that has a name", () => {
    const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
    const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
    const codes = letters.flatMap((a) => letters.map((b) => a + b)).filter((code) => names.of(code) !== undefined);
    // No countries, or none any more, or one under a second code.
    const none = new Set(
      "AC AN BU CP CQ CS DD DG DY EA EU EZ FX HV IC NH QO QU RH SU TA TP UK UN VD XA XB YD YU ZR ZZ XX".split(" "),
    );
    const continents = new Set(REGION_NAMES.filter((name) => name !== "eu" && name !== "eea"));
    const wrong = codes.filter(
      (code) => !none.has(code) && regionsOf(code).filter((one) => continents.has(one)).length !== 1,
    );
    expect(wrong).toEqual([]);
    expect(codes.length).toBeGreaterThan(240);
  });
});
