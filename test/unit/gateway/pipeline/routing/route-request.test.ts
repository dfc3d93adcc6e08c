import { describe, expect, it } from "vitest";
import { sharedState } from "../../../../../schema/health/shared-health.ts";
import { isRefused } from "../../../../../schema/kernel/errors.ts";
import { formatUsd, nanoUsd } from "../../../../../schema/kernel/money.ts";
import type { ModelInfo } from "../../../../../schema/pricing/price.ts";
import { compileRules, type RoutingRule } from "../../../../../schema/routing/decide.ts";
import { healthIn } from "../../../../../workers/gateway/pipeline/routing/health-in.ts";
import {
  chatShape,
  factsOf,
  textsShape,
  withHealth,
  withWalletUse,
} from "../../../../../workers/gateway/pipeline/routing/request-shape.ts";
import { routeRequest } from "../../../../../workers/gateway/pipeline/routing/route-request.ts";
import type { KeyEntry } from "../../../../../workers/gateway/stores/api-keys.ts";
import type { OrgSnapshot } from "../../../../../workers/gateway/stores/org-snapshot.ts";
import { ACCOUNT, KEY, model, NOON, PRICE, request } from "../../fixtures.ts";

const priced = (input: number, change: Partial<ModelInfo> = {}): ModelInfo =>
  model({ prices: [{ ...PRICE, rates: { input, output: 2 * input } }], ...change });

const MODELS: Readonly<Record<string, ModelInfo>> = {
  dear: priced(9_000_000, { capabilities: ["chat", "tools", "vision"] }),
  cheap: priced(1_000_000),
  middle: priced(3_000_000, { capabilities: ["chat", "tools"] }),
  small: priced(500_000, { context_tokens: 5 }),
  free_of_price: model({ prices: [] }),
};

const rule = (action: RoutingRule["action"], change: Partial<RoutingRule> = {}): RoutingRule => ({
  id: "rule_1",
  name: "First",
  priority: 1,
  starts_at: null,
  ends_at: null,
  conditions: {},
  action,
  ...change,
});

const snapshotOf = (rules: readonly RoutingRule[], down: readonly string[] = []): OrgSnapshot => ({
  org_id: "org_1",
  by_model: new Map(),
  unusable: new Map(),
  countries: null,
  rules: compileRules(rules),
  experiments: [],
  providers: new Map(
    ["p", "q"].map((id) => [
      id,
      {
        account: { ...ACCOUNT, id },
        timeouts: { first_byte_ms: 1, idle_ms: 1, total_ms: 1 },
        models: new Map(Object.entries(MODELS)),
        health: sharedState(down.includes(id) ? "down" : "unknown"),
      },
    ]),
  ),
});

interface Asked {
  readonly rules?: readonly RoutingRule[];
  readonly body?: object;
  readonly key?: KeyEntry;
  readonly request_id?: string;
  readonly subject?: string;
  readonly down?: readonly string[];
  readonly used?: number | null;
}

function route({ rules = [], body = {}, key = KEY, request_id = "req_1", subject, down, used = null }: Asked) {
  const caller = {
    key: key.key_id,
    wallet: key.wallet_id,
    team: key.team_id,
    cost_center: key.cost_center,
    feature: null,
    subject: subject ?? null,
    session: null,
    country: null,
    tags: {},
    at: NOON,
  };
  const asked = request({ model: "p/dear", ...body });
  const snapshot = snapshotOf(rules, down);
  const told = withWalletUse(factsOf(asked.model, chatShape(asked, "openai-chat"), caller), used);
  const facts = withHealth(told, healthIn(snapshot, NOON));
  return routeRequest({ facts, needed: "chat", key, snapshot, request_id });
}

function routed(asked: Asked) {
  const answer = route(asked);
  if (isRefused(answer)) throw new Error(JSON.stringify(answer.refused));
  const attempts = answer.plan.attempts.map(({ name }) => name);
  return { model: answer.plan.attempts[0].name, attempts, routing: answer.routing };
}

function refusal(asked: Asked) {
  const answer = route(asked);
  if (!isRefused(answer)) throw new Error("not refused");
  return answer.refused;
}

const TOOL = { type: "function", function: { name: "f", parameters: {} } };
const IMAGE = { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } };

describe("a request", () => {
  it("without a rule goes to the model that was asked for", () => {
    expect(routed({})).toEqual({
      model: "p/dear",
      attempts: ["p/dear"],
      routing: {
        asked: "p/dear",
        rule_id: null,
        rule: null,
        how: "asked",
        passed_over: [],
        passed_over_more: 0,
        candidates: [],
      },
    });
  });

  it("goes where its rule says, also under a name that is no model's, and says what was passed over", () => {
    const rules = [
      rule({ deny: "no" }, { id: "rule_0", priority: 0, conditions: { images: true } }),
      rule({ model: "p/cheap" }, { conditions: { model: "smart" } }),
    ];
    expect(routed({ rules, body: { model: "smart" } })).toMatchObject({
      model: "p/cheap",
      routing: {
        asked: "smart",
        rule_id: "rule_1",
        how: "model",
        passed_over: [{ rule_id: "rule_0", failed: "images" }],
      },
    });
    expect(routed({ rules }).model).toBe("p/dear");
  });

  it("is refused in the rule's words", () => {
    expect(refusal({ rules: [rule({ deny: "Not on Sundays." })] })).toMatchObject({
      code: "policy_denied",
      message: "Not on Sundays.",
    });
  });

  it("may use no other model through a rule than its key may", () => {
    const key = { ...KEY, models: ["p/dear"] };
    const rules = [rule({ model: "p/cheap" })];
    expect(refusal({ rules, key })).toMatchObject({ code: "forbidden", message: expect.stringContaining('"First"') });
  });

  it("whose rule names what is not there is refused for the rule", () => {
    expect(refusal({ rules: [rule({ model: "p/gone" })] })).toMatchObject({
      code: "model_not_found",
      message: expect.stringContaining('The routing rule "First" chose a model that cannot be used.'),
    });
  });
});

describe("W5: a rule", () => {
  const image = { messages: [{ role: "user", content: [IMAGE] }] };

  it("never sends a request to a model that lacks what it needs, and says so", () => {
    const rules = [rule({ model: "p/cheap" })];
    expect(routed({ rules }).model).toBe("p/cheap");
    expect(refusal({ rules, body: { tools: [TOOL] } })).toMatchObject({
      code: "unsupported_parameter",
      param: "tools",
    });
    expect(refusal({ rules, body: image })).toMatchObject({
      param: "messages",
      message: expect.stringContaining("no vision"),
    });
  });

  it("splits among those that can", () => {
    const split = [
      { model: "p/cheap", weight: 99 },
      { model: "p/dear", weight: 1 },
    ];
    const rules = [rule({ split, by: "request" })];
    for (let at = 0; at < 50; at += 1) {
      const { model: chosen, routing } = routed({ rules, body: image, request_id: `req_${at}` });
      expect(chosen).toBe("p/dear");
      expect(routing.candidates).toEqual([{ ...split[0], left_out: "no vision" }, split[1]]);
    }
    const none = [
      rule({
        split: [
          { model: "p/cheap", weight: 1 },
          { model: "p/small", weight: 1 },
        ],
      }),
    ];
    expect(refusal({ rules: none, body: image })).toMatchObject({ code: "no_provider_available" });
  });

  it("leaves a caller who names the model to the provider", () => {
    expect(routed({ body: { ...image, model: "p/cheap" } }).model).toBe("p/cheap");
  });
});

describe("the cheapest", () => {
  const rules = [rule({ cheapest: ["p/dear", "p/middle", "p/cheap", "p/small", "p/free_of_price", "p/gone"] })];

  it("is taken among those that can serve the request", () => {
    const { model: chosen, routing } = routed({ rules });
    expect(chosen).toBe("p/cheap");
    expect(routing.how).toBe("cheapest");
    const costs = Object.fromEntries(routing.candidates.map((one) => [one.model, one.cost_nano_usd ?? one.left_out]));
    expect(costs).toMatchObject({
      "p/small": "context too small",
      "p/free_of_price": "model_unpriced",
      "p/gone": "model_not_found",
    });
    expect(Number(costs["p/dear"])).toBe(9 * Number(costs["p/cheap"]));
  });

  it("W5: is never one that lacks what the request needs", () => {
    expect(routed({ rules, body: { tools: [TOOL] } }).model).toBe("p/middle");
    expect(routed({ rules, body: { messages: [{ role: "user", content: [IMAGE] }] } }).model).toBe("p/dear");
  });

  it("that does not exist is a refusal with the reasons", () => {
    const none = [rule({ cheapest: ["p/gone", "p/free_of_price"] })];
    expect(refusal({ rules: none })).toMatchObject({
      code: "no_provider_available",
      message: expect.stringContaining("p/gone: model_not_found; p/free_of_price: model_unpriced"),
    });
  });
});

describe("what is tried in turn", () => {
  it("is the list without those that cannot serve the request, or the next cheapest", () => {
    const listed = ["p/gone", "p/middle", "p/small", "q/dear", "p/cheap"];
    expect(routed({ rules: [rule({ fallback: listed })] }).attempts).toEqual(["p/middle", "q/dear", "p/cheap"]);
    expect(routed({ rules: [rule({ fallback: listed })], body: { tools: [TOOL] } }).attempts).toEqual([
      "p/middle",
      "q/dear",
    ]);
    expect(routed({ rules: [rule({ cheapest: listed })] }).attempts).toEqual(["p/cheap", "p/middle", "q/dear"]);
    expect(routed({ rules: [rule({ model: "p/cheap" })] }).attempts).toEqual(["p/cheap"]);
  });

  it("has providers that are down behind all others", () => {
    const listed = ["p/cheap", "q/dear", "p/middle"];
    const { attempts, routing } = routed({ rules: [rule({ fallback: listed })], down: ["p"] });
    expect(attempts).toEqual(["q/dear", "p/cheap", "p/middle"]);
    expect(routing.candidates.map(({ model: one, down }) => [one, down])).toEqual([
      ["p/cheap", true],
      ["q/dear", undefined],
      ["p/middle", true],
    ]);
    expect(routed({ rules: [rule({ cheapest: listed })], down: ["p"] }).attempts[0]).toBe("q/dear");
    expect(routed({ rules: [rule({ fallback: listed })], down: ["p", "q"] }).attempts).toEqual(listed);
  });
});

describe("a split", () => {
  const split = [
    { model: "p/dear", weight: 30 },
    { model: "p/cheap", weight: 70 },
  ];
  const models = (by: "request" | "subject" | "key", change: (at: number) => Asked) =>
    Array.from({ length: 1_000 }, (_, at) => routed({ rules: [rule({ split, by })], ...change(at) }).model);

  it("by request falls anew, by its weights", () => {
    const found = models("request", (at) => ({ request_id: `req_${at}` })).filter((one) => one === "p/dear").length;
    expect(Math.abs(found - 300)).toBeLessThan(4 * Math.sqrt(1_000 * 0.3 * 0.7));
  });

  it("by subject or key is always the same", () => {
    expect(new Set(models("key", (at) => ({ request_id: `req_${at}` }))).size).toBe(1);
    expect(new Set(models("subject", (at) => ({ request_id: `req_${at}`, subject: "ann" }))).size).toBe(1);
    expect(new Set(models("subject", (at) => ({ subject: `user-${at}` }))).size).toBe(2);
  });
});

describe("a downgrade", () => {
  const rules = [rule({ downgrade: { to: ["p/gone", "p/middle", "p/cheap"], above_percent: 80 } })];

  it("takes the first cheaper model that can serve, above its percentage only", () => {
    for (const used of [null, 0, 79.99, 80]) {
      expect(routed({ rules, used })).toMatchObject({
        attempts: ["p/dear"],
        routing: { how: "asked", rule_id: "rule_1" },
      });
    }
    expect(routed({ rules, used: 80.01 })).toMatchObject({
      attempts: ["p/middle", "p/cheap"],
      routing: {
        asked: "p/dear",
        how: "downgrade",
        wallet_used_percent: 80.01,
        candidates: [{ model: "p/gone", left_out: "model_not_found" }, { model: "p/middle" }, { model: "p/cheap" }],
      },
    });
  });

  it("never takes one that is dearer than what was asked for, or cannot serve it", () => {
    expect(routed({ rules, used: 99, body: { model: "p/middle" } }).attempts).toEqual(["p/cheap"]);
    const cheap = routed({ rules, used: 99, body: { model: "p/cheap" } });
    expect(cheap).toMatchObject({ model: "p/cheap", routing: { how: "asked" } });
    expect(cheap.routing.candidates.map(({ left_out }) => left_out)).toEqual([
      "model_not_found",
      "not cheaper",
      "not cheaper",
    ]);
    expect(routed({ rules, used: 99, body: { tools: [TOOL] } }).attempts).toEqual(["p/middle"]);
  });

  it("leaves a caller who asks for a model below the percentage to the provider, as without a rule", () => {
    const image = { messages: [{ role: "user", content: [IMAGE] }], model: "p/cheap" };
    expect(routed({ rules, used: 10, body: image }).model).toBe("p/cheap");
    const gone = refusal({ rules, used: 10, body: { model: "p/nothing" } });
    expect(gone.code).toBe("model_not_found");
    expect(gone.message).not.toContain("routing rule");
  });
});

describe("a rule on cost or the wallet", () => {
  it("compares what the request would about cost at the model that it asks for", () => {
    const rules = (bound: string) => [
      rule({ model: "p/cheap" }, { conditions: { estimated_cost_usd: { gt: bound } } }),
    ];
    const cost = Number(
      routed({ rules: [rule({ cheapest: ["p/dear", "p/gone"] })] }).routing.candidates[0]?.cost_nano_usd,
    );
    const usd = (nano: number) => formatUsd(nanoUsd(nano));
    expect(routed({ rules: rules(usd(cost - 1)) }).model).toBe("p/cheap");
    expect(routed({ rules: rules(usd(cost)) }).model).toBe("p/dear");
    expect(refusal({ rules: rules("0"), body: { model: "p/free_of_price" } }).code).toBe("model_unpriced");
  });

  it("keeps how much of the wallet was used with the request, where it is known", () => {
    const rules = [rule({ model: "p/cheap" }, { conditions: { wallet_used_percent: { gte: 50 } } })];
    expect(routed({ rules, used: 50 })).toMatchObject({ model: "p/cheap", routing: { wallet_used_percent: 50 } });
    const unknown = routed({ rules });
    expect(unknown.model).toBe("p/dear");
    expect(unknown.routing).not.toHaveProperty("wallet_used_percent");
  });
});

describe("what a rule is told of a request", () => {
  it("has its sizes made only when they are asked for", () => {
    const asked = request({ messages: [{ role: "user", content: "x".repeat(400) }], tools: [TOOL], max_tokens: 7 });
    let made = 0;
    const shape = chatShape(
      {
        ...asked,
        get messages() {
          made += 1;
          return asked.messages;
        },
      } as typeof asked,
      "openai-chat",
    );
    const before = made;
    const facts = factsOf("p/dear", shape, {
      key: "",
      wallet: "",
      team: null,
      cost_center: null,
      feature: null,
      subject: null,
      session: null,
      country: null,
      tags: {},
      at: 0,
    });
    expect(facts).toMatchObject({ tools: true, max_output_tokens: 7, json: false, stream: false });
    expect(made).toBe(before);
    expect(facts.input_tokens).toBeGreaterThan(100);
    expect(textsShape("embeddings", "openai-embeddings", ["a".repeat(40)]).input_tokens).toBe(11);
  });
});
