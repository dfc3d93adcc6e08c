import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { remoteDatabase } from "../../scripts/platform/remote-database.ts";
import { completed } from "../runtime/cron/make-event.ts";
import { command } from "./support/command.ts";
import { byKey, expectStatus, rowsOf } from "./support/console.ts";
import { eventually } from "./support/money.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";

/** `npm run rollup:check`, `npm run dead-letters` and `npm run provider` against a platform that was used. */

let platform: TestPlatform;
const deadLetters = (...args: string[]) => command("dead-letters", args, { env: { AO_DATA: platform.dataDir } });
const check = (...args: string[]) => command("rollup-check", args, { env: { AO_DATA: platform.dataDir } });

beforeAll(async () => {
  platform = await startPlatform();
  for (const model of ["sandbox/echo", "sandbox/error-500"]) {
    await fetch(`${platform.url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${platform.appKey}`, "content-type": "application/json" },
      body: JSON.stringify({ model, messages: [{ role: "user", content: "Hello" }] }),
    });
  }
  await eventually(
    () => platform.query("SELECT event_id FROM request_log"),
    (rows) => rows.length === 2,
  );
});
afterAll(() => platform.dispose());

const falsify = () =>
  platform.query("UPDATE rollup_hourly SET cost_nano_usd = cost_nano_usd + 7 WHERE outcome = 'completed'");

describe("npm run rollup:check", () => {
  it("ends with 0 where every sum is the log's", async () => {
    const { status, output } = await check();
    expect([status, output]).toEqual([0, expect.stringContaining("All sums are those of the log.")]);
  });

  it("names what differs, ends with 1, and makes it anew when it is told to", async () => {
    await falsify();
    const { status, output, errors } = await check();
    expect(errors).toBe("");
    expect([status, output]).toEqual([1, expect.stringMatching(/sandbox\/echo.*cost_nano_usd 7/)]);
    const report = JSON.parse((await check("--json")).output);
    expect(report).toMatchObject({ sums: [{ model: "sandbox/echo", cost_nano_usd: "7", requests: 0 }], latencies: [] });
    expect(await check("--rebuild")).toMatchObject({
      status: 0,
      output: expect.stringContaining("Made anew: 1 hours"),
    });
    expect(await check()).toMatchObject({ status: 0 });
  });

  it("names what is wrong with the figures of the cache, and makes them anew", async () => {
    await platform.query(`
      INSERT INTO cache_hourly (org_id, hour, team_id, provider_id, model, status, requests, cost_nano_usd, saved_nano_usd,
        saved_ms, latency_ms_sum)
      SELECT org_id, at - at % 3600000, '', provider_id, model, 'hit-exact', 1, 0, 41, 0, 0 FROM request_log LIMIT 1`);
    const { status, output } = await check();
    expect([status, output]).toEqual([
      1,
      expect.stringMatching(/Figures of the cache, as sum minus log:[\s\S]*hit-exact.*saved_nano_usd 41/),
    ]);
    expect(JSON.parse((await check("--json")).output)).toMatchObject({ sums: [], cache: [{ saved_nano_usd: 41 }] });
    expect(await check("--rebuild")).toMatchObject({ status: 0, output: expect.stringContaining("1 hours") });
    expect(await platform.query("SELECT * FROM cache_hourly")).toEqual([]);
    expect(await check()).toMatchObject({ status: 0 });
  });

  it("makes anew what lies behind more differences than are named at once", async () => {
    const wrong = (hour: string, count: number) =>
      platform.query(`
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})
        INSERT INTO cache_hourly SELECT org_id, at - at % 3600000 - ${hour}, 'tem_' || i, provider_id, model, 'miss', 1, 0, 0, 0, 0
        FROM (SELECT * FROM request_log LIMIT 1), n`);
    for (const [hour, count] of [
      ["7200000", 150],
      ["3600000", 1],
      ["0", 1],
    ] as const) {
      await wrong(hour, count);
    }
    expect(await check("--rebuild")).toMatchObject({ status: 0, output: expect.stringContaining("3 hours") });
    expect(await platform.query("SELECT * FROM cache_hourly")).toEqual([]);
    expect(await check()).toMatchObject({ status: 0 });
  });

  it("names a daily sum that is not that of its hours, and makes it anew", async () => {
    await platform.query(`
      INSERT INTO latency_daily (org_id, day, provider_id, model, metric, bucket, requests)
      SELECT org_id, hour - hour % 86400000, provider_id, model, metric, bucket, 3 FROM latency_hourly LIMIT 1`);
    const { status, output } = await check();
    expect([status, output]).toEqual([1, expect.stringMatching(/as day minus hours:[\s\S]*requests 3/)]);
    expect(await check("--rebuild")).toMatchObject({ status: 0, output: expect.stringContaining("1 days.") });
    expect(await check()).toMatchObject({ status: 0 });
  });

  it("ends with 2 and says why where nothing could be looked at", async () => {
    expect(await check("--from", "yesterday")).toMatchObject({
      status: 2,
      errors: expect.stringContaining("--from must be a time"),
    });
    expect(await check("--form", "x")).toMatchObject({
      status: 2,
      errors: expect.stringContaining("rollup:check -- [--from"),
    });
  });

  it("writes parameters into statements for wrangler, which takes none", async () => {
    const database = remoteDatabase(["--local", "--persist-to", platform.dataDir]);
    const rows = await database.batch([{ sql: "SELECT ?2 AS b, ?1 AS a, ?3 AS c", params: [1, "it's", null] }]);
    expect(rows).toEqual([[{ a: 1, b: "it's", c: null }]]);
  });
});

describe("npm run dead-letters", () => {
  const letter = (id: string, at: number, body: unknown) =>
    platform.query(
      "INSERT INTO dead_letters (id, queue, at, attempts, reason, body) VALUES (?, 'ao-events', ?, 5, 'could not be stored', ?)",
      id,
      at,
      JSON.stringify(body),
    );
  const listed = async (...args: string[]) => JSON.parse((await deadLetters("list", "--json", ...args)).output);
  const runJobs = (minute: number) => platform.runCron("* * * * *", Date.now() + minute * 60_000);
  const inLog = async (event_id: string) =>
    (await platform.query("SELECT event_id FROM request_log WHERE event_id = ?", event_id)).length;

  it("says that none waits", async () => {
    expect(await deadLetters("list")).toMatchObject({ status: 0, output: "No dead letter waits.\n" });
    expect(await deadLetters("replay", "--all")).toMatchObject({ status: 0, output: "No dead letter waits.\n" });
  });

  it("lists what waits, newest first, as a table and as JSON, with the message on demand", async () => {
    await letter("letter-1", 1_000, completed("event-1"));
    await letter("letter-2", 2_000, { hello: 1 });
    const { status, output } = await deadLetters("list");
    expect(status).toBe(0);
    expect(output).toMatch(
      /^id +at +queue +attempts +replay +reason\nletter-2 +1970-01-01T00:00:02.000Z +ao-events +5 +never +could not be stored\nletter-1/,
    );
    expect((await deadLetters("list", "--limit", "1")).output).toContain("1 more, see --limit.");
    expect(await listed()).toMatchObject([
      { id: "letter-2", replayed_at: null, body: { hello: 1 } },
      { id: "letter-1" },
    ]);
    expect(JSON.parse((await deadLetters("show", "letter-2")).output)).toMatchObject({ body: { hello: 1 } });
  });

  it("replays those named with the next run of the jobs: what can be read counts once, and what cannot is kept anew", async () => {
    expect((await deadLetters("replay", "letter-1", "letter-2")).output).toContain("Asked for 2.");
    expect((await listed()).map(({ replay_asked_at }: { replay_asked_at: string }) => replay_asked_at)).toEqual([
      expect.any(String),
      expect.any(String),
    ]);
    await runJobs(1);
    await eventually(listed, (rows) => rows.length === 1 && rows[0].id !== "letter-2");
    await eventually(
      () => inLog("event-1"),
      (rows) => rows === 1,
    );
    expect((await listed("--replayed")).length).toBe(3);
    await deadLetters("replay", "letter-1");
    await runJobs(2);
    await eventually(
      () => listed("--replayed"),
      (rows) => rows.every(({ replay_asked_at }: { replay_asked_at: unknown }) => replay_asked_at === null),
    );
    expect(await check()).toMatchObject({ status: 0 });
    expect(await inLog("event-1")).toBe(1);
  });

  it("replays all that wait", async () => {
    const [{ id }] = await listed();
    expect((await deadLetters("replay", "--all")).output).toContain("Asked for 1.");
    await runJobs(3);
    const [again] = await eventually(listed, (rows) => rows.length === 1 && rows[0].id !== id);
    expect(again).toMatchObject({ body: { hello: 1 }, reason: expect.stringContaining("not an event") });
  });

  it.each([
    [["replay"], "replay takes ids, or --all."],
    [["replay", "letter-1", "--all"], "replay takes ids, or --all."],
    [["replay", "letter-1", "letter-9"], "There is no dead letter letter-9."],
    [["show"], "show takes one id."],
    [["list", "--limit", "0"], "--limit takes a whole number"],
    [["burn"], "There is no command burn."],
    [["list", "--form"], "npm run dead-letters -- list"],
  ])("refuses %j and says why", async (args, problem) => {
    expect(await deadLetters(...args)).toMatchObject({ status: 1, errors: expect.stringContaining(problem) });
  });
});

describe("npm run provider", () => {
  const KEY = "sk-canary-0123456789";
  const provider = (...args: string[]) =>
    command("provider", args, { env: { AO_DATA: platform.dataDir, AO_PROVIDER_KEY: KEY } });
  const asAdmin = () => byKey(platform, platform.adminKey);
  const entries = async () =>
    rowsOf(await asAdmin().call("GET", "/v1/audit?target_id=mine"))
      .map(({ action, actor, details }) => ({ action, actor, details }))
      .toReversed();
  const actor = { type: "system", id: "npm run provider", name: "npm run provider" };

  it("has an entry of the audit log for each change, whether or not the platform runs, and the chain stays whole", async () => {
    const add = ["add", "openai", "--id", "mine", "--base-url", "http://127.0.0.1:9/v1"];
    expect(await provider(...add)).toMatchObject({ status: 0, errors: "" });
    expect(await provider(...add)).toMatchObject({
      status: 1,
      errors: expect.stringContaining("There is a provider mine already."),
    });
    const rates = { input_usd_per_million: "1" };
    expectStatus(await asAdmin().call("POST", "/v1/prices", { provider_id: "mine", model: "m", rates }), 201);
    await platform.stop();
    // Twice: the second changes nothing.
    for (const _ of [1, 2]) expect(await provider("disable", "mine")).toMatchObject({ status: 0, errors: "" });
    await platform.restart();
    expect(await provider("remove", "mine")).toMatchObject({ status: 0, errors: "" });
    expect((await provider("enable", "mine")).status).toBe(1);

    const shown = { id: "mine", kind: "openai", name: "mine", base_url: "http://127.0.0.1:9/v1", region: null };
    const told = await entries();
    expect(told).toEqual([
      { action: "provider.created", actor, details: { after: { ...shown, credential: "(not shown)" } } },
      { action: "provider.updated", actor, details: { before: { enabled: true }, after: { enabled: false } } },
      {
        action: "provider.deleted",
        actor,
        details: { before: { ...shown, enabled: false, credential: "(not shown)" } },
      },
    ]);
    expect(JSON.stringify(told)).not.toContain(KEY);
    expect((await asAdmin().call("POST", "/v1/audit/verify")).body).toMatchObject({ ok: true });
    // Prices end with their provider here too.
    expect(rowsOf(await asAdmin().call("GET", "/v1/prices?provider_id=mine"))).toEqual([]);
  });

  it("changes nothing where the audit log lost an entry to somebody else", async () => {
    await platform.query("DROP TRIGGER audit_log_no_delete");
    await platform.query("DELETE FROM audit_log WHERE seq = (SELECT max(seq) FROM audit_log)");
    const { status, errors } = await provider("disable", "sandbox");
    expect([status, errors]).toEqual([1, expect.stringContaining("Nothing was changed: the audit log of")]);
    const [row] = await platform.query("SELECT enabled FROM providers WHERE id = 'sandbox'");
    expect(row?.enabled).toBe(1);
  });
});
