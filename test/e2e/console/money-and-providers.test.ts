import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { serviceAccountKey } from "../../service-account-key.ts";
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
} from "../support/console.ts";
import { type FakeUpstream, startFakeUpstream } from "../support/fake-upstream.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";

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

const chat = (key: string, model = "sandbox/echo"): Promise<Answer> =>
  byKey(platform, key).call("POST", "/v1/chat/completions", { model, messages: [{ role: "user", content: "Hello!" }] });
const wallet = () => `/v1/wallets/${founder.wallet_id}`;
const patch = (body: object) => founder.call("PATCH", wallet(), body);

describe("a wallet", () => {
  it("obeys a change with the very next request: frozen, emptied, raised", async () => {
    expect((await chat(app)).status).toBe(200);
    expectStatus(await patch({ frozen: true }), 200);
    expect(codeOf(await chat(app))).toBe("wallet_frozen");
    expectStatus(await patch({ frozen: false, limit_usd: "0" }), 200);
    expect([(await chat(app)).status, (await founder.call("GET", wallet())).body]).toMatchObject([
      402,
      { available_usd: "0.000000000" },
    ]);
    expectStatus(await patch({ limit_usd: "25" }), 200);
    expect((await chat(app)).status).toBe(200);
  });

  it("leaves the console usable when it is empty", async () => {
    expectStatus(await patch({ limit_usd: "0" }), 200);
    const key = z
      .string()
      .parse((await make(founder, "/v1/keys", { name: "admin", wallet_id: founder.wallet_id, scopes: ["owner"] })).key);
    expect((await byKey(platform, key).call("PATCH", wallet(), { limit_usd: "25" })).status).toBe(200);
  });

  it("is changed by whoever read it last: a stale ETag is refused and changes nothing", async () => {
    const read = await founder.call("GET", wallet());
    const etag = read.headers.get("etag") ?? "";
    expectStatus(await founder.call("PATCH", wallet(), { name: "First" }, { "if-match": etag }), 200);
    const stale = await founder.call("PATCH", wallet(), { name: "Second" }, { "if-match": etag });
    expect([stale.status, codeOf(stale)]).toEqual([412, "precondition_failed"]);
    expect((await founder.call("GET", wallet())).body).toMatchObject({ name: "First" });
  });

  it("keeps every field of twenty changes at once, each with an entry of its own", async () => {
    const before = rowsOf(await founder.call("GET", `/v1/audit?action=wallet.updated&limit=100`)).length;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        patch(index % 2 === 0 ? { cost_center: `c${index}` } : { overdraft_percent: index }),
      ),
    );
    const done = answers.filter(({ status }) => status === 200).length;
    expect(answers.every(({ status }) => status === 200 || status === 412)).toBe(true);
    expect(done).toBeGreaterThan(0);
    const after = rowsOf(await founder.call("GET", `/v1/audit?action=wallet.updated&limit=100`)).length;
    expect(after - before).toBe(done);
    expectStatus(await patch({ overdraft_percent: 0 }), 200);
  });

  it("says which field is wrong and what it must be", async () => {
    const wrong: [object, string][] = [
      [{ limit_usd: "-1" }, "limit_usd"],
      [{ limit_usd: "1.0000000001" }, "limit_usd"],
      [{ limit_usd: "1e3" }, "limit_usd"],
      [{ limit_usd: true }, "limit_usd"],
      [{ period: "fortnight" }, "period"],
      [{ time_zone: "Mars/Olympus" }, "time_zone"],
      [{ thresholds: [0] }, "thresholds[0]"],
      [{ period: "week", start_day: 9 }, "start_day"],
      [{ parent_id: "wal_unknown" }, "parent_id"],
      [{ team_id: "team_unknown" }, "team_id"],
      [{ name: "" }, "name"],
      [{}, ""],
    ];
    for (const [body, param] of wrong) {
      const answer = await patch(body);
      const { error } = z.object({ error: z.looseObject({ param: z.string().nullable() }) }).parse(answer.body);
      expect([answer.status, error.param ?? ""]).toEqual([400, param]);
    }
  });

  it("lies below no wallet that lies below it", async () => {
    const top = await make(founder, "/v1/wallets", { name: "Top", limit_usd: null });
    const below = await make(founder, "/v1/wallets", { name: "Below", limit_usd: "1", parent_id: top.id });
    const circle = await founder.call("PATCH", `/v1/wallets/${top.id}`, { parent_id: below.id });
    expect([circle.status, messageOf(circle)]).toEqual([400, expect.stringContaining("below itself")]);
    expect((await founder.call("DELETE", `/v1/wallets/${top.id}`)).status).toBe(409);
  });

  it("is archived with its ledger once no key spends from it", async () => {
    const own = await make(founder, "/v1/wallets", { name: "Short-lived", limit_usd: "1" });
    const key = await make(founder, "/v1/keys", { name: "k", wallet_id: own.id });
    expect((await chat(z.string().parse(key.key))).status).toBe(200);
    expect((await founder.call("DELETE", `/v1/wallets/${own.id}`)).status).toBe(409);
    expectStatus(await founder.call("DELETE", `/v1/keys/${key.id}`), 204);
    expectStatus(await founder.call("DELETE", `/v1/wallets/${own.id}`), 204);
    const ledger = rowsOf(await founder.call("GET", `/v1/wallets/${own.id}/ledger`));
    expect(ledger.map(({ kind }) => kind)).toEqual(["charge", "limit"]);
    expect((await founder.call("POST", "/v1/keys", { name: "late", wallet_id: own.id })).status).toBe(400);
    const idsOf = async (query: string) => rowsOf(await founder.call("GET", `/v1/wallets${query}`)).map(({ id }) => id);
    expect(await idsOf("")).not.toContain(own.id);
    expect(await idsOf("?archived=true")).toContain(own.id);
  });

  it("shows its ledger page by page, and its books are right", async () => {
    for (let count = 0; count < 5; count += 1) await chat(app);
    const seen: unknown[] = [];
    let cursor: string | null = "";
    while (cursor !== null) {
      const page: Answer = await founder.call(
        "GET",
        `${wallet()}/ledger?limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`,
      );
      seen.push(...rowsOf(page).map(({ id }) => id));
      cursor = z.string().nullable().parse(page.body.next_cursor);
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.at(-1)).toBe(`${founder.wallet_id}:1`);
    expect((await founder.call("POST", `${wallet()}/audit`)).body).toEqual({ ok: true, problems: [] });
  });
});

describe("a provider", () => {
  const CANARY = "sk-canary-7f3a9c";
  let upstream: FakeUpstream;
  beforeAll(async () => {
    upstream = await startFakeUpstream();
    upstream.play({
      body: JSON.stringify({
        id: "chatcmpl-1",
        object: "chat.completion",
        created: 1,
        model: "m1",
        choices: [{ index: 0, message: { role: "assistant", content: "ok" }, finish_reason: "stop" }],
        usage: { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 },
      }),
    });
  });
  afterAll(() => upstream.close());

  it("serves with the next request after it was made, with the credential that was entered and at its price", async () => {
    const created = await founder.call("POST", "/v1/providers", {
      id: "mine",
      kind: "openai-compatible",
      base_url: `${upstream.url}/v1`,
      credential: { api_key: CANARY },
      models: [{ id: "m1", price: { input_usd_per_million: "1000", output_usd_per_million: "2000" } }],
    });
    expect([created.status, created.body]).toMatchObject([201, { id: "mine", has_credential: true }]);
    const answer = await chat(app, "mine/m1");
    expect(answer.status).toBe(200);
    expect(answer.headers.get("x-ao-cost-usd")).toBe("0.012000000");
    expect(upstream.requests.at(-1)?.headers.authorization).toBe(`Bearer ${CANARY}`);
  });

  it("is tested with one real call, which is paid for like any other", async () => {
    const before = upstream.requests.length;
    const tested = await founder.call("POST", "/v1/providers/mine/test");
    expect(tested.body).toMatchObject({ ok: true, model: "mine/m1" });
    expect(upstream.requests.length).toBe(before + 1);
    expect(rowsOf(await founder.call("GET", `${wallet()}/ledger?limit=1`))[0]).toMatchObject({ kind: "charge" });
    expect((await founder.call("POST", "/v1/providers/unknown/test")).status).toBe(404);
  });

  it("takes another credential without an interruption, and survives a new data key", async () => {
    expectStatus(await founder.call("PATCH", "/v1/providers/mine", { credential: { api_key: `${CANARY}-2` } }), 200);
    const rotated = expectStatus(await founder.call("POST", `/v1/orgs/${founder.org_id}/rotate-data-key`), 200);
    expect(rotated.body).toMatchObject({ resealed: 1 });
    expect((await founder.call("POST", "/v1/providers/mine/test")).body).toMatchObject({ ok: true });
    expect(upstream.requests.at(-1)?.headers.authorization).toBe(`Bearer ${CANARY}-2`);
  });

  it("shows its credential nowhere: not in an answer, the database, the audit log, an export or a log line", async () => {
    const failing = await founder.call("POST", "/v1/providers", {
      id: "wrong",
      kind: "openai",
      base_url: "ftp://example.com",
      credential: { api_key: CANARY },
    });
    expect(failing.status).toBe(400);
    const places = [
      failing.text,
      (await founder.call("GET", "/v1/providers")).text,
      (await founder.call("GET", "/v1/providers/mine")).text,
      (await founder.call("GET", "/v1/audit?limit=100")).text,
      (await founder.call("GET", "/v1/audit/export?format=csv")).text,
      JSON.stringify(await platform.query("SELECT * FROM providers")),
      JSON.stringify(await platform.query("SELECT * FROM audit_log")),
      platform.lines.join("\n"),
    ];
    for (const place of places) expect(place).not.toContain(CANARY);
  });

  it("is refused at addresses and with credentials that cannot be", async () => {
    const wrong: [object, string][] = [
      [{ id: "UPPER", kind: "sandbox" }, "id"],
      [{ id: "mine", kind: "sandbox" }, "id"],
      [{ id: "x", kind: "nonsense" }, "kind"],
      [{ id: "x", kind: "openai" }, "credential.api_key"],
      [{ id: "x", kind: "openai", credential: { key: "sk" } }, "credential"],
      [{ id: "x", kind: "openai-compatible" }, "base_url"],
      [{ id: "x", kind: "openai", credential: { api_key: "sk" }, base_url: "https://user:pw@example.com" }, "base_url"],
      [{ id: "x", kind: "openai", credential: { api_key: "a b" } }, "credential.api_key"],
      [{ id: "x", kind: "sandbox", models: [{ id: "m", price: {} }] }, "models[0].price"],
      [{ id: "x", kind: "sandbox", models: [{ id: "m" }] }, "models[0].price"],
      [{ id: "x", kind: "sandbox", models: [{ id: "m", base_model: "openai/none" }] }, "models[0].base_model"],
      [{ id: "x", kind: "sandbox", settings: { api_version: "2024-10-21" } }, "settings"],
      [{ id: "x", kind: "azure", base_url: "https://a.example" }, "credential"],
      [{ id: "x", kind: "azure", base_url: "https://a.example", credential: { tenant_id: "t" } }, "credential"],
      [{ id: "x", kind: "vertex" }, "credential.service_account_key"],
      [{ id: "x", kind: "vertex", credential: { service_account_key: "{}" } }, "credential.service_account_key"],
      [
        { id: "x", kind: "vertex", credential: { service_account_key: serviceAccountKey({ token_uri: "http://x" }) } },
        "credential.service_account_key",
      ],
      [
        {
          id: "x",
          kind: "vertex",
          credential: { service_account_key: serviceAccountKey() },
          settings: { region: "x.example/" },
        },
        "settings.region",
      ],
      [
        {
          id: "x",
          kind: "vertex",
          credential: { service_account_key: serviceAccountKey() },
          settings: { project: "a/b" },
        },
        "settings.project",
      ],
      [
        {
          id: "x",
          kind: "azure",
          base_url: "https://a.example",
          credential: { api_key: "k" },
          settings: { api_version: "9" },
        },
        "settings.api_version",
      ],
      [
        { id: "x", kind: "sandbox", models: [{ id: "m", price: { input_usd_per_million: "-1" } }] },
        "models[0].price.input_usd_per_million",
      ],
    ];
    for (const [body, param] of wrong) {
      const answer = await founder.call("POST", "/v1/providers", body);
      const { error } = z.object({ error: z.looseObject({ param: z.string().nullable() }) }).parse(answer.body);
      expect([[400, 409].includes(answer.status), error.param]).toEqual([true, param]);
    }
  });

  it("of Azure is reached at the deployment's own path once an administrator sets an API version", async () => {
    const account = {
      id: "azure",
      kind: "azure",
      base_url: upstream.url,
      credential: { api_key: CANARY },
      models: [{ id: "ours", base_model: "openai/gpt-5-mini" }],
    };
    expect((await founder.call("POST", "/v1/providers", account)).status).toBe(201);
    const first = await chat(app, "azure/ours");
    // Ten tokens and one, at the prices of the model that the deployment is: 0.25 and 2 dollars per million.
    expect([first.status, first.headers.get("x-ao-cost-usd")]).toEqual([200, "0.000004500"]);
    const settings = { api_version: "2024-10-21" };
    const changed = expectStatus(await founder.call("PATCH", "/v1/providers/azure", { settings }), 200);
    expect(changed.body).toMatchObject({ settings });
    await expect
      .poll(
        async () => {
          await chat(app, "azure/ours");
          return upstream.requests.slice(-1).map(({ path, headers }) => [path, headers["api-key"]])[0];
        },
        { timeout: 30_000, interval: 500 },
      )
      .toEqual(["/openai/deployments/ours/chat/completions?api-version=2024-10-21", CANARY]);
    expect((await founder.call("GET", "/v1/audit?action=provider.updated&limit=5")).text).toContain("2024-10-21");
  });

  it("of Vertex AI is reached with a token for its service account, or says what is wrong with it", async ({
    onTestFinished,
  }) => {
    const google = await startFakeUpstream();
    onTestFinished(() => google.close());
    const account = {
      id: "vertex",
      kind: "vertex",
      base_url: google.url,
      settings: { region: "europe-west4", project: "other-project" },
      credential: { service_account_key: serviceAccountKey() },
      models: [
        {
          id: "gemini-2.5-flash",
          price: { input_usd_per_million: "1", output_usd_per_million: "2" },
          max_output_tokens: 50,
        },
      ],
    };
    google.play({ status: 401, body: '{"error":"invalid_client"}' });
    expect((await founder.call("POST", "/v1/providers", account)).status).toBe(201);
    const refused = await chat(app, "vertex/gemini-2.5-flash");
    expect([refused.status, codeOf(refused)]).toEqual([502, "upstream_auth_failed"]);
    expect(messageOf(refused)).toContain("make a new JSON key");
    const answer = {
      candidates: [{ content: { parts: [{ text: "Hi" }] }, finishReason: "STOP" }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 3 },
    };
    google.play({ body: JSON.stringify({ access_token: CANARY, expires_in: 3_600, ...answer }) });
    const first = await chat(app, "vertex/gemini-2.5-flash");
    expect([first.status, first.headers.get("x-ao-cost-usd")]).toEqual([200, "0.000016000"]);
    expect((await chat(app, "vertex/gemini-2.5-flash")).status).toBe(200);
    const path = "/v1/projects/other-project/locations/europe-west4/publishers/google/models/gemini-2.5-flash";
    expect(google.requests.map((one) => [one.path, one.headers.authorization])).toEqual([
      ["/token", undefined],
      [`${path}:generateContent`, `Bearer ${CANARY}`],
      [`${path}:generateContent`, `Bearer ${CANARY}`],
    ]);
    const places = [JSON.stringify(await platform.query("SELECT * FROM providers")), platform.lines.join("\n")];
    for (const place of places) expect(place).not.toContain("PRIVATE KEY");
  });

  it("has models that say what they can do", async () => {
    const rates = { input_usd_per_million: "1" };
    await make(founder, "/v1/prices", { provider_id: "mine", model: "e1", rates, capabilities: ["embeddings"] });
    expect(rowsOf(await founder.call("GET", "/v1/prices?model=e1"))[0]).toMatchObject({ capabilities: ["embeddings"] });
    const refused = await chat(app, "mine/e1");
    expect([refused.status, messageOf(refused)]).toEqual([400, expect.stringContaining("e1")]);
    const wrong = await founder.call("POST", "/v1/prices", { provider_id: "mine", model: "e2", base_model: "none" });
    expect(wrong.status).toBe(400);
  });

  it("changes a price from a moment on, keeps the old one, and withdraws a model", async () => {
    const rates = { input_usd_per_million: "2000", output_usd_per_million: "4000" };
    await make(founder, "/v1/prices", { provider_id: "mine", model: "m2", rates });
    expect((await chat(app, "mine/m2")).headers.get("x-ao-cost-usd")).toBe("0.024000000");
    const later = await make(founder, "/v1/prices", {
      provider_id: "mine",
      model: "m2",
      rates,
      effective_from: new Date(Date.now() + 3_600_000).toISOString(),
    });
    expect(
      (
        await founder.call("POST", "/v1/prices", {
          provider_id: "mine",
          model: "m2",
          rates,
          effective_from: "2020-01-01T00:00:00Z",
        })
      ).status,
    ).toBe(400);
    expectStatus(await founder.call("DELETE", `/v1/prices/${later.id}`), 204);
    const [now] = rowsOf(await founder.call("GET", "/v1/prices?provider_id=mine&model=m2"));
    expect((await founder.call("DELETE", `/v1/prices/${now?.id}`)).status).toBe(409);
    await make(founder, "/v1/prices", { provider_id: "mine", model: "m2", withdrawn: true });
    const models = z.object({ data: z.array(z.object({ id: z.string() })) });
    await expect
      .poll(
        async () => models.parse((await byKey(platform, app).call("GET", "/v1/models")).body).data.map(({ id }) => id),
        { timeout: 30_000, interval: 500 },
      )
      .not.toContain("mine/m2");
  });
});

describe("a provider that is deleted", () => {
  const rates = { input_usd_per_million: "2000", output_usd_per_million: "4000" };
  const provider = { id: "gone", kind: "sandbox" };
  const priceOf = (model: string, more: object = {}) =>
    make(founder, "/v1/prices", { provider_id: "gone", model, upstream_id: "echo", rates, ...more });
  const listed = async (query = "") => rowsOf(await founder.call("GET", `/v1/prices?provider_id=gone${query}`));

  it("takes its own prices with it: charges are still explained, and one made anew begins without them", async () => {
    await make(founder, "/v1/providers", provider);
    const used = await priceOf("m");
    await priceOf("m", { effective_from: new Date(Date.now() + 3_600_000).toISOString() });
    await priceOf("echo", { withdrawn: true });
    const charged = expectStatus(await chat(app, "gone/m"), 200);
    const request_id = charged.headers.get("x-ao-request-id");
    expectStatus(await founder.call("DELETE", "/v1/providers/gone"), 204);

    expect(await listed()).toEqual([]);
    const kept = await listed("&retired=true");
    expect(kept.map(({ model }) => model).sort()).toEqual(["echo", "m"]);
    for (const { retired_at } of kept) expect(retired_at).toMatch(/^\d{4}-/);
    const body = { provider_id: "gone", model: "m", rates };
    expect((await founder.call("POST", "/v1/prices", body)).status).toBe(400);

    await make(founder, "/v1/providers", provider);
    await expect.poll(async () => codeOf(await chat(app, "gone/m")), { timeout: 30_000 }).toBe("model_not_found");
    // It was withdrawn from the one before; the price list's model is there again.
    expectStatus(await chat(app, "gone/echo"), 200);
    const anew = await priceOf("m");
    expect((await listed()).map(({ id }) => id)).toEqual([anew.id]);

    const explained = async () => (await founder.call("GET", `/v1/requests/${request_id}`)).body.price;
    await expect
      .poll(explained, { timeout: 30_000 })
      .toMatchObject({ id: used.id, source: "organisation", sum_usd: charged.headers.get("x-ao-cost-usd") });
  });
});

describe("what is too much for one entry", () => {
  it("is still changed and told: long lists are named by their size", async () => {
    const models = Array.from({ length: 100 }, (_, index) => `openai/${"x".repeat(180)}-${index}`);
    const key = await make(founder, "/v1/keys", { name: "many", wallet_id: founder.wallet_id, models });
    const [entry] = rowsOf(await founder.call("GET", `/v1/audit?target_id=${key.id}`));
    expect(JSON.stringify(entry?.details)).toContain("not kept");
  });

  it("a model that is named twice is refused before anything is written", async () => {
    const price = { input_usd_per_million: "1" };
    const body = {
      id: "twice",
      kind: "sandbox",
      models: [
        { id: "m", price },
        { id: "m", price },
      ],
    };
    const answer = await founder.call("POST", "/v1/providers", body);
    expect([answer.status, messageOf(answer)]).toEqual([400, expect.stringContaining("twice")]);
    expect((await founder.call("GET", "/v1/providers/twice")).status).toBe(404);
  });
});
