import { describe, expect, it } from "vitest";
import { compare, differ } from "../../../../schema/experiments/compare.ts";
import { judge } from "../../../../schema/experiments/decide.ts";
import { type Figures, noFigures } from "../../../../schema/experiments/figures.ts";
import type { Guardrail, Metric } from "../../../../schema/experiments/goals.ts";
import { bucketOf } from "../../../../schema/kernel/log-buckets.ts";
import { randomFrom } from "../../../../scripts/harness/random.ts";
import { lognormals } from "./lognormals.ts";

const LOOKS = 100;
const BATCH = 50;

/** What is seen of a variant, as D1 keeps it: sums and buckets. */
const variant = () => ({
  requests: 0,
  errors: 0,
  count: 0,
  sum: 0,
  sum_of_squares: 0,
  latencies: new Map<number, number>(),
});
type Variant = ReturnType<typeof variant>;

const figuresOf = (name: string, { requests, errors, latencies, ...latency }: Variant): Figures => ({
  ...noFigures(name),
  requests,
  errors,
  latency,
  latencies,
});

interface World {
  /** Of one request. */
  readonly error_rate: number;
  /** What latencies are multiplied by. */
  readonly slower?: number;
}

/** Both sides get so many requests between two looks. */
function simulator(seed: number) {
  const random = randomFrom(seed);
  const pool = lognormals(1 << 16, random);
  const grow = (seen: Variant, { error_rate, slower = 1 }: World, buckets: boolean): void => {
    for (let at = 0; at < BATCH; at += 1) {
      seen.requests += 1;
      if (random() < error_rate) {
        seen.errors += 1;
        continue;
      }
      const ms = 400 * slower * (pool[Math.floor(random() * pool.length)] ?? 1);
      seen.count += 1;
      seen.sum += ms;
      seen.sum_of_squares += ms * ms;
      if (buckets) seen.latencies.set(bucketOf(ms), (seen.latencies.get(bucketOf(ms)) ?? 0) + 1);
    }
  };
  /** Whether something is found at any of the looks, and at which request. */
  return (a: World, b: World, found: (a: Figures, b: Figures) => boolean, buckets = false): number | null => {
    const [control, other] = [variant(), variant()];
    for (let look = 1; look <= LOOKS; look += 1) {
      grow(control, a, buckets);
      grow(other, b, buckets);
      if (found(figuresOf("a", control), figuresOf("b", other))) return look * 2 * BATCH;
    }
    return null;
  };
}

const significant =
  (metric: Metric) =>
  (a: Figures, b: Figures): boolean =>
    (differ(a, b, metric, 0.05)?.always_valid.p_value ?? 1) <= 0.05;

const fixedSignificant = (a: Figures, b: Figures): boolean =>
  (compare(a, b, "success_rate", 0.05)?.fixed.p_value ?? 1) <= 0.05;

const share = (runs: number, found: () => number | null): number =>
  Array.from({ length: runs }, found).filter((at) => at !== null).length / runs;

const ALIKE: World = { error_rate: 0.02 };

describe("looking after every 100 requests, 100 times", () => {
  it("finds a difference where there is none in at most 5 % of 10,000 experiments, by either test", {
    timeout: 300_000,
  }, () => {
    const simulate = simulator(20_261_126);
    let [of_shares, of_means] = [0, 0];
    for (let run = 0; run < 10_000; run += 1) {
      let [share_found, mean_found] = [false, false];
      simulate(ALIKE, ALIKE, (a, b) => {
        share_found ||= significant("success_rate")(a, b);
        mean_found ||= significant("latency")(a, b);
        return share_found && mean_found;
      });
      of_shares += share_found ? 1 : 0;
      of_means += mean_found ? 1 : 0;
    }
    expect(of_shares / 10_000).toBeLessThanOrEqual(0.05);
    expect(of_means / 10_000).toBeLessThanOrEqual(0.05);
  });

  it("would be wrong in more than every fourth experiment by a fixed test: what the always-valid one is for", {
    timeout: 60_000,
  }, () => {
    const simulate = simulator(2);
    expect(share(200, () => simulate(ALIKE, ALIKE, fixedSignificant))).toBeGreaterThan(0.25);
  });

  it("finds lifts that are there: the power is at least 95 % within 10,000 requests", { timeout: 60_000 }, () => {
    const simulate = simulator(3);
    const errors = share(200, () => simulate({ error_rate: 0.1 }, { error_rate: 0.14 }, significant("success_rate")));
    const latency = share(200, () => simulate(ALIKE, { ...ALIKE, slower: 1.12 }, significant("latency")));
    expect([errors >= 0.95, latency >= 0.95]).toEqual([true, true]);
  });
});

describe("guardrails, looked at after every 100 requests", () => {
  const stops =
    (...guardrails: Guardrail[]) =>
    (a: Figures, b: Figures): boolean =>
      judge({ metric: "success_rate", guardrails, promotion: null, stopped: [] }, [a, b]).length > 0;
  const ALL: readonly Guardrail[] = [
    { metric: "error_rate", max_increase: 0 },
    { metric: "error_rate", max: 0.02 },
    { metric: "p95_latency", max_increase: 0 },
  ];

  it.each(ALL)(
    "%o stops a variant at its very limit in at most 5 % of experiments",
    { timeout: 120_000 },
    (guardrail) => {
      const simulate = simulator(4);
      expect(share(300, () => simulate(ALIKE, ALIKE, stops(guardrail), true))).toBeLessThanOrEqual(0.05);
    },
  );

  it("stop a variant that fails half of its requests, or takes twice as long, within 600 requests", {
    timeout: 60_000,
  }, () => {
    const simulate = simulator(5);
    for (let run = 0; run < 50; run += 1) {
      const failing = simulate(ALIKE, { error_rate: 0.5 }, stops({ metric: "error_rate", max_increase: 0.5 }), true);
      expect(failing ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(600);
    }
    const slow = share(50, () =>
      simulate(ALIKE, { ...ALIKE, slower: 2 }, stops({ metric: "p95_latency", max_increase: 0.2 }), true),
    );
    expect(slow).toBe(1);
  });
});
