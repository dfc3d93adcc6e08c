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
import { eventually } from "./support/money.ts";
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
    await make(founder, RULES, {
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
