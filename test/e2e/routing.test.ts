import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import {
  type Answer,
  byKey,
  codeOf,
  expectStatus,
  type Founder,
  make,
  messageOf,
  rowsOf,
  signUp,
} from "./support/console.ts";
import { eventually, settledBalance, usd } from "./support/money.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";

const RULES = "/v1/routing/rules";

let platform: TestPlatform;
let founder: Founder;
let app: string;

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"] });
  founder = await signUp(platform);
  await make(founder, "/v1/providers", { id: "sandbox", kind: "sandbox" });
  app = z.string().parse((await make(founder, "/v1/keys", { name: "app", wallet_id: founder.wallet_id })).key);
});
afterAll(() => platform.dispose());

const messages = [{ role: "user", content: "Hello!" }];
const chat = (body: object, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  byKey(platform, app).call("POST", "/v1/chat/completions", { messages, max_tokens: 20, ...body }, headers);
const explain = async (body: object) => {
  const answer = await founder.call("POST", "/v1/routing/explain", body);
  expectStatus(answer, 200);
  return answer.body;
};
const errorOf = (answer: Answer) =>
  z.object({ error: z.object({ param: z.string().nullish() }) }).parse(answer.body).error.param;

describe("routing rules", () => {
  it("send a request to their model, say so, and explain it afterwards from the log alone", async () => {
    const never = await make(founder, RULES, {
      name: "Never",
      priority: 1,
      when: { images: true },
      then: { deny: "no" },
    });
    const rule = await make(founder, RULES, {
      name: "Smart",
      priority: 5,
      when: { model: "smart" },
      then: { model: "sandbox/echo" },
    });
    const answer = await chat({ model: "smart" });
    expectStatus(answer, 200);
    expect(answer.headers.get("x-ao-model")).toBe("sandbox/echo");
    expect(answer.headers.get("x-ao-route")).toBe(`${rule.id}; how=model`);
    const request_id = answer.headers.get("x-ao-request-id");
    const logged = await eventually(
      async () => rowsOf(await founder.call("GET", "/v1/requests")).find(({ id }) => id === request_id),
      (row) => row !== undefined,
    );
    expect(logged).toMatchObject({
      model: "sandbox/echo",
      routing: {
        asked: "smart",
        rule_id: rule.id,
        rule: "Smart",
        how: "model",
        passed_over: [{ rule_id: never.id, failed: "images" }],
      },
    });
  });

  it("deny in their own words, which the audit log keeps", async () => {
    const rule = await make(founder, RULES, {
      name: "No dev",
      priority: 2,
      when: { tags: { env: "dev" } },
      then: { deny: "Use the staging gateway." },
    });
    const denied = await eventually(
      () => chat({ model: "sandbox/echo" }, { "x-ao-tags": "env=dev" }),
      ({ status }) => status === 403,
    );
    expect([codeOf(denied), messageOf(denied)]).toEqual(["policy_denied", "Use the staging gateway."]);
    expect((await chat({ model: "sandbox/echo" }, { "x-ao-tags": "env=prod" })).status).toBe(200);
    await eventually(
      async () => rowsOf(await founder.call("GET", "/v1/audit?action=request.blocked")),
      (rows) => JSON.stringify(rows).includes("policy_denied"),
    );
    expectStatus(await founder.call("DELETE", `${RULES}/${rule.id}`), 204);
    await eventually(
      () => chat({ model: "sandbox/echo" }, { "x-ao-tags": "env=dev" }),
      ({ status }) => status === 200,
    );
  });

  it("are explained without being run, for any caller and time", async () => {
    const nights = await make(founder, RULES, {
      name: "Nights",
      priority: 3,
      when: { time: { from: "22:00", to: "06:00" }, model: "sandbox/lorem" },
      then: { cheapest: ["sandbox/lorem", "sandbox/free"] },
    });
    const request = { model: "sandbox/lorem", messages };
    expect(await explain({ request, at: "2026-03-11T23:00:00Z" })).toMatchObject({
      asked: "sandbox/lorem",
      model: "sandbox/free",
      how: "cheapest",
      rule: { name: "Nights" },
      candidates: [{ model: "sandbox/lorem" }, { model: "sandbox/free", cost_usd: "0.000000000" }],
      refused: null,
    });
    const day = await explain({ request, at: "2026-03-11T12:00:00Z" });
    expect(day).toMatchObject({ model: "sandbox/lorem", how: "asked", rule: null });
    expect(z.array(z.record(z.string(), z.unknown())).parse(day.considered)).toContainEqual(
      expect.objectContaining({ name: "Nights", failed: "time" }),
    );
    expect(await explain({ request: { model: "nobody/x", messages } })).toMatchObject({
      model: null,
      refused: { code: "model_not_found" },
    });
    const wrong = await founder.call("POST", "/v1/routing/explain", { request: { model: "sandbox/lorem" } });
    expect([wrong.status, errorOf(wrong)]).toEqual([400, "request.messages"]);
    expect((await byKey(platform, app).call("POST", "/v1/routing/explain", { request })).status).toBe(403);
    // At night it would hold for what comes after.
    expectStatus(await founder.call("DELETE", `${RULES}/${nights.id}`), 204);
  });

  it("that are wrong are refused with the place of the error", async () => {
    const good = { name: "x", when: {}, then: { model: "sandbox/echo" } };
    for (const [change, place] of [
      [{ when: { modle: "x" } }, /when/],
      [{ when: { input_tokens: { above: 3 } } }, /when\.input_tokens/],
      [{ when: { any: [{ tools: true }, { time: { from: "9" } }] } }, /when\.any\[1\]\.time\.from/],
      [{ then: {} }, /then/],
      [{ then: { model: "sandbox/echo", deny: "x" } }, /then/],
      [{ then: { model: "gone/echo" } }, /then\.model/],
      [{ then: { cheapest: ["sandbox/echo", "gone/x"] } }, /then\.cheapest\[1\]/],
      [{ starts_at: "2027-01-02T00:00:00Z", ends_at: "2027-01-01T00:00:00Z" }, /ends_at/],
    ] as const) {
      const answer = await founder.call("POST", RULES, { ...good, ...change });
      expect(answer.status, JSON.stringify(change)).toBe(400);
      expect(errorOf(answer), JSON.stringify(change)).toMatch(place);
    }
  });

  it("belong to their org alone", async () => {
    const other = await signUp(platform);
    const [first] = rowsOf(await founder.call("GET", RULES));
    expect(rowsOf(await other.call("GET", RULES))).toEqual([]);
    expect((await other.call("GET", `${RULES}/${String(first?.id)}`)).status).toBe(404);
  });
});

describe("an organisation that is locked", () => {
  it("to a region reaches no provider outside it, by any way", async () => {
    const locked = await signUp(platform);
    await make(locked, "/v1/providers", { id: "inside", kind: "sandbox", region: "eu" });
    await make(locked, "/v1/providers", { id: "outside", kind: "sandbox", region: "us" });
    await make(locked, "/v1/providers", { id: "nowhere", kind: "sandbox" });
    await make(locked, RULES, { name: "Out", when: { model: "out" }, then: { model: "outside/echo" } });
    const key = z.string().parse((await make(locked, "/v1/keys", { name: "k", wallet_id: locked.wallet_id })).key);
    const ask = (model: string) =>
      byKey(platform, key).call("POST", "/v1/chat/completions", { model, messages, max_tokens: 20 });
    expectStatus(await locked.call("PATCH", `/v1/orgs/${locked.org_id}`, { provider_regions: ["eu"] }), 200);
    expect((await ask("inside/echo")).status).toBe(200);
    for (const model of ["outside/echo", "nowhere/echo", "out"]) {
      const denied = await ask(model);
      expect([denied.status, codeOf(denied)], model).toEqual([403, "region_denied"]);
    }
    const tested = await locked.call("POST", "/v1/providers/outside/test");
    expect(tested.body).toMatchObject({ ok: false, error: { message: expect.stringContaining("provider_regions") } });
    expectStatus(await locked.call("PATCH", `/v1/orgs/${locked.org_id}`, { provider_regions: null }), 200);
    await eventually(
      () => ask("outside/echo"),
      ({ status }) => status === 200,
    );
  });

  it("to countries takes requests from there alone", async () => {
    const locked = await signUp(platform);
    await make(locked, "/v1/providers", { id: "sandbox", kind: "sandbox" });
    const key = z.string().parse((await make(locked, "/v1/keys", { name: "k", wallet_id: locked.wallet_id })).key);
    expectStatus(await locked.call("PATCH", `/v1/orgs/${locked.org_id}`, { caller_countries: ["DE"] }), 200);
    const from = (headers: Readonly<Record<string, string>>) =>
      byKey(platform, key).call(
        "POST",
        "/v1/chat/completions",
        { model: "sandbox/echo", messages, max_tokens: 9 },
        headers,
      );
    expect((await from({ "cf-ipcountry": "DE" })).status).toBe(200);
    expect(codeOf(await from({ "cf-ipcountry": "FR" }))).toBe("region_denied");
    expect(codeOf(await from({}))).toBe("region_denied");
    const wrong = await locked.call("PATCH", `/v1/orgs/${locked.org_id}`, { caller_countries: ["Germany"] });
    expect([wrong.status, errorOf(wrong)]).toEqual([400, "caller_countries[0]"]);
  });
});

describe.concurrent("failover", () => {
  const closed = "http://127.0.0.1:9/v1";
  let org: Founder;
  let turn = 0;

  beforeAll(async () => {
    org = await signUp(platform);
    await make(org, "/v1/providers", { id: "sandbox", kind: "sandbox" });
    await make(org, "/v1/providers", {
      id: "hasty",
      kind: "sandbox",
      timeouts: { first_byte_ms: 300, idle_ms: 300, total_ms: 30_000 },
    });
    await make(org, "/v1/providers", {
      id: "away",
      kind: "openai-compatible",
      base_url: closed,
      models: [{ id: "m", price: { input_usd_per_million: "1", output_usd_per_million: "2" } }],
    });
  });

  /** Asks once each with a wallet of its own, under a name of its own, which a rule sends to these models in order. */
  async function ask(models: readonly string[], body: object = {}) {
    turn += 1;
    const model = `turn-${turn}`;
    await make(org, RULES, { name: model, when: { model }, then: { fallback: models } });
    const team = await make(org, "/v1/wallets", { name: model, limit_usd: "10" });
    const key = z.string().parse((await make(org, "/v1/keys", { name: model, wallet_id: team.id })).key);
    const asked = { model, messages, max_tokens: 20, ...body };
    const answer = await byKey(platform, key).call("POST", "/v1/chat/completions", asked, { "x-ao-retries": "0" });
    const request_id = answer.headers.get("x-ao-request-id");
    const rows = await eventually(
      async () => rowsOf(await org.call("GET", "/v1/requests?limit=100")).filter(({ id }) => id === request_id),
      (found) => found.length > 0,
    );
    expect(rows).toHaveLength(1);
    const [row] = z.array(logged).parse(rows);
    if (row === undefined) throw new Error("no row");
    const { spent_nano_usd } = await settledBalance(platform, key);
    expect(spent_nano_usd).toBe(usd(row.cost_usd));
    const ledger = rowsOf(await org.call("GET", `/v1/wallets/${team.id}/ledger`))
      .filter(({ ref }) => ref === request_id)
      .map(({ kind, amount_usd, attempt }) => [kind, amount_usd, attempt])
      .reverse();
    const audit = await org.call("POST", `/v1/wallets/${team.id}/audit`, {});
    expect(audit.body).toEqual({ ok: true, problems: [] });
    return { answer, row, ledger };
  }

  const logged = z.object({
    model: z.string(),
    outcome: z.string(),
    status: z.int(),
    attempts: z.int(),
    cost_usd: z.string(),
    charged_attempts: z.array(z.looseObject({ model: z.string(), outcome: z.string(), cost_usd: z.string() })),
    routing: z.looseObject({
      tried: z.array(z.looseObject({ model: z.string(), failed: z.string(), status: z.int().nullable() })).optional(),
    }),
  });

  it.each([
    ["sandbox/error-500", "whole", "failed", 500],
    ["sandbox/error-429", "streamed", "rate_limited", 429],
    ["sandbox/error-401", "whole", "auth", 401],
    ["sandbox/error-first-event", "whole", "failed", 500],
    ["sandbox/error-first-event", "streamed", "failed", 500],
    ["sandbox/redirect", "streamed", "failed", 302],
    ["away/m", "whole", "failed", 502],
  ])("is invisible where %s fails, %s, and is charged once", async (model, how, failed, status) => {
    const stream = how === "streamed";
    const { answer, row } = await ask([model, "sandbox/echo"], { stream });
    expect(answer.status).toBe(200);
    expect(answer.text).toContain(stream ? '"content":"Hell"' : "Hello!");
    expect(answer.headers.get("x-ao-model")).toBe("sandbox/echo");
    expect(answer.headers.get("x-ao-route")).toMatch(/how=fallback; attempts=2$/);
    expect(row).toMatchObject({ model: "sandbox/echo", outcome: "completed", attempts: 2 });
    expect(usd(row.cost_usd)).toBeGreaterThan(0);
    const times = { at_ms: expect.any(Number), took_ms: expect.any(Number) };
    expect(row.routing.tried).toEqual([{ model, provider_id: model.split("/")[0], failed, status, ...times }]);
    expect(row.routing.called_ms).toBeGreaterThanOrEqual(0);
  });

  it.each([
    ["hasty/hang", "whole", "timeout", "upstream_timeout"],
    ["hasty/hang", "streamed", "timeout", "upstream_timeout"],
    ["sandbox/garbage", "whole", "failed", "upstream_error"],
    ["sandbox/cut-mid-character", "whole", "failed", "upstream_error"],
  ])("goes on where %s may be billed, %s, and charges that by itself", async (model, how, failed, outcome) => {
    const { answer, row, ledger } = await ask([model, "sandbox/echo"], { stream: how === "streamed" });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-ao-model")).toBe("sandbox/echo");
    expect(row).toMatchObject({ model: "sandbox/echo", outcome: "completed", attempts: 2 });
    expect(row.routing.tried).toMatchObject([{ model, failed }]);
    const provider = model.split("/")[0];
    expect(row.charged_attempts).toMatchObject([{ attempt: 1, provider, model, outcome }]);
    const [attempt = 0] = row.charged_attempts.map(({ cost_usd }) => usd(cost_usd));
    expect(attempt).toBeGreaterThan(0);
    expect(ledger.map(([kind, , number]) => [kind, number])).toEqual([
      ["attempt", 1],
      ["charge", undefined],
    ]);
    expect(ledger.map(([, amount]) => usd(String(amount)))).toEqual([-attempt, attempt - usd(row.cost_usd)]);
    if (how === "whole") expect(answer.headers.get("x-ao-cost-usd")).toBe(row.cost_usd);
  });

  it("charges the last of them once where all fail", async () => {
    const { answer, row, ledger } = await ask(["hasty/hang", "sandbox/garbage", "hasty/hang"]);
    expect([answer.status, codeOf(answer)]).toEqual([504, "upstream_timeout"]);
    expect(row).toMatchObject({ model: "hasty/hang", outcome: "upstream_timeout", attempts: 3 });
    expect(row.charged_attempts).toHaveLength(2);
    expect(ledger.map(([kind]) => kind)).toEqual(["attempt", "attempt", "charge"]);
  });

  it("charges what may be billed also where the wallet does not cover the next one", async () => {
    await make(org, "/v1/prices", {
      provider_id: "hasty",
      model: "own-dearest",
      upstream_id: "echo",
      rates: { input_usd_per_million: "1000000", output_usd_per_million: "1000000" },
    });
    const { answer, row, ledger } = await ask(["hasty/hang", "hasty/own-dearest"]);
    expect([answer.status, codeOf(answer)]).toEqual([504, "upstream_timeout"]);
    expect(row).toMatchObject({ model: "hasty/hang", outcome: "upstream_timeout", attempts: 1 });
    expect(ledger.map(([kind, amount]) => [kind, usd(String(amount))])).toEqual([
      ["attempt", -usd(row.cost_usd)],
      ["charge", 0],
    ]);
  });

  it.each([
    ["sandbox/error-400", 400, "upstream_error"],
    ["sandbox/error-413", 413, "upstream_error"],
  ])("never hides what %s says", async (model, status, outcome) => {
    const { answer, row } = await ask([model, "sandbox/echo"]);
    expect(answer.status).toBe(status);
    expect(row).toMatchObject({ model, outcome, attempts: 1 });
    expect(row.routing.tried).toBeUndefined();
  });

  it("never goes on behind what was delivered", async () => {
    const { answer, row } = await ask(["sandbox/error-mid-stream", "sandbox/echo"], { stream: true });
    expect(answer.text).toContain('"error"');
    expect(row).toMatchObject({ model: "sandbox/error-mid-stream", outcome: "upstream_error", attempts: 1 });
  });

  it("ends in the last failure where all fail, and costs nothing", async () => {
    const { answer, row } = await ask(["sandbox/error-500", "away/m", "sandbox/error-429"]);
    expect([answer.status, codeOf(answer)]).toEqual([429, "provider_rate_limited"]);
    expect(row).toMatchObject({ model: "sandbox/error-429", attempts: 3, cost_usd: "0.000000000" });
  });

  it("passes over what cannot take the request", async () => {
    const { answer, row } = await ask(["sandbox/error-500", "sandbox/embed", "sandbox/echo"]);
    expect(answer.status).toBe(200);
    expect(row.routing.tried).toMatchObject([
      { model: "sandbox/error-500", provider_id: "sandbox", failed: "failed", status: 500 },
    ]);
  });

  it("keeps within what the wallet has: a dearer model is passed over, the failure is told", async () => {
    await make(org, "/v1/prices", {
      provider_id: "sandbox",
      model: "own-dear",
      upstream_id: "echo",
      rates: { input_usd_per_million: "1000000", output_usd_per_million: "1000000" },
    });
    const { answer, row } = await ask(["sandbox/error-500", "sandbox/own-dear"]);
    expect(answer.status).toBe(502);
    expect(row).toMatchObject({ model: "sandbox/error-500", attempts: 1, cost_usd: "0.000000000" });
    const { row: saved } = await ask(["sandbox/error-500", "sandbox/own-dear", "sandbox/echo"]);
    expect(saved).toMatchObject({ model: "sandbox/echo", attempts: 2 });
    expect(saved.routing.tried?.map(({ model, failed }) => [model, failed])).toEqual([
      ["sandbox/error-500", "failed"],
      ["sandbox/own-dear", "wallet_refused"],
    ]);
  });
});

describe("what is used of a wallet", () => {
  it("moves requests to a cheaper model, which says so in the answer, the warnings and the log", async () => {
    const above = await make(founder, "/v1/wallets", { name: "Above", limit_usd: "0.000100", hard: false });
    const below = await make(founder, "/v1/wallets", { name: "Below", limit_usd: null, parent_id: above.id });
    const { key } = await make(founder, "/v1/keys", { name: "spender", wallet_id: below.id });
    const rule = await make(founder, RULES, {
      name: "Save",
      priority: 4,
      when: { wallet: z.string().parse(below.id) },
      then: { downgrade: { to: ["sandbox/free"], above_percent: 10 } },
    });
    const ask = () =>
      byKey(platform, z.string().parse(key)).call("POST", "/v1/chat/completions", {
        model: "sandbox/lorem",
        messages,
        max_tokens: 200,
      });
    // Rules of before may hold for a second more.
    const saved = await eventually(ask, ({ headers }) => headers.get("x-ao-route") === `${rule.id}; how=downgrade`);
    expectStatus(saved, 200);
    expect(saved.headers.get("x-ao-model")).toBe("sandbox/free");
    expect(saved.headers.get("x-ao-warnings")).toMatch(
      /sandbox\/free answers in place of sandbox\/lorem: [\d.]+ % of the wallet is used/,
    );
    const request_id = saved.headers.get("x-ao-request-id");
    const logged = await eventually(
      async () => rowsOf(await founder.call("GET", "/v1/requests")).find(({ id }) => id === request_id),
      (row) => row !== undefined,
    );
    expect(logged).toMatchObject({
      model: "sandbox/free",
      routing: { how: "downgrade", asked: "sandbox/lorem", wallet_used_percent: expect.any(Number) },
    });
  });

  it("is as given where it is explained, and so is the team", async () => {
    await make(founder, RULES, {
      name: "Team, late in the month",
      priority: 4,
      when: { team: "team_blue", wallet_used_percent: { gte: 90 }, region: "eu", estimated_cost_usd: { lt: "1" } },
      then: { model: "sandbox/free" },
    });
    const given = {
      request: { model: "sandbox/lorem", messages },
      team: "team_blue",
      cost_center: "4711",
      country: "DE",
      at: "2026-03-11T12:00:00Z",
    };
    expect(await explain({ ...given, wallet_used_percent: 90 })).toMatchObject({
      model: "sandbox/free",
      rule: { name: "Team, late in the month" },
      facts: {
        team: "team_blue",
        cost_center: "4711",
        regions: ["europe", "eu", "eea"],
        wallet_used_percent: 90,
        estimated_cost_usd: expect.stringMatching(/^0\.\d{9}$/),
      },
    });
    const less = await explain({ ...given, wallet_used_percent: 89 });
    expect(z.array(z.record(z.string(), z.unknown())).parse(less.considered)).toContainEqual(
      expect.objectContaining({ name: "Team, late in the month", failed: "wallet_used_percent" }),
    );
  });
});
