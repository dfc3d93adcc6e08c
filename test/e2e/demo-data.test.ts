import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { isOfRequest, LEDGER_KINDS } from "../../schema/wire/wallet-rpc.ts";
import { startLocalPlatform } from "../../scripts/harness/local-platform.ts";
import { readStoredWallets } from "../../scripts/harness/stored-wallets.ts";
import { command } from "./support/command.ts";
import { byKey, type Caller, expectStatus, rowsOf } from "./support/console.ts";
import { eventually, usd } from "./support/money.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";

/** The made-up past of a new demo org, whose making is killed once on the way. */

let platform: TestPlatform;
let admin: Caller;

const phase = async () =>
  z.object({ phase: z.string() }).parse(JSON.parse(await readFile(join(platform.dataDir, "demo-traffic.json"), "utf8")))
    .phase;
const logged = async () => Number((await platform.query("SELECT count(*) AS n FROM request_log"))[0]?.n);

beforeAll(async () => {
  platform = await startPlatform({ demoTraffic: true });
  await eventually(logged, (rows) => rows > 2_000, 120_000);
  expect(await phase()).toBe("planned");
  await platform.kill9();
  await platform.restart();
  admin = byKey(platform, platform.adminKey);
  await eventually(phase, (now) => now === "done", 180_000);
}, 300_000);
afterAll(() => platform.dispose());

const sum = (rows: readonly Record<string, unknown>[]) =>
  rows.reduce((all, { cost_usd }) => all + usd(z.string().parse(cost_usd)), 0);
const THIRTY_TWO_DAYS_MS = 32 * 24 * 3_600_000;
const lately = () => ({ from: new Date(Date.now() - THIRTY_TWO_DAYS_MS).toISOString(), to: new Date().toISOString() });

describe("demo data", () => {
  it("says that it is demo data", async () => {
    expect(expectStatus(await admin.call("GET", "/v1/me"), 200).body.org).toMatchObject({ demo: true });
    expect(platform.lines.filter((line) => line.startsWith("✓ Demo data"))).toHaveLength(1);
  });

  it("writes to nobody about what happened weeks ago", async () => {
    const [alerts] = await platform.query(
      "SELECT count(*) AS n, count(CASE WHEN routed_at = created_at THEN 1 END) AS told FROM alerts WHERE created_at <= ?",
      JSON.parse(await readFile(join(platform.dataDir, "demo-traffic.json"), "utf8")).now,
    );
    expect(alerts?.n).toBeGreaterThan(10);
    expect(alerts?.told).toBe(alerts?.n);
  });

  it("is the same in ledgers, log, hourly sums and bills, to the nano-dollar", async () => {
    const { from, to } = lately();
    const by_wallet = rowsOf(
      expectStatus(await admin.call("POST", "/v1/analytics/cost", { ...lately(), group_by: ["wallet"] }), 200),
    );
    const months = rowsOf(
      expectStatus(await admin.call("POST", "/v1/analytics/cost", { ...lately(), granularity: "month" }), 200),
    );
    const { status, output } = await command("rollup-check", [], { env: { AO_DATA: platform.dataDir } });
    expect([status, output]).toEqual([0, expect.stringContaining("All sums are those of the log.")]);
    const [log] = await platform.query("SELECT SUM(cost_nano_usd) AS cost, COUNT(*) AS requests FROM request_log");
    const of_request: ReadonlySet<string> = new Set(LEDGER_KINDS.filter(isOfRequest));
    const books = async () => {
      await platform.stop();
      const stored = readStoredWallets(platform.dataDir);
      await platform.restart();
      return stored;
    };
    // What a wallet has not told when the platform stops it tells when that runs again.
    const stored = await eventually(
      books,
      (wallets) => wallets.every(({ open_holds, unsent_events }) => open_holds === 0 && unsent_events === 0),
      120_000,
    );
    const ledgers = stored.map(({ wallet_id, ledger }) => ({
      wallet_id,
      spent: ledger.filter(({ kind }) => of_request.has(kind)).reduce((all, { amount }) => all - amount, 0),
    }));
    const spending = ledgers.filter(({ spent }) => spent !== 0);
    expect(
      Object.fromEntries(by_wallet.map((row) => [row.wallet_id, usd(z.string().parse(row.cost_usd))])),
    ).toMatchObject(Object.fromEntries(spending.map(({ wallet_id, spent }) => [wallet_id, spent])));
    const spent = spending.reduce((all, one) => all + one.spent, 0);
    expect([sum(by_wallet), sum(months), log?.cost]).toEqual([spent, spent, spent]);
    expect(log?.requests).toBeGreaterThan(20_000);
    const bill = await admin.call("GET", `/v1/chargeback?from=${from}&to=${to}`);
    expect(usd(z.string().parse(expectStatus(bill, 200).body.total_usd))).toBe(spent);
  }, 180_000);

  it("has books that hold, a chain that verifies, and something to see on every page", async () => {
    const wallets = rowsOf(expectStatus(await admin.call("GET", "/v1/wallets?limit=100"), 200));
    for (const { id } of wallets) {
      expect((await admin.call("POST", `/v1/wallets/${id}/audit`)).body).toEqual({ ok: true, problems: [] });
    }
    expect((await admin.call("POST", "/v1/audit/verify")).body).toMatchObject({ ok: true, problems: [] });
    const { by_standing } = z
      .object({ by_standing: z.record(z.string(), z.number()) })
      .parse((await admin.call("GET", "/v1/overview")).body.wallets);
    expect(by_standing).toMatchObject({ frozen: 1, unavailable: 0 });
    expect(by_standing.warning).toBeGreaterThanOrEqual(2);
    const forecasts = rowsOf(expectStatus(await admin.call("GET", "/v1/forecasts"), 200));
    expect(forecasts).toHaveLength(wallets.length);
    const launch = forecasts.find(({ wallet_name }) => wallet_name === "Launch campaign");
    expect(launch).toMatchObject({ basis: "weekdays", at_reset: null, runs_out_at: expect.any(String) });
    const one = await admin.call("GET", `/v1/wallets/${launch?.wallet_id}/forecast`);
    expect(one.body).toMatchObject({ budget_usd: launch?.budget_usd, spent_usd: launch?.spent_usd });
    for (const kind of ["threshold", "anomaly", "provider", "budget_request"]) {
      expect([kind, rowsOf(await admin.call("GET", `/v1/alerts?kind=${kind}`)).length > 0]).toEqual([kind, true]);
    }
    const [experiment] = rowsOf(await admin.call("GET", "/v1/experiments"));
    const results = expectStatus(await admin.call("GET", `/v1/experiments/${experiment?.id}/results`), 200);
    expect(results.text).toContain('"smaller"');
    expect(rowsOf(await admin.call("GET", "/v1/requests?status=503&limit=5")).length).toBe(5);
    const { from, to } = lately();
    const cache = expectStatus(await admin.call("GET", `/v1/cache/stats?from=${from}&to=${to}`), 200).body;
    expect(cache).toMatchObject({
      hits: expect.any(Number),
      refused: expect.any(Number),
      hit_rate: expect.any(Number),
    });
    expect(cache.hit_rate).toBeGreaterThan(0.1);
    expect(usd(z.string().parse(cache.saved_usd))).toBeGreaterThan(0);
    const [hit] = rowsOf(await admin.call("GET", "/v1/requests?cache=hit&limit=1"));
    expect([usd(z.string().parse(hit?.cost_usd)), hit?.attempts]).toEqual([0, 0]);
    const { cache_request_id } = (await admin.call("GET", `/v1/requests/${hit?.id}`)).body;
    const source = expectStatus(await admin.call("GET", `/v1/requests/${cache_request_id}`), 200).body;
    // The provider was asked then, whether or not something near had been found.
    expect(["miss", "refused"]).toContain(source.cache);
    expect(source).toMatchObject({ model: hit?.model, feature: hit?.feature });
    expect(rowsOf(await admin.call("GET", "/v1/cache/settings"))).toHaveLength(2);
    expect(rowsOf(await admin.call("GET", "/v1/audit?action=request.blocked&limit=5")).length).toBe(5);
  });

  it("goes on as any org does: its wallets spend, and their sums grow", async () => {
    const answer = await byKey(platform, platform.appKey).call("POST", "/v1/chat/completions", {
      model: "sandbox/echo",
      messages: [{ role: "user", content: "Hello" }],
    });
    expect(answer.status).toBe(200);
    // What has not arrived when the platform stops arrives once its wallet is awake again.
    await eventually(
      () => admin.call("GET", `/v1/requests/${answer.headers.get("x-ao-request-id")}`),
      ({ status }) => status === 200,
    );
    const [wallet] = rowsOf(await admin.call("GET", "/v1/wallets?name=Search"));
    const key = await admin.call("POST", "/v1/keys", { name: "Now", wallet_id: wallet?.id });
    const before = (await admin.call("GET", `/v1/wallets/${wallet?.id}`)).body.spent_usd;
    const own = byKey(platform, z.string().parse(key.body.key));
    const spent = await own.call("POST", "/v1/chat/completions", {
      model: "sandbox/echo",
      messages: [{ role: "user", content: "Hello" }],
    });
    expect(spent.status).toBe(200);
    expect((await admin.call("GET", `/v1/wallets/${wallet?.id}`)).body.spent_usd).not.toBe(before);
  });
});

describe("npm start -- --remove-demo", () => {
  it("removes what was made up, leaves what was not, and says so in the audit log", async () => {
    // Of a wallet without a team, which no deletion by team finds.
    await platform.query(
      "INSERT INTO cache_hourly SELECT org_id, hour, '', provider_id, model, status, 1, 0, 9, 0, 0 FROM cache_hourly LIMIT 1",
    );
    await platform.stop();
    const without = await startLocalPlatform({ dataDir: platform.dataDir, args: ["--built", "--remove-demo"] });
    try {
      const by = byKey(without, without.adminKey);
      const { status, output } = await command("rollup-check", [], { env: { AO_DATA: platform.dataDir } });
      expect([status, output]).toEqual([0, expect.stringContaining("All sums are those of the log.")]);
      const counts = Object.fromEntries(
        await Promise.all(
          [
            "request_log",
            "teams",
            "members",
            "experiments",
            "routing_rules",
            "money_requests",
            "alerts",
            "cache_settings",
            "cache_hourly",
          ].map(
            async (table) =>
              [table, Number((await without.query(`SELECT count(*) AS n FROM ${table}`))[0]?.n)] as const,
          ),
        ),
      );
      expect(counts).toEqual({
        // That of the demo app, from its own wallet.
        request_log: 1,
        teams: 1,
        members: 1,
        experiments: 0,
        routing_rules: 0,
        money_requests: 0,
        alerts: 0,
        cache_settings: 0,
        cache_hourly: 0,
      });
      const wallets = rowsOf(expectStatus(await by.call("GET", "/v1/wallets"), 200));
      expect(wallets.map(({ name }) => name)).not.toContain("Company");
      for (const { id } of wallets)
        expect((await by.call("POST", `/v1/wallets/${id}/audit`)).body).toMatchObject({ ok: true });
      expect((await by.call("GET", "/v1/me")).body.org).toMatchObject({ demo: false });
      expect((await by.call("POST", "/v1/audit/verify")).body).toMatchObject({ ok: true });
      expect(rowsOf(await by.call("GET", "/v1/audit?action=demo.removed"))).toHaveLength(1);
    } finally {
      await without.dispose();
    }
    // Twice the start of the platform, and a month summed anew.
  }, 180_000);
});
