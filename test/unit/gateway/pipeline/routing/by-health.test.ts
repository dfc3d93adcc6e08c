import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sharedState } from "../../../../../schema/health/shared-health.ts";
import { type TargetHealth, UNKNOWN_HEALTH } from "../../../../../schema/health/target-health.ts";
import { isRefused } from "../../../../../schema/kernel/errors.ts";
import type { Action } from "../../../../../schema/routing/action.ts";
import { compileRules } from "../../../../../schema/routing/decide.ts";
import { chatShape, factsOf, withHealth } from "../../../../../workers/gateway/pipeline/routing/request-shape.ts";
import { type Routed, routeRequest } from "../../../../../workers/gateway/pipeline/routing/route-request.ts";
import type { OrgSnapshot } from "../../../../../workers/gateway/stores/org-snapshot.ts";
import { ACCOUNT, KEY, model, NOON, PRICE, request } from "../../fixtures.ts";

const NAMES = ["p/a", "p/b", "p/c"] as const;
type Health = Readonly<Partial<Record<string, Partial<TargetHealth>>>>;

/** Each model costs more than the one before it. */
const MODELS = new Map(
  ["a", "b", "c"].map((name, at) => [
    name,
    model({
      prices: [{ ...PRICE, rates: { input: (at + 1) * 1_000_000, output: (at + 1) * 1_000_000 } }],
      context_tokens: 100_000 * (at + 1),
    }),
  ]),
);

const snapshotOf = (action: Action): OrgSnapshot => ({
  org_id: "org_1",
  by_model: new Map(),
  unusable: new Map(),
  countries: null,
  experiments: [],
  rules: compileRules([
    { id: "rule_1", name: "First", priority: 1, starts_at: null, ends_at: null, conditions: {}, action },
  ]),
  providers: new Map([
    [
      "p",
      {
        account: { ...ACCOUNT, id: "p" },
        timeouts: { first_byte_ms: 1, idle_ms: 1, total_ms: 1 },
        models: MODELS,
        health: sharedState("unknown"),
      },
    ],
  ]),
});

function route(action: Action, health: Health = {}, request_id = "req_1"): Routed {
  const caller = {
    key: KEY.key_id,
    wallet: KEY.wallet_id,
    team: null,
    cost_center: null,
    feature: null,
    subject: null,
    session: null,
    country: null,
    tags: {},
    at: NOON,
  };
  const asked = request({ model: "smart" });
  const facts = withHealth(factsOf("smart", chatShape(asked, "openai-chat"), caller), (target) => ({
    ...UNKNOWN_HEALTH,
    ...health[target],
  }));
  const routed = routeRequest({ facts, needed: "chat", key: KEY, snapshot: snapshotOf(action), request_id });
  if (isRefused(routed)) throw new Error(JSON.stringify(routed.refused));
  return routed;
}

const attempts = (routed: Routed): readonly string[] => routed.plan.attempts.map(({ name }) => name);
const firsts = (action: Action, health: Health, requests = 2_000): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (let at = 0; at < requests; at += 1) {
    const [first = ""] = attempts(route(action, health, `req_${at}`));
    counts[first] = (counts[first] ?? 0) + 1;
  }
  return counts;
};
const known = (latency: number, change: Partial<TargetHealth> = {}): Partial<TargetHealth> => ({
  state: "healthy",
  calls: 100,
  error_rate: 0,
  latency_p50_ms: latency,
  latency_p95_ms: 2 * latency,
  first_byte_p50_ms: 1_000 - latency,
  first_byte_p95_ms: 2_000 - latency,
  ...change,
});
/** Four standard deviations of a binomial. */
const about = (share: number, of = 2_000): number => 4 * Math.sqrt(of * share * (1 - share));

describe("the fastest", () => {
  const fastest: Action = { fastest: [...NAMES] };
  const health = { "p/a": known(500), "p/b": known(200), "p/c": known(300) };

  it("is the one with the least latency, the others behind it by theirs", () => {
    const routed = route(fastest, health);
    expect(attempts(routed)).toEqual(["p/b", "p/c", "p/a"]);
    expect(routed.routing).toMatchObject({
      how: "fastest",
      candidates: [{ measured_ms: 500 }, { measured_ms: 200 }, { measured_ms: 300 }],
    });
  });

  it("is told by what the rule names", () => {
    expect(attempts(route({ ...fastest, by: "first_byte" }, health))).toEqual(["p/a", "p/c", "p/b"]);
    const steady = { ...health, "p/a": known(500, { latency_p95_ms: 210 }) };
    expect(attempts(route({ ...fastest, percentile: "p95" }, steady))[0]).toBe("p/a");
  });

  it("leaves a twentieth to those that are not known, so that they become known", () => {
    const counts = firsts(fastest, { "p/a": known(500), "p/b": known(200), "p/c": known(100, { calls: 4 }) });
    expect(Math.abs((counts["p/c"] ?? 0) - 100)).toBeLessThan(about(0.05));
    expect(counts["p/b"]).toBe(2_000 - (counts["p/c"] ?? 0));
  });

  it("is each in turn while none is known", () => {
    const counts = firsts(fastest, {});
    for (const name of NAMES) expect(Math.abs((counts[name] ?? 0) - 2_000 / 3)).toBeLessThan(about(1 / 3));
  });
});

describe("each in turn", () => {
  const action: Action = { round_robin: [...NAMES] };

  it("comes as often as the others, and they follow in their order", () => {
    const counts = firsts(action, {});
    for (const name of NAMES) expect(Math.abs((counts[name] ?? 0) - 2_000 / 3)).toBeLessThan(about(1 / 3));
    const orders = new Set(Array.from({ length: 99 }, (_, at) => attempts(route(action, {}, `req_${at}`)).join()));
    expect(orders).toEqual(new Set(["p/a,p/b,p/c", "p/b,p/c,p/a", "p/c,p/a,p/b"]));
  });

  it("gives the turns of one that is down to all others alike", () => {
    const counts = firsts(action, { "p/a": { state: "down", breaker: "open" } });
    expect(counts["p/a"]).toBeUndefined();
    expect(Math.abs((counts["p/b"] ?? 0) - 1_000)).toBeLessThan(about(0.5));
  });
});

describe("the cheapest that keeps to bounds", () => {
  const within = (sla: NonNullable<Action["sla"]>, health: Health) =>
    route({ cheapest: ["p/c", "p/b", "p/a"], sla }, health);

  it("is not one that misses them", () => {
    const health = { "p/a": known(900), "p/b": known(400, { error_rate: 0.02 }), "p/c": known(100) };
    expect(attempts(within({ p95_latency_ms: 1_000 }, health))).toEqual(["p/b", "p/c", "p/a"]);
    expect(attempts(within({ p95_latency_ms: 1_000, error_rate: 0.01 }, health))[0]).toBe("p/c");
    expect(attempts(within({ context: 150_000 }, health))).toEqual(["p/b", "p/c", "p/a"]);
    const { candidates } = within({ p95_latency_ms: 1_000, error_rate: 0.01 }, health).routing;
    expect(candidates.map(({ misses }) => misses)).toEqual([
      undefined,
      { error_rate: 0.02 },
      { p95_latency_ms: 1_800 },
    ]);
  });

  it("is not one that misses a bound of no errors by a single one of many calls", () => {
    const health = { "p/a": known(100, { error_rate: 0.0005 }), "p/b": known(100), "p/c": known(100) };
    expect(attempts(within({ error_rate: 0 }, health))).toEqual(["p/b", "p/c", "p/a"]);
  });

  it("is the one that misses them least where all do", () => {
    const health = { "p/a": known(900), "p/b": known(600), "p/c": known(700) };
    expect(attempts(within({ p95_latency_ms: 100 }, health))).toEqual(["p/b", "p/c", "p/a"]);
  });

  it("may be one of which nothing is known", () => {
    expect(attempts(within({ p95_latency_ms: 100 }, { "p/b": known(600), "p/c": known(10) }))[0]).toBe("p/a");
  });
});

describe("a model that is half open", () => {
  const half: Partial<TargetHealth> = { state: "degraded", breaker: "half_open" };

  it("is asked last without a permit, and one is wanted for it", () => {
    const routed = route({ fallback: [...NAMES] }, { "p/a": half });
    expect(attempts(routed)).toEqual(["p/b", "p/c", "p/a"]);
    expect(routed.probe).toEqual({ model: "p/a", permitted: false });
  });

  it("keeps its place by a permit, which is told", () => {
    const routed = route({ fallback: [...NAMES] }, { "p/a": { ...half, probe: true } });
    expect(attempts(routed)).toEqual([...NAMES]);
    expect(routed.probe).toEqual({ model: "p/a", permitted: true });
    expect(routed.routing.candidates[0]).toEqual(expect.objectContaining({ breaker: "half_open", probe: true }));
  });

  it("takes no permit where another is asked first", () => {
    const routed = route({ fallback: [...NAMES] }, { "p/b": { ...half, probe: true } });
    expect(attempts(routed)).toEqual(["p/a", "p/c", "p/b"]);
    expect(routed.probe).toBeNull();
  });
});

describe("every action by health", () => {
  const any = fc.record({
    state: fc.constantFrom("unknown", "healthy", "degraded", "down"),
    breaker: fc.constantFrom("closed", "open", "half_open"),
    probe: fc.boolean(),
    calls: fc.nat(20),
    error_rate: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: null }),
    latency_p50_ms: fc.option(fc.nat(5_000), { nil: null }),
    latency_p95_ms: fc.option(fc.nat(5_000), { nil: null }),
    first_byte_p50_ms: fc.option(fc.nat(5_000), { nil: null }),
    first_byte_p95_ms: fc.option(fc.nat(5_000), { nil: null }),
  } satisfies { [Name in keyof TargetHealth]: fc.Arbitrary<TargetHealth[Name]> });
  /** As it can be told: what is open is down, what is half open is degraded. */
  const target = any.map((one): TargetHealth => {
    if (one.breaker === "closed") return one;
    return { ...one, state: one.breaker === "open" ? "down" : "degraded" };
  });
  const health = fc.record({ "p/a": target, "p/b": target, "p/c": target });
  const models = fc.subarray([...NAMES], { minLength: 2 });
  const action: fc.Arbitrary<Action> = fc.oneof(
    fc.record({
      fastest: models,
      by: fc.constantFrom("latency", "first_byte"),
      percentile: fc.constantFrom("p50", "p95"),
    }),
    fc.record({ round_robin: models }),
    fc.record({ fallback: models }),
    fc.record({
      cheapest: models,
      sla: fc.record({
        p95_latency_ms: fc.integer({ min: 1, max: 5_000 }),
        error_rate: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
    }),
  );

  it("never throws, is the same for the same request, tries each model once, and what is down behind all others", () => {
    fc.assert(
      fc.property(action, health, fc.uuid(), (then, how, id) => {
        const routed = route(then, how, id);
        const order = attempts(routed);
        expect(route(then, how, id)).toEqual(routed);
        const listed = then.fastest ?? then.round_robin ?? then.fallback ?? then.cheapest ?? [];
        expect(order.toSorted()).toEqual(listed.toSorted());
        const isDown = order.map((name) => how[name as keyof typeof how].state === "down");
        const half = order.map((name) => how[name as keyof typeof how].breaker === "half_open");
        const last = isDown.map((down, at) => down || (half[at] === true && at > 0));
        if (last.includes(false)) expect(last.slice(0, last.lastIndexOf(false))).not.toContain(true);
      }),
    );
  });
});
