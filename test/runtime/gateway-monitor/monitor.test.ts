import {
  applyD1Migrations,
  evictDurableObject,
  reset,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type SharedHealth, sharedHealthSchema } from "../../../schema/health/shared-health.ts";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import { sweepMonitors } from "../../../workers/gateway/monitor/sweep-monitors.ts";

const stub = () => env.MONITOR.get(env.MONITOR.idFromName("org_1/up"));
const list = (...ids: string[]) => Response.json({ data: ids.map((id) => ({ id })) });

/** The provider's list of models, as its server answers it. */
let upstream: () => Response | Promise<Response>;

async function begin(): Promise<void> {
  await reset();
  await applyD1Migrations(env.DB, env.MIGRATIONS);
  await env.DB.batch([
    env.DB.prepare("INSERT INTO orgs (id, name, created_at) VALUES ('org_1', 'One', 1)"),
    env.DB.prepare(
      "INSERT INTO providers (id, org_id, kind, name, base_url, created_at) VALUES ('up', 'org_1', 'openai-compatible', 'Up', 'https://up.example.com/v1', 1)",
    ),
  ]);
}

beforeEach(async () => {
  await begin();
  upstream = () => list("a", "b");
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => await upstream());
});

afterEach(() => vi.restoreAllMocks());

async function probe(): Promise<void> {
  await stub().watch("org_1", "up");
  await runDurableObjectAlarm(stub());
}

interface Calls {
  readonly ok?: number;
  readonly failed?: number;
  readonly retry_after_ms?: number;
}

/** What an isolate tells of calls, all of which of a model went well or failed. */
function report(models: Readonly<Record<string, Calls>>): Promise<SharedHealth> {
  const sum = (kind: "ok" | "failed") => Object.values(models).reduce((total, calls) => total + (calls[kind] ?? 0), 0);
  const latency = (ok: number) => (ok === 0 ? {} : { "40": ok });
  const failed = sum("failed");
  return stub().report("org_1", "up", {
    ok: sum("ok"),
    failed: failed === 0 ? {} : { overloaded: failed },
    latency: latency(sum("ok")),
    first_byte: {},
    last_failure: failed === 0 ? null : { class: "overloaded", text: "HTTP 503", at: Date.now() },
    models: Object.fromEntries(
      Object.entries(models).map(([name, { ok = 0, failed: bad = 0, retry_after_ms = null }]) => [
        name,
        { ok, failed: bad, failed_last: ok === 0 ? bad : 0, retry_after_ms, latency: latency(ok), first_byte: {} },
      ]),
    ),
  });
}

/** The object's clock goes on by so much. */
const later = (ms: number): Promise<void> =>
  runInDurableObject(stub(), ({ effects }) => {
    const before = effects.now;
    Object.assign(effects, { now: () => before() + ms });
  });

const published = () => env.DB.prepare("SELECT state FROM provider_health").first("state");
const alarm = () => runInDurableObject(stub(), (_, state) => state.storage.getAlarm());
const told = async () =>
  (await env.DB.prepare("SELECT details FROM alerts WHERE kind = 'provider' ORDER BY rowid").all()).results.map(
    ({ details }) => {
      const { before, state } = JSON.parse(String(details));
      return `${before} to ${state}`;
    },
  );
const models = async () =>
  (await env.DB.prepare("SELECT upstream_id, vanished_at FROM provider_models ORDER BY upstream_id").all()).results.map(
    ({ upstream_id, vanished_at }) => `${upstream_id}${vanished_at === null ? "" : " gone"}`,
  );

describe("a provider's monitor", () => {
  it("finds a provider healthy that answers, and probes again", async () => {
    await probe();
    expect(await stub().health()).toMatchObject({ state: "healthy", probed: true, last_probe_ok: true });
    expect(await published()).toBe("healthy");
    expect(await alarm()).toBeGreaterThan(Date.now());
  });

  it("finds it degraded after one failed probe, down after three, and healthy after one that goes well", async () => {
    upstream = () => Response.json({ error: { message: "no key sk-abcdefghijklmnop" } }, { status: 503 });
    await probe();
    expect(await published()).toBe("degraded");
    await runDurableObjectAlarm(stub());
    await runDurableObjectAlarm(stub());
    expect(await published()).toBe("down");
    const { last_failure } = await stub().health();
    expect(last_failure?.text).not.toContain("abcdefghijklmnop");
    upstream = () => list("a");
    await runDurableObjectAlarm(stub());
    expect(await published()).toBe("healthy");
    // Somebody is told of both, and of nothing else.
    expect(await told()).toEqual(["degraded to down", "down to healthy"]);
  });

  it("goes on after an exception and after an eviction", async () => {
    await probe();
    await env.DB.prepare("ALTER TABLE providers RENAME TO away").run();
    await runDurableObjectAlarm(stub());
    expect(await alarm()).toBeGreaterThan(Date.now());
    await env.DB.prepare("ALTER TABLE away RENAME TO providers").run();
    upstream = () => Promise.reject(new Error("unreachable"));
    await evictDurableObject(stub());
    expect(await stub().health()).toMatchObject({ state: "healthy" });
    await runDurableObjectAlarm(stub());
    expect(await stub().health()).toMatchObject({ state: "degraded", failed_probes_in_a_row: 1 });
  });

  it("stops when the provider is disabled, and forgets its state", async () => {
    await probe();
    await env.DB.prepare("UPDATE providers SET enabled = 0").run();
    await runDurableObjectAlarm(stub());
    expect(await alarm()).toBeNull();
    expect(await published()).toBeNull();
    expect(await stub().health()).toMatchObject({ state: "unknown" });
  });

  it("enters new models, marks those that vanish, and takes back those that return", async () => {
    await probe();
    expect(await models()).toEqual(["a", "b"]);
    upstream = () => list("b", "c");
    expect(await stub().sync("org_1", "up")).toEqual({ status: "synced", listed: 2, new: 1, vanished: 1 });
    expect(await models()).toEqual(["a gone", "b", "c"]);
    upstream = () => list("a", "b", "c");
    expect(await stub().sync("org_1", "up")).toMatchObject({ new: 1, vanished: 0 });
    upstream = () => list();
    await stub().sync("org_1", "up");
    expect(await models()).toEqual(["a", "b", "c"]);
  });

  it("judges a provider without a list by live calls alone", async () => {
    upstream = () => new Response(null, { status: 404 });
    await probe();
    expect(await stub().health()).toMatchObject({ state: "unknown", probed: false });
    await report({ a: { ok: 5 }, b: { failed: 6 } });
    expect((await stub().health()).state).toBe("degraded");
    await report({ a: { failed: 6 } });
    const health = await stub().health();
    expect(health).toMatchObject({ state: "down", last_failure: { class: "overloaded" } });
    expect(health.live_5m).toMatchObject({ ok: 5, failed: 12, latency_p50_ms: 1024 });
    expect(await published()).toBe("down");
  });

  it("shares a breaker for each model: one that fails does not take the others with it", async () => {
    await report({ a: { ok: 3 }, b: { failed: 4 } });
    const shared = await report({ b: { failed: 1 } });
    expect(shared.models.b?.breaker).toMatchObject({ state: "open", openings: 1 });
    expect(shared.models.a).toMatchObject({ breaker: { state: "closed" }, ok: 3, failed: 0, latency_p95_ms: 1024 });
    expect(shared.provider.breaker.state).toBe("closed");
    const detail = await env.DB.prepare("SELECT detail FROM provider_health").first<string>("detail");
    expect(sharedHealthSchema.parse(JSON.parse(detail ?? "")).models.b?.breaker).toEqual(shared.models.b?.breaker);
  });

  it("opens the provider's breaker where two models fail, or one and the list", async () => {
    await report({ b: { failed: 5 } });
    expect((await report({ a: { failed: 5 }, b: { failed: 1 } })).provider.breaker.state).toBe("open");
    await begin();
    upstream = () => new Response(null, { status: 503 });
    await probe();
    expect((await report({ b: { failed: 5 } })).provider.breaker.state).toBe("open");
  });

  it("gives a few permits in an interval to all who ask, once the cool-down is over, and closes when a probe goes well", async () => {
    await report({ b: { failed: 5, retry_after_ms: 30_000 } });
    expect((await stub().probe("b")).granted).toBe(false);
    await later(29_000);
    expect((await stub().probe("b")).granted).toBe(false);
    await later(5_000);
    const asked = await Promise.all(Array.from({ length: 50 }, () => stub().probe("b")));
    const granted = asked.filter((answer) => answer.granted).length;
    // Fifty at once may fall into two intervals.
    expect([LIMITS.breaker_probes, 2 * LIMITS.breaker_probes]).toContain(granted);
    expect((await stub().probe("a")).granted).toBe(false);
    expect((await report({ b: { ok: 1 } })).models.b?.breaker).toMatchObject({ state: "closed" });
    expect(await published()).not.toBe("down");
    expect((await stub().probe("b")).granted).toBe(false);
  });

  it("opens for longer when a probe fails, and remembers that when its memory is gone", async () => {
    const first = (await report({ b: { failed: 5 } })).models.b?.breaker;
    await later(10_000);
    const second = (await report({ b: { failed: 1 } })).models.b?.breaker;
    const wait = (breaker: typeof first) => (breaker?.until ?? 0) - (breaker?.since ?? 0);
    expect(wait(first)).toBeLessThanOrEqual(6_000);
    expect(wait(second)).toBeGreaterThanOrEqual(8_000);
    await evictDurableObject(stub());
    expect((await stub().health()).shared.models.b?.breaker).toEqual(second);
  });

  it("writes to D1 when a breaker changes and not with each report, and figures with its alarm", async () => {
    const detail = () => env.DB.prepare("SELECT detail FROM provider_health").first<string>("detail");
    await probe();
    await report({ a: { ok: 1 } });
    const before = await detail();
    await report({ a: { ok: 1 } });
    expect(await detail()).toBe(before);
    await runDurableObjectAlarm(stub());
    const after = sharedHealthSchema.parse(JSON.parse((await detail()) ?? ""));
    expect(after.models.a).toMatchObject({ ok: 2, latency_p50_ms: 1024 });
    const quiet = await detail();
    await runDurableObjectAlarm(stub());
    expect(await detail()).toBe(quiet);
  });

  it("is started by the sweep when it has told nothing yet", async () => {
    await sweepMonitors(env.DB, env.MONITOR, 0);
    await runDurableObjectAlarm(stub());
    expect(await published()).toBe("healthy");
  });
});
