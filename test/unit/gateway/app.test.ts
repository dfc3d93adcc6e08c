import { beforeEach, describe, expect, it } from "vitest";
import { quietLogs, unanswered } from "./fixtures.ts";
import { type GatewayOptions, wholeGateway } from "./whole-gateway.ts";

beforeEach(() => {
  quietLogs();
});

describe("the front door", () => {
  it.each([
    ["GET", "/"],
    ["GET", "/keys?team=1"],
    ["GET", "/v1/keys"],
    ["POST", "/v1/keys"],
    ["PATCH", "/v1/providers/acme"],
    ["DELETE", "/v1/nothing"],
    ["POST", "/v1/auth/sign-in"],
    ["HEAD", "/logo.svg"],
    ["GET", "/v1/models/x"],
    ["GET", "/v1/chat/completions/"],
  ])("hands %s %s to the console, and its answer back", async (method, path) => {
    const gateway = await wholeGateway({
      console: () => new Response(method === "HEAD" ? null : "theirs", { status: 203, headers: { "x-theirs": "yes" } }),
    });
    const response = await gateway.fetch(path, { method });
    expect(response.status).toBe(203);
    expect(response.headers.get("x-theirs")).toBe("yes");
    expect(await response.text()).toBe(method === "HEAD" ? "" : "theirs");
    expect(gateway.forwarded.map((request) => [request.method, request.url])).toEqual([
      [method, `https://gateway.example${path}`],
    ]);
  });

  it("hands on exactly the headers and the body that came: nothing that the console could trust is ours", async () => {
    const gateway = await wholeGateway();
    const sent = {
      authorization: "Bearer x",
      cookie: "__Host-ao_session=forged",
      "content-type": "application/json",
      "x-ao-org": "org_2",
      "x-forwarded-for": "10.0.0.1",
    };
    await gateway.fetch("/v1/keys", { method: "POST", headers: sent, body: '{"a":1}' });
    const [request] = gateway.forwarded;
    expect(Object.fromEntries(request?.headers ?? [])).toEqual(sent);
    expect(await request?.text()).toBe('{"a":1}');
    expect(gateway.asked).toEqual([]);
  });

  it.each([
    ["GET", "/v1/chat/completions", "POST"],
    ["POST", "/v1/models", "GET"],
    ["DELETE", "/v1/wallet/balance", "GET"],
    ["GET", "/v1/providers/acme/test", "POST"],
    ["POST", "/openapi.json", "GET"],
  ])("answers %s %s itself: the path is ours, and takes %s", async (method, path, allow) => {
    const gateway = await wholeGateway();
    const response = await gateway.fetch(path, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe(allow);
    expect(gateway.forwarded).toEqual([]);
  });

  it("answers HEAD like GET, without a body", async () => {
    const gateway = await wholeGateway();
    const response = await gateway.fetch("/health", { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([200, ""]);
  });

  it("says so when the console does not answer: in our envelope to an API's caller, in words to a person", async () => {
    const gateway = await wholeGateway({ console: () => Promise.reject(new Error("no such worker: secret detail")) });
    const api = await gateway.fetch("/v1/keys");
    expect(api.status).toBe(503);
    expect(await api.json()).toMatchObject({ error: { code: "store_unavailable" } });
    const page = await gateway.fetch("/keys");
    expect([page.status, page.headers.get("content-type")]).toEqual([503, "text/plain; charset=utf-8"]);
    expect(await page.text()).toBe("The console does not answer. Try again.");
  });
});

describe("a blocked request", () => {
  it("is told to the audit chain: who, what, why, and nothing of the prompt", async () => {
    const gateway = await wholeGateway({ admit: { status: "frozen", wallet_id: "wal_1" } });
    await gateway.addProvider({ id: "acme" });
    const response = await gateway.post("/v1/chat/completions", {
      model: "gpt-4.1-nano",
      messages: [{ role: "user", content: "canary-prompt" }],
    });
    expect(response.status).toBe(403);
    await gateway.drained();
    expect(gateway.events).toMatchObject([
      {
        type: "request.blocked",
        org_id: gateway.org_id,
        actor: { type: "key", name: "App" },
        target: { type: "model", id: "acme/gpt-4.1-nano" },
        details: { code: "wallet_frozen", route: "/v1/chat/completions", count: 1 },
      },
    ]);
    expect(JSON.stringify(gateway.events)).not.toContain("canary");
  });

  it("by a key that was revoked is told too, on every route of ours", async () => {
    const gateway = await wholeGateway();
    gateway.d1.run("UPDATE api_keys SET revoked_at = 1");
    const response = await gateway.post("/v1/chat/completions", {});
    expect(response.status).toBe(401);
    await gateway.drained();
    expect(gateway.events).toMatchObject([{ target: null, details: { code: "invalid_api_key", model: null } }]);
  });

  it("by a key that may not use the model is told too, and one that is not valid is not", async () => {
    const gateway = await wholeGateway();
    await gateway.addProvider({ id: "acme" });
    gateway.d1.run(`UPDATE api_keys SET models = '["acme/gpt-5*"]'`);
    await gateway.post("/v1/chat/completions", { model: "acme/gpt-5" });
    await gateway.post("/v1/chat/completions", { model: "acme/nothing", messages: [{ role: "user", content: "x" }] });
    const asked = { model: "acme/gpt-4.1-nano", messages: [{ role: "user", content: "x" }] };
    await gateway.post("/v1/chat/completions", asked);
    await gateway.drained();
    expect(gateway.events).toMatchObject([{ target: { id: "acme/gpt-4.1-nano" }, details: { code: "forbidden" } }]);
    expect(gateway.events).toHaveLength(1);
  });
});

describe("what places no hold, and is asked with a key", () => {
  const ASKED = { model: "acme/gpt-4.1-nano", messages: [{ role: "user", content: "x" }] };
  const routes: readonly [path: string, body?: object, headers?: Readonly<Record<string, string>>][] = [
    ["/v1/models"],
    ["/v1/wallet/balance"],
    ["/v1/feedback", { request_id: `req_${"0".repeat(26)}`, score: 1 }],
    ["/v1/messages/count_tokens", ASKED],
    ["/v1/chat/completions", ASKED, { "x-ao-dry-run": "true" }],
  ];
  const asking = async (state_for: GatewayOptions["state_for"]) => {
    const gateway = await wholeGateway(state_for === undefined ? {} : { state_for });
    await gateway.addProvider({ id: "acme" });
    const ask = async ([path, body, headers = {}]: (typeof routes)[number]) => {
      const sent = { authorization: `Bearer ${gateway.key}`, "content-type": "application/json", ...headers };
      const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
      return (await gateway.fetch(path, { headers: sent, ...init })).status;
    };
    return { gateway, ask };
  };

  it.each(routes)(
    "%s is refused to a key that its wallet knows to be revoked, and the org is told",
    async (...route) => {
      const { gateway, ask } = await asking(async () => ({ status: "key_revoked" }));
      expect(await ask(route)).toBe(401);
      await gateway.drained();
      expect(gateway.events).toMatchObject([{ details: { code: "invalid_api_key", route: route[0] } }]);
    },
  );

  it.each(routes)("%s is not answered while the wallet does not say", async (...route) => {
    const { ask } = await asking(unanswered);
    expect(await ask(route)).toBe(503);
  });

  it.each(routes)("%s asks the wallet once", async (...route) => {
    const asked: string[] = [];
    const { ask } = await asking(async (key_id) => {
      asked.push(key_id);
      return { status: "key_revoked" };
    });
    await ask(route);
    expect(asked).toEqual([expect.stringMatching(/^key_whole_/)]);
  });
});
