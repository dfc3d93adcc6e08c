import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { noFigures } from "../../../schema/experiments/figures.ts";
import { loadFigures } from "../../../schema/experiments/load-figures.ts";
import { runtimeEffects } from "../../../schema/kernel/effects.ts";
import { bucketOf } from "../../../schema/kernel/log-buckets.ts";
import type { RoutingRecord } from "../../../schema/routing/routing-record.ts";
import type { RequestRecord } from "../../../schema/wire/request-record.ts";
import { JOBS } from "../../../workers/cron/jobs/jobs.ts";
import { keepFeedback } from "../../../workers/gateway/stores/feedback.ts";
import { deliver, flights } from "./deliver.ts";
import { fresh } from "./fresh.ts";
import { completed, context, record } from "./make-event.ts";

const NOW = Date.UTC(2026, 10, 20, 12);
const EXPERIMENT = "exp_1";

beforeEach(fresh);
afterEach(() => void vi.restoreAllMocks());

interface Given {
  readonly variant?: string;
  readonly run?: number;
  readonly experiment?: Partial<NonNullable<RoutingRecord["experiment"]>>;
  readonly routing?: Partial<RoutingRecord>;
  readonly outcome?: RequestRecord["outcome"];
  readonly latency_ms?: number;
  readonly cost?: number;
}

/** The end of a request that took part in the experiment. */
function ended(id: string, given: Given = {}) {
  const {
    variant = "a",
    run = 1,
    experiment = {},
    routing = {},
    outcome = "completed",
    latency_ms = 400,
    cost = 10,
  } = given;
  const base = context.routing;
  if (base == null) throw new Error("the context has no routing");
  const seen = { id: EXPERIMENT, name: "X", run, variant, ...experiment };
  return completed(id, {
    context: { ...context, routing: { ...base, experiment: seen, ...routing } },
    record: { ...record, outcome, latency_ms },
    cost_nano_usd: cost,
  });
}

const figures = async (run = 1) => {
  const [a, b = noFigures("b")] = await loadFigures(env.DB, { experiment_id: EXPERIMENT, run, variants: ["a", "b"] });
  return { a, b };
};

describe("the figures of an experiment", () => {
  const EVENTS = [
    ended("e1", { cost: 30, latency_ms: 100 }),
    ended("e2", { cost: 50, latency_ms: 300 }),
    ended("e3", { outcome: "upstream_error", latency_ms: 9_000, cost: 7 }),
    ended("e4", { outcome: "cancelled", cost: 20, latency_ms: 200 }),
    ended("e5", { variant: "b", cost: 3_000_000_000, latency_ms: 60_000 }),
    ended("e6", { variant: "b", routing: { tried: [{ model: "other/model", failed: "failed", status: 500 }] } }),
    // Tried again at the same model: the variant's own.
    ended("e7", { variant: "b", routing: { tried: [{ model: context.model, failed: "failed", status: 500 }] } }),
    ended("e8", { experiment: { moved: true } }),
    ended("e9", { experiment: { promoted: true } }),
    ended("e10", { run: 2, variant: "b" }),
    completed("e11"),
  ];

  test("are sums of what was compared and answered, whatever else is counted apart", async () => {
    await deliver(flights(...EVENTS));
    const { a, b } = await figures();
    expect(a).toEqual({
      variant: "a",
      requests: 4,
      errors: 1,
      cancelled: 1,
      failed_over: 0,
      cached: 0,
      moved: 1,
      input_tokens: 360,
      output_tokens: 105,
      cost: { count: 3, sum: 100, sum_of_squares: 30 ** 2 + 50 ** 2 + 20 ** 2 },
      latency: { count: 3, sum: 600, sum_of_squares: 100 ** 2 + 300 ** 2 + 200 ** 2 },
      latencies: new Map([100, 200, 300].map((ms) => [bucketOf(ms), 1])),
      score: { count: 0, sum: 0, sum_of_squares: 0 },
    });
    expect(b).toMatchObject({
      requests: 2,
      errors: 0,
      failed_over: 1,
      cost: { count: 2, sum: 3_000_000_010, sum_of_squares: 9e18 + 100 },
    });
    expect((await figures(2)).b.requests).toBe(1);
  });

  test("count an event once, however it is delivered", async () => {
    await deliver(flights(...EVENTS.slice(0, 4)));
    await deliver(flights(...EVENTS, ...EVENTS));
    await deliver(flights(...EVENTS));
    const { a, b } = await figures();
    expect([a.requests, a.latency.count, [...a.latencies.values()].length, b.requests]).toEqual([4, 3, 3, 2]);
  });
});

describe("feedback", () => {
  const said = (request_id: string, score: number, change: { rater?: string; key_id?: string; org_id?: string } = {}) =>
    keepFeedback(env.DB, { org_id: "org_1", key_id: "key_1", rater: "", at: NOW, request_id, score, ...change });
  const requestOf = (event: ReturnType<typeof completed>) => event.request_id;

  test("counts for the variant of its request, before and after that is known, once for each rater", async () => {
    const [early, late] = [ended("e1"), ended("e2", { variant: "b" })];
    await said(requestOf(early), 1);
    await deliver(flights(early, late));
    await said(requestOf(late), 0.25);
    await said(requestOf(late), 0.5);
    await said(requestOf(late), 1, { rater: "ann" });
    await said(requestOf(late), 1, { rater: "ann" });
    const { a, b } = await figures();
    expect(a.score).toEqual({ count: 1, sum: 1, sum_of_squares: 1 });
    expect(b.score).toEqual({ count: 2, sum: 1.5, sum_of_squares: 1.25 });
  });

  test("of another key or organisation counts nowhere, also when it came first", async () => {
    const event = ended("e1");
    await said(requestOf(event), 0, { key_id: "key_2", rater: "x" });
    await said(requestOf(event), 0, { org_id: "org_2", key_id: "key_2" });
    await deliver(flights(event));
    await said(requestOf(event), 0, { key_id: "key_2", rater: "y" });
    expect((await figures()).a.score.count).toBe(0);
  });

  test("of a request that was not compared counts nowhere", async () => {
    const event = ended("e1", { experiment: { moved: true } });
    await deliver(flights(event));
    await said(requestOf(event), 1);
    expect((await figures()).a.score.count).toBe(0);
  });
});

describe("the judge of experiments", () => {
  const effects = { ...runtimeEffects(), now: () => NOW };
  const judge = () => JOBS["judge-experiments"]?.(env, effects);

  async function setUp(change: Readonly<Record<string, string | number | null>> = {}): Promise<void> {
    await env.DB.prepare("INSERT INTO orgs (id, name, created_at) VALUES ('org_1', 'Org', 0)").run();
    const row = {
      id: EXPERIMENT,
      org_id: "org_1",
      name: "X",
      status: "running",
      metric: "cost",
      variants: JSON.stringify([
        { name: "a", percent: 50 },
        { name: "b", percent: 50 },
      ]),
      guardrails: JSON.stringify([{ metric: "error_rate", max_increase: 0.5 }]),
      promotion: JSON.stringify({ min_samples: 200, min_lift: 0.1, confidence: 0.95 }),
      run: 1,
      created_at: 0,
      ...change,
    };
    const names = Object.keys(row).map((name) => `"${name}"`);
    await env.DB.prepare(`INSERT INTO experiments (${names.join(", ")}) VALUES (${names.map(() => "?").join(", ")})`)
      .bind(...Object.values(row))
      .run();
  }

  /** What the consumer would have added. */
  async function seen(variant: string, requests: number, errors: number, cost: number): Promise<void> {
    const answered = requests - errors;
    const squares = answered * (cost ** 2 + (cost / 2) ** 2);
    await env.DB.prepare(
      `INSERT INTO experiment_figures (experiment_id, run, variant, requests, errors, cancelled, failed_over, cached, moved,
        answered, input_tokens, output_tokens, cost_nano_usd, cost_squares, latency_ms, latency_squares)
        VALUES (?, 1, ?, ?, ?, 0, 0, 0, 0, ?, 0, 0, ?, ?, 0, 0)`,
    )
      .bind(EXPERIMENT, variant, requests, errors, answered, answered * cost, squares)
      .run();
  }

  const state = () =>
    env.DB.prepare("SELECT status, promoted_variant, stopped_variants, version FROM experiments").first<{
      status: string;
      promoted_variant: string | null;
      stopped_variants: string;
      version: number;
    }>();
  const entries = async () =>
    (await env.DB.prepare("SELECT action, details FROM audit_log ORDER BY seq").all<Record<string, string>>()).results;

  test("stops a variant that does harm, once, and puts it on record", async () => {
    await setUp();
    await seen("a", 1_000, 20, 1_000);
    await seen("b", 1_000, 200, 500);
    await judge();
    await judge();
    const row = await state();
    expect(row).toMatchObject({ status: "running", promoted_variant: null, version: 2 });
    expect(JSON.parse(row?.stopped_variants ?? "")).toMatchObject([{ variant: "b", at: NOW }]);
    expect((await entries()).map(({ action }) => action)).toEqual(["experiment.variant_stopped"]);
  });

  test("promotes the variant that is proven to be better, once", async () => {
    await setUp();
    await seen("a", 1_000, 20, 1_000);
    await seen("b", 1_000, 20, 500);
    await judge();
    await judge();
    expect(await state()).toMatchObject({ status: "promoted", promoted_variant: "b", version: 2 });
    expect(await entries()).toMatchObject([{ action: "experiment.promoted" }]);
  });

  test.each([
    ["too few requests for its promotion", {}, 150],
    ["somebody who has told it not to decide", { automatic: 0 }, 1_000],
    ["a stop", { status: "stopped" }, 1_000],
  ])("decides nothing with %s", async (_, change, requests) => {
    await setUp(change);
    await seen("a", requests, 2, 1_000);
    await seen("b", requests, 2, 500);
    await judge();
    expect(await state()).toMatchObject({ promoted_variant: null, stopped_variants: "[]", version: 1 });
    expect(await entries()).toEqual([]);
  });
});
