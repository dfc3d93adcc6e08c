import { describe, expect, it } from "vitest";
import type { LiveBatch, MonitorRpc } from "../../../../schema/wire/monitor-rpc.ts";
import { LiveReports, type ReportTools } from "../../../../workers/gateway/stores/live-reports.ts";

function setUp() {
  const told: LiveBatch[] = [];
  const behind: Promise<unknown>[] = [];
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
    report: async (_org, _provider, batch) => void told.push(batch),
  };
  const id: DurableObjectId = { toString: () => "1", equals: () => true };
  const tools: ReportTools = {
    namespace: { idFromName: () => id, get: () => monitor },
    now: 1_000,
    wait: () => later,
    waitUntil: (promise) => void behind.push(promise),
  };
  const settle = async (): Promise<void> => {
    second();
    await Promise.all(behind);
  };
  return { told, tools, settle };
}

const ok = { ok: true, latency_ms: 100, first_byte_ms: 10 } as const;
const failure = (kind: "overloaded" | "rejected") =>
  ({ ok: false, failure: { class: kind, text: "HTTP 503", at: 1_000 } }) as const;

describe("what an isolate tells of its providers", () => {
  it("is one report a second, whatever the traffic", async () => {
    const { told, tools, settle } = setUp();
    const reports = new LiveReports();
    for (let call = 0; call < 1_000; call += 1) reports.add("org", "p", ok, tools);
    expect(told).toEqual([]);
    await settle();
    expect(told).toMatchObject([{ ok: 1_000, failed: {} }]);
  });

  it("is told at once when the first call fails, and not again for each that follows", async () => {
    const { told, tools, settle } = setUp();
    const reports = new LiveReports();
    for (let call = 0; call < 50; call += 1) reports.add("org", "p", failure("overloaded"), tools);
    expect(told).toMatchObject([{ ok: 0, failed: { overloaded: 1 } }]);
    await settle();
    expect(told[1]).toMatchObject({ failed: { overloaded: 49 } });
  });

  it("leaves out what the caller did wrong", async () => {
    const { told, tools, settle } = setUp();
    new LiveReports().add("org", "p", failure("rejected"), tools);
    await settle();
    expect(told).toEqual([]);
  });
});
