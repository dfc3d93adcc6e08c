import { beforeEach, describe, expect, it } from "vitest";
import { catalogueOf } from "../../../../schema/pricing/catalogue.ts";
import { priceAt } from "../../../../schema/pricing/select-price.ts";
import { cheapestModel } from "../../../../workers/gateway/pipeline/test-provider.ts";
import { model, NOON, PRICE, quietLogs } from "../fixtures.ts";
import { wholeGateway } from "../whole-gateway.ts";

beforeEach(() => {
  quietLogs();
});

const TEST = "/v1/providers/acme/test";
const OPENAI = { id: "acme", kind: "openai" } as const;

async function tested(options: Parameters<typeof wholeGateway>[0] = {}, row: object = {}, body?: unknown) {
  const gateway = await wholeGateway(options);
  await gateway.addProvider({ ...OPENAI, ...row });
  const response = await gateway.post(TEST, body);
  const answer: unknown = await response.json();
  await gateway.drained();
  return { ...gateway, status: response.status, answer };
}

describe("a test of a provider", () => {
  it("is one small completion with the stored credential, and says what it cost", async () => {
    const { status, answer, called, settled } = await tested();
    expect(status).toBe(200);
    expect(called).toHaveLength(1);
    expect(called[0]?.url).toBe("https://api.openai.com/v1/chat/completions");
    expect(called[0]?.headers.get("authorization")).toBe("Bearer sk-canary-0123456789");
    expect(called[0]?.body).toMatchObject({
      messages: [{ role: "user", content: "Reply with: ok" }],
      max_tokens: 16,
    });
    expect(answer).toMatchObject({
      ok: true,
      latency_ms: expect.any(Number),
      cost_usd: expect.stringMatching(/^0\.0000/),
    });
    expect(JSON.stringify(answer)).not.toContain("canary");
    expect(settled[0]?.cost_nano_usd).toBeGreaterThan(0);
  });

  it("is asked of the console first, with what it is about to do, and charged to whom that names", async () => {
    const { steps, asked, admitted } = await tested({}, {}, { model: "acme/gpt-4.1-nano" });
    expect(steps[0]).toBe("authorize");
    expect(asked[0]).toMatchObject({
      method: "POST",
      url: `https://gateway.example${TEST}`,
      permission: "providers:test",
      request_id: expect.stringMatching(/^req_/),
      audit: {
        action: "provider.tested",
        target: { type: "provider", id: "acme" },
        details: { model: "acme/gpt-4.1-nano" },
      },
    });
    expect(asked[0]?.headers).toContainEqual(["content-type", "application/json"]);
    expect(admitted[0]?.context).toMatchObject({
      key_id: "usr_1",
      route: "/v1/providers/{id}/test",
      model: "acme/gpt-4.1-nano",
    });
  });

  it("does nothing when the console refuses, or does not answer", async () => {
    const refused = await tested({ authorize: () => ({ status: "refused", refusal: { code: "not_signed_in" } }) });
    expect(refused.status).toBe(401);
    expect(refused.answer).toMatchObject({ error: { code: "not_signed_in" } });
    const down = await tested({ authorize: () => Promise.reject(new Error("down")) });
    expect(down.status).toBe(503);
    expect(down.answer).toMatchObject({ error: { code: "store_unavailable" } });
    expect([...refused.steps, ...down.steps]).toEqual(["authorize", "authorize"]);
  });

  it("sends the bound under the name that the model takes", async () => {
    const { called } = await tested({}, {}, { model: "gpt-5-nano" });
    expect(called[0]?.body).toMatchObject({ max_completion_tokens: 16 });
    expect(called[0]?.body).not.toHaveProperty("max_tokens");
  });

  it("works for a provider that is disabled: one tries it before it is used", async () => {
    const { answer } = await tested({}, { enabled: 0 });
    expect(answer).toMatchObject({ ok: true });
  });

  it("sees what has just been changed, whatever requests were served meanwhile", async () => {
    const gateway = await wholeGateway();
    await gateway.addProvider(OPENAI);
    await gateway.post(TEST);
    gateway.d1.run("UPDATE providers SET base_url = 'https://moved.example/v1'");
    await gateway.post(TEST);
    expect(gateway.called.map(({ url }) => new URL(url).host)).toEqual(["api.openai.com", "moved.example"]);
  });

  it("of a provider that the org does not have is a 404", async () => {
    const gateway = await wholeGateway();
    gateway.d1.insert("orgs", { id: "org_other", name: "Other", created_at: 0 });
    await gateway.addProvider({ ...OPENAI, org_id: "org_other" });
    for (const id of ["acme", "nothing", "a%2Fb", encodeURIComponent("'; DROP TABLE orgs")]) {
      const response = await gateway.post(`/v1/providers/${id}/test`);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: { code: "not_found" } });
    }
    expect(gateway.called).toEqual([]);
  });

  it.each<[string, RequestInit]>([
    ["without a body", { method: "POST" }],
    ["with an empty one", { method: "POST", body: "", headers: { "content-type": "application/json" } }],
    ["with an object", { method: "POST", body: "{}", headers: { "content-type": "application/json" } }],
  ])("takes a request %s", async (_, init) => {
    const gateway = await wholeGateway();
    await gateway.addProvider(OPENAI);
    expect(await (await gateway.fetch(TEST, init)).json()).toMatchObject({ ok: true });
  });

  it.each([[{ model: 5 }], [{ model: "" }], [[]]])("refuses the body %j before anything is done", async (body) => {
    const { status, steps } = await tested({}, {}, body);
    expect(status).toBe(400);
    expect(steps).toEqual([]);
  });
});

describe("a test that fails", () => {
  it.each<[string, Parameters<typeof wholeGateway>[0], object, unknown, string]>([
    [
      "because the provider refuses",
      { upstream: () => Response.json({}, { status: 401 }) },
      {},
      {},
      "upstream_auth_failed",
    ],
    ["because it cannot be reached", { upstream: () => Promise.reject(new TypeError("x")) }, {}, {}, "upstream_error"],
    ["because of the wallet", { admit: { status: "frozen", wallet_id: "wal_1" } }, {}, {}, "wallet_frozen"],
    ["because there is no wallet", { wallet_id: null }, {}, {}, "no_wallet"],
    ["because there is no such model", {}, {}, { model: "gpt-99" }, "model_not_found"],
    ["because the model does not chat", {}, {}, { model: "text-embedding-3-small" }, "invalid_request"],
    [
      "because nothing has a price",
      {},
      { kind: "openai-compatible", base_url: "https://a.example" },
      {},
      "model_unpriced",
    ],
    ["because there is no base URL", {}, { kind: "openai-compatible" }, {}, "no_provider_available"],
    [
      "because the credential does not open",
      {},
      { credential: "v1.AAAAAAAAAAAAAAAA.AAAA" },
      {},
      "no_provider_available",
    ],
  ])("%s is an answer and says why", async (_, options = {}, row, body, code) => {
    const gateway = await wholeGateway(options);
    await gateway.addProvider({ ...OPENAI, ...row });
    const response = await gateway.post(TEST, body);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      ok: false,
      error: { code, message: expect.stringMatching(/.{10}/) },
    });
  });
});

describe("the model of a test", () => {
  const rate = (input: number, output: number) => [{ ...PRICE, rates: { input, output } }];

  it("is the cheapest by prompt and answer together, and none that only thinks where another is", () => {
    const models = new Map([
      ["dear", model({ prices: rate(9, 9) })],
      ["cheap", model({ prices: rate(5, 1) })],
      ["cheap-too", model({ prices: rate(1, 5) })],
      ["thinks", model({ prices: rate(1, 1), capabilities: ["chat", "reasoning"] })],
      ["embeds", model({ prices: rate(0, 0), capabilities: ["embeddings"] })],
      ["unpriced", model({ prices: [] })],
      ["half-priced", model({ prices: [{ ...PRICE, rates: { input: 0 } }] })],
      ["later", model({ prices: [{ ...PRICE, effective_from: NOON + 1, rates: { input: 0, output: 0 } }] })],
    ]);
    expect(cheapestModel(models, NOON)?.name).toBe("cheap");
    expect(cheapestModel(new Map([["thinks", model({ capabilities: ["chat", "reasoning"] })]]), NOON)?.name).toBe(
      "thinks",
    );
    expect(cheapestModel(new Map(), NOON)).toBeNull();
  });

  it.each(["openai", "anthropic"] as const)("is there for %s, at a price of this day", (kind) => {
    const models = new Map(catalogueOf(kind).models.map((known) => [known.upstream_id, known]));
    const found = cheapestModel(models, Date.UTC(2026, 10, 26));
    expect(priceAt(found?.model.prices ?? [], Date.UTC(2026, 10, 26))).not.toBeNull();
  });
});
