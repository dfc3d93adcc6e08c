import { describe, expect, it } from "vitest";
import { compileExperiments, type Experiment } from "../../../../../schema/experiments/experiment.ts";
import { sharedState } from "../../../../../schema/health/shared-health.ts";
import { isRefused } from "../../../../../schema/kernel/errors.ts";
import { compileRules, type RoutingRule } from "../../../../../schema/routing/decide.ts";
import { healthIn } from "../../../../../workers/gateway/pipeline/routing/health-in.ts";
import { chatShape, factsOf, withHealth } from "../../../../../workers/gateway/pipeline/routing/request-shape.ts";
import { routeRequest } from "../../../../../workers/gateway/pipeline/routing/route-request.ts";
import type { KeyEntry } from "../../../../../workers/gateway/stores/api-keys.ts";
import { ACCOUNT, KEY, model, NOON, request } from "../../fixtures.ts";

const MODELS = {
  old: model({ capabilities: ["chat", "tools"] }),
  new: model({ capabilities: ["chat", "tools"] }),
  plain: model({ capabilities: ["chat"] }),
  spare: model(),
};

const experiment = (change: Partial<Experiment> = {}): Experiment => ({
  id: "exp_1",
  name: "New",
  status: "running",
  run: 3,
  conditions: { model: "p/old" },
  variants: [
    { name: "a", percent: 50 },
    { name: "b", percent: 50, model: "p/new", parameters: { temperature: 0 } },
  ],
  sticky_by: "subject",
  stopped: [],
  promoted_variant: null,
  ...change,
});

interface Asked {
  readonly experiments?: readonly Experiment[];
  readonly action?: RoutingRule["action"];
  readonly body?: object;
  readonly key?: KeyEntry;
  readonly subject?: string | null;
  readonly session?: string | null;
  readonly request_id?: string;
  readonly dialect?: string;
}

function route(asked: Asked) {
  const { experiments = [experiment()], action, body = {}, key = KEY, subject = null, session = null } = asked;
  const rule = { id: "rule_1", name: "First", priority: 1, starts_at: null, ends_at: null, conditions: {} };
  const snapshot = {
    org_id: "org_1",
    by_model: new Map(),
    unusable: new Map(),
    countries: null,
    rules: action === undefined ? [] : compileRules([{ ...rule, action }]),
    experiments: compileExperiments(experiments),
    providers: new Map([
      [
        "p",
        {
          account: { ...ACCOUNT, id: "p" },
          timeouts: { first_byte_ms: 1, idle_ms: 1, total_ms: 1 },
          models: new Map(Object.entries(MODELS)),
          health: sharedState("unknown"),
        },
      ],
    ]),
  };
  const caller = {
    key: key.key_id,
    wallet: "wal_1",
    team: null,
    cost_center: null,
    feature: null,
    subject,
    session,
    country: null,
    tags: {},
    at: NOON,
  };
  const wanted = request({ model: "p/old", ...body });
  const shape = chatShape(wanted, asked.dialect ?? "openai-chat");
  const facts = withHealth(factsOf(wanted.model, shape, caller), healthIn(snapshot, NOON));
  const routed = routeRequest({ facts, needed: "chat", key, snapshot, request_id: asked.request_id ?? "req_1" });
  if (isRefused(routed)) throw new Error(JSON.stringify(routed.refused));
  return {
    models: routed.plan.attempts.map(({ name }) => name),
    variant: routed.routing.experiment?.variant ?? null,
    experiment: routed.routing.experiment,
    not_in: routed.routing.not_in_experiments,
    parameters: routed.parameters,
  };
}

const subjects = Array.from({ length: 600 }, (_, at) => `user-${at}`);
const variantsOf = (asked: Asked) => subjects.map((subject) => route({ ...asked, subject }).variant);
const someoneIn = (variant: string, asked: Asked = {}): string =>
  subjects.find((subject) => route({ ...asked, subject }).variant === variant) ?? "";

describe("a request in an experiment", () => {
  it("takes its variant's model and parameters, and keeps which with its record", () => {
    expect(route({ subject: someoneIn("b") })).toEqual({
      models: ["p/new"],
      variant: "b",
      experiment: { id: "exp_1", name: "New", run: 3, variant: "b" },
      not_in: undefined,
      parameters: { temperature: 0 },
    });
    expect(route({ subject: someoneIn("a") })).toMatchObject({ models: ["p/old"], variant: "a", parameters: null });
  });

  it("gets the same variant for the same subject, session or key, and falls anew by request", () => {
    expect(variantsOf({})).toEqual(variantsOf({}));
    const by_session = { experiments: [experiment({ sticky_by: "session" })] };
    const sessions = subjects.map((session) => route({ ...by_session, session, subject: "ann" }).variant);
    expect(sessions).toEqual(subjects.map((session) => route({ ...by_session, session, subject: "bob" }).variant));
    expect(new Set(sessions).size).toBe(2);
    const by_key = { experiments: [experiment({ sticky_by: "key" })] };
    expect(new Set(variantsOf(by_key)).size).toBe(1);
    const by_request = { experiments: [experiment({ sticky_by: "request" })], subject: "ann" };
    expect(new Set(subjects.map((request_id) => route({ ...by_request, request_id }).variant)).size).toBe(2);
    // Who does not say a session is told by the subject, and by the key without one.
    const unsaid = subjects.map((subject) => route({ ...by_session, subject }).variant);
    expect(new Set(unsaid).size).toBe(2);
    expect(new Set(subjects.map(() => route(by_session).variant)).size).toBe(1);
  });

  it("stays where it is when percentages move, but for those who must", () => {
    const shares = (a: number) => [
      experiment({
        variants: [
          { name: "a", percent: a },
          { name: "b", percent: 100 - a, model: "p/new" },
        ],
      }),
    ];
    const before = variantsOf({ experiments: shares(50) });
    const after = variantsOf({ experiments: shares(60.25) });
    const moved = before.flatMap((variant, at) => (variant === after[at] ? [] : [`${variant}→${after[at]}`]));
    expect(new Set(moved)).toEqual(new Set(["b→a"]));
  });

  it("shares by percentages, within what chance allows", () => {
    const b = variantsOf({}).filter((variant) => variant === "b").length;
    // Five standard deviations of a binomial of 600 at one half.
    expect(Math.abs(b - 300)).toBeLessThan(5 * Math.sqrt(600 * 0.25));
  });

  it("is one for which every variant could serve it: else it is served as without the experiment", () => {
    const plain = {
      experiments: [
        experiment({
          variants: [
            { name: "a", percent: 50 },
            { name: "b", percent: 50, model: "p/plain" },
          ],
        }),
      ],
    };
    const tools = [{ type: "function", function: { name: "f", parameters: {} } }];
    for (const subject of ["ann", "bob", "eve"]) {
      expect(route({ ...plain, subject, body: { tools } })).toMatchObject({
        models: ["p/old"],
        variant: null,
        not_in: [{ experiment_id: "exp_1", failed: "b: no tools" }],
      });
    }
    expect(route({ subject: someoneIn("b"), key: { ...KEY, models: ["p/old"] } })).toMatchObject({
      models: ["p/old"],
      variant: null,
      not_in: [{ experiment_id: "exp_1", failed: "b: forbidden" }],
    });
    const effort = experiment({
      variants: [
        { name: "a", percent: 50 },
        { name: "b", percent: 50, parameters: { reasoning_effort: "low" } },
      ],
    });
    expect(route({ experiments: [effort], dialect: "anthropic-messages" }).not_in).toEqual([
      { experiment_id: "exp_1", failed: "b: no reasoning_effort in anthropic-messages" },
    ]);
    expect(route({ experiments: [experiment({ conditions: { model: "p/other" } })] }).not_in).toEqual([
      { experiment_id: "exp_1", failed: "model" },
    ]);
  });

  it("is asked about the model that rules have decided on, and keeps what they have behind it", () => {
    const asked = { action: { fallback: ["p/old", "p/spare"] }, body: { model: "smart" } };
    expect(route({ ...asked, subject: someoneIn("b", asked) })).toMatchObject({
      models: ["p/new", "p/old", "p/spare"],
    });
    expect(route({ ...asked, subject: someoneIn("a", asked) })).toMatchObject({ models: ["p/old", "p/spare"] });
    expect(route({ action: { model: "p/spare" } })).toMatchObject({ models: ["p/spare"], variant: null });
  });

  it("is served by the control where its variant was stopped, and told apart", () => {
    const stopped = { experiments: [experiment({ stopped: [{ variant: "b", reason: "errors", at: 1 }] })] };
    const subject = someoneIn("b");
    expect(route({ ...stopped, subject })).toMatchObject({
      models: ["p/old"],
      experiment: { variant: "a", moved: true },
      parameters: null,
    });
    expect(route({ ...stopped, subject: someoneIn("a") }).experiment).not.toHaveProperty("moved");
  });

  it("takes the winner once it is promoted, also where another variant could not serve it", () => {
    const variants: Experiment["variants"] = [
      { name: "a", percent: 50, model: "p/plain" },
      { name: "b", percent: 50, model: "p/new" },
    ];
    const promoted = { experiments: [experiment({ variants, status: "promoted", promoted_variant: "b" })] };
    expect(new Set(variantsOf(promoted))).toEqual(new Set(["b"]));
    const tools = [{ type: "function", function: { name: "f", parameters: {} } }];
    expect(route({ ...promoted, body: { tools } })).toMatchObject({
      models: ["p/new"],
      experiment: { promoted: true },
    });
  });

  it("is in the first experiment that fits, the oldest first", () => {
    const [one, two] = [
      experiment({ id: "exp_2", conditions: {} }),
      experiment({ id: "exp_1", conditions: { stream: true } }),
    ];
    expect(route({ experiments: [one, two] })).toMatchObject({
      experiment: { id: "exp_2" },
      not_in: [{ experiment_id: "exp_1", failed: "stream" }],
    });
  });
});
