import { describe, expect, it } from "vitest";
import { sharedState } from "../../../../schema/health/shared-health.ts";
import type { LiveBatch, MonitorRpc } from "../../../../schema/wire/monitor-rpc.ts";
import { LiveReports, type ReportTools } from "../../../../workers/gateway/stores/live-reports.ts";

function setUp() {
  const told: LiveBatch[] = [];
  const behind: Promise<unknown>[] = [];
  const learned: string[] = [];
  let second: () => void = () => undefined;
  const later = new Promise<void>((resolve) => {
    second = resolve;
  });
  const never = async (): Promise<never> => {
    throw new Error("not asked for here");
  };
  const monitor: MonitorRpc = {
    watch: never,
    health: never,
    sync: never,
    probe: never,
    report: async (_org, _provider, batch) => {
      told.push(batch);
      return sharedState("healthy");
    },
  };
  const id: DurableObjectId = { toString: () => "1", equals: () => true };
  const tools: ReportTools = {
    namespace: { idFromName: () => id, get: () => monitor },
    now: 1_000,
    wait: () => later,
    waitUntil: (promise) => void behind.push(promise),
    learn: (shared) => void learned.push(shared.state),
  };
  const settle = async (): Promise<void> => {
    second();
    await Promise.all(behind);
  };
  return { told, learned, tools, settle };
}

const ok = { ok: true, latency_ms: 100, first_byte_ms: 10 } as const;
const failure = (kind: "overloaded" | "rejected") =>
  ({ ok: false, failure: { class: kind, text: "HTTP 503", at: 1_000 }, retry_after_ms: 700 }) as const;

describe("what an isolate tells of its providers", () => {
  it("is one report a second, whatever the traffic", async () => {
    const { told, tools, settle } = setUp();
    const reports = new LiveReports();
    for (let call = 0; call < 1_000; call += 1) reports.add("org", "p", "m", ok, tools);
    expect(told).toEqual([]);
    await settle();
    expect(told).toMatchObject([{ ok: 1_000, failed: {} }]);
  });

  it("is told at once when the first call fails, and not again for each that follows", async () => {
    const { told, tools, settle } = setUp();
    const reports = new LiveReports();
    for (let call = 0; call < 50; call += 1) reports.add("org", "p", "m", failure("overloaded"), tools);
    expect(told).toMatchObject([{ ok: 0, failed: { overloaded: 1 } }]);
    await settle();
    expect(told[1]).toMatchObject({ failed: { overloaded: 49 } });
  });

  it("has each model by itself, with its failures since the last success, and takes over the answer", async () => {
    const { told, learned, tools, settle } = setUp();
    const reports = new LiveReports();
    for (const outcome of [ok, failure("overloaded"), ok, failure("overloaded"), failure("overloaded")]) {
      reports.add("org", "p", "a", outcome, { ...tools, now: 1_000 });
    }
    reports.add("org", "p", "b", ok, tools);
    await settle();
    expect(told.map(({ models }) => models)).toMatchObject([
      { a: { ok: 1, failed: 1, failed_last: 1, retry_after_ms: 700, latency: { "27": 1 } } },
      { a: { ok: 1, failed: 2, failed_last: 2 }, b: { ok: 1, failed: 0, failed_last: 0 } },
    ]);
    expect(learned).toEqual(["healthy", "healthy"]);
  });

  it("tells at once that calls go well again", async () => {
    const { told, tools } = setUp();
    const reports = new LiveReports();
    reports.add("org", "p", "m", failure("overloaded"), tools);
    reports.add("org", "p", "m", ok, { ...tools, now: 2_000 });
    expect(told).toMatchObject([{ failed: { overloaded: 1 } }, { ok: 1, failed: {} }]);
  });

  it("leaves out what the caller did wrong", async () => {
    const { told, tools, settle } = setUp();
    new LiveReports().add("org", "p", "m", failure("rejected"), tools);
    await settle();
    expect(told).toEqual([]);
  });
});
