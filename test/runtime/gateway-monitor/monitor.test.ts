import {
  applyD1Migrations,
  evictDurableObject,
  reset,
  runDurableObjectAlarm,
  runInDurableObject,
} from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { sweepMonitors } from "../../../workers/gateway/monitor/sweep-monitors.ts";

const stub = () => env.MONITOR.get(env.MONITOR.idFromName("org_1/up"));
const list = (...ids: string[]) => Response.json({ data: ids.map((id) => ({ id })) });

/** The provider's list of models, as its server answers it. */
let upstream: () => Response | Promise<Response>;

beforeEach(async () => {
  await reset();
  await applyD1Migrations(env.DB, env.MIGRATIONS);
  await env.DB.batch([
    env.DB.prepare("INSERT INTO orgs (id, name, created_at) VALUES ('org_1', 'One', 1)"),
    env.DB.prepare(
      "INSERT INTO providers (id, org_id, kind, name, base_url, created_at) VALUES ('up', 'org_1', 'openai-compatible', 'Up', 'https://up.example.com/v1', 1)",
    ),
  ]);
  upstream = () => list("a", "b");
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => await upstream());
});

afterEach(() => vi.restoreAllMocks());

async function probe(): Promise<void> {
  await stub().watch("org_1", "up");
  await runDurableObjectAlarm(stub());
}

const published = () => env.DB.prepare("SELECT state FROM provider_health").first("state");
const alarm = () => runInDurableObject(stub(), (_, state) => state.storage.getAlarm());
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
    const at = Date.now();
    await stub().report("org_1", "up", {
      ok: 5,
      failed: { overloaded: 6 },
      latency: { "40": 5 },
      first_byte: {},
      last_failure: { class: "overloaded", text: "HTTP 503", at },
    });
    const health = await stub().health();
    expect(health).toMatchObject({ state: "down", last_failure: { class: "overloaded" } });
    expect(health.live_5m).toMatchObject({ ok: 5, failed: 6, latency_p50_ms: 1024 });
    expect(await published()).toBe("down");
  });

  it("is started by the sweep when it has told nothing yet", async () => {
    await sweepMonitors(env.DB, env.MONITOR, 0);
    await runDurableObjectAlarm(stub());
    expect(await published()).toBe("healthy");
  });
});
