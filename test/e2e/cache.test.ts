import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { type Answer, byKey, expectStatus, type Founder, make, rowsOf, signUp } from "./support/console.ts";
import { eventually } from "./support/money.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";

/** The response cache on the running platform: what callers see of it, and what it does to money. */

const METRICS_TOKEN = "a-token-for-the-scraper";

let platform: TestPlatform;
let founder: Founder;
let app: string;
/** What was answered before there was a setting. */
let unset: Answer;

beforeAll(async () => {
  platform = await startPlatform({
    args: ["--no-demo"],
    vars: { AO_SNAPSHOT_MS: "0", AO_CACHE_BUDGET_MS: "2000", AO_METRICS_TOKEN: METRICS_TOKEN },
  });
  founder = await signUp(platform);
  await make(founder, "/v1/providers", { id: "sandbox", kind: "sandbox" });
  app = z.string().parse((await make(founder, "/v1/keys", { name: "app", wallet_id: founder.wallet_id })).key);
  unset = await ask("Before any setting");
  await set({ scope: "org", mode: "exact" });
});
afterAll(() => platform.dispose());

const set = async (body: object) => expectStatus(await founder.call("PUT", "/v1/cache/settings", body), 200);
const ask = (content: string, more: object = {}, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  byKey(platform, app).call(
    "POST",
    "/v1/chat/completions",
    { model: "sandbox/lorem", messages: [{ role: "user", content }], max_tokens: 30, ...more },
    headers,
  );
const statusOf = ({ headers }: Answer): string | null => headers.get("x-ao-cache");
/** Asks until the answer of before is kept, which is done behind it. */
const askedAgain = (content: string, more: object = {}) =>
  eventually(
    () => ask(content, more),
    (answer) => statusOf(answer) === "hit-exact",
    5_000,
  );

const answered = z.object({
  choices: z.tuple([z.object({ message: z.object({ content: z.string() }), finish_reason: z.string() })]),
  usage: z.object({ prompt_tokens: z.int(), completion_tokens: z.int() }),
});
const saidBy = ({ body }: Answer) => answered.parse(body);

describe("the exact cache", () => {
  it("is off until a setting says so", () => {
    expect(unset.status).toBe(200);
    expect(statusOf(unset)).toBeNull();
  });

  it("answers the same request again, for nothing, and says what that saved", async () => {
    const first = expectStatus(await ask("What is a cache?"), 200);
    expect(statusOf(first)).toBe("miss");
    const again = expectStatus(await askedAgain("What is a cache?"), 200);
    expect(again.headers.get("x-ao-cost-usd")).toBe("0.000000000");
    expect(again.headers.get("x-ao-cache-saved-usd")).toBe(first.headers.get("x-ao-cost-usd"));
    expect(again.headers.get("x-ao-cache-age")).toMatch(/^\d+$/);
    expect(saidBy(again)).toEqual(saidBy(first));
    const row = await eventually(
      async () =>
        rowsOf(await founder.call("GET", "/v1/requests")).find(({ id }) => id === again.headers.get("x-ao-request-id")),
      (found) => found !== undefined,
    );
    expect(row).toMatchObject({ cost_usd: "0.000000000", attempts: 0 });
    const logged = expectStatus(await founder.call("GET", `/v1/requests/${row?.id}`), 200).body;
    // The row of a request that looked for an answer in vain says neither whose nor how old.
    const source = first.headers.get("x-ao-request-id");
    expect(logged).toMatchObject({ cache: "hit-exact", cache_score: 1, cache_reason: null, cache_request_id: source });
    const age_ms = z.int().parse(z.object({ cache_age_ms: z.unknown() }).parse(logged).cache_age_ms);
    expect(String(Math.floor(age_ms / 1000))).toBe(again.headers.get("x-ao-cache-age"));
    expect((await founder.call("GET", `/v1/requests/${source}`)).body).toMatchObject({
      cache: "miss",
      cache_reason: null,
      cache_age_ms: null,
      cache_request_id: null,
    });
  });
});

const openAi = () => new OpenAI({ apiKey: app, baseURL: `${platform.url}/v1`, maxRetries: 0 });
const anthropic = () => new Anthropic({ apiKey: app, baseURL: platform.url, maxRetries: 0 });

describe("another dialect, or a stream", () => {
  const QUESTION = "Which dialect was this kept in?";
  const messages = [{ role: "user" as const, content: QUESTION }];

  it("is answered from what was kept for a whole answer, as OpenAI's SDK reads it, with usage as it was asked for", async () => {
    const whole = saidBy(expectStatus(await ask(QUESTION), 200));
    expect(saidBy(await askedAgain(QUESTION))).toEqual(whole);
    const body = { model: "sandbox/lorem", messages, max_tokens: 30, stream: true } as const;
    const { data: stream, response } = await openAi()
      .chat.completions.create({ ...body, stream_options: { include_usage: true } })
      .withResponse();
    expect(response.headers.get("x-ao-cache")).toBe("hit-exact");
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    const [choice] = whole.choices;
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? "").join("")).toBe(choice.message.content);
    expect(chunks.flatMap((chunk) => chunk.choices[0]?.finish_reason ?? [])).toEqual([choice.finish_reason]);
    expect(chunks.at(-1)?.usage).toMatchObject(whole.usage);
    const quiet = await openAi().chat.completions.create(body);
    for await (const chunk of quiet) expect(chunk).not.toHaveProperty("usage");
  });

  it("is answered as Anthropic's SDK reads it, whole and as a stream", async () => {
    const whole = saidBy(await askedAgain(QUESTION));
    const body = { model: "sandbox/lorem", messages, max_tokens: 30 };
    const { data: message, response } = await anthropic().messages.create(body).withResponse();
    expect(response.headers.get("x-ao-cache")).toBe("hit-exact");
    expect(message.content).toMatchObject([{ type: "text", text: whole.choices[0].message.content }]);
    expect(message.usage).toMatchObject({ output_tokens: whole.usage.completion_tokens });
    const stream = anthropic().messages.stream(body);
    expect((await stream.withResponse()).response.headers.get("x-ao-cache")).toBe("hit-exact");
    expect(await stream.finalText()).toBe(whole.choices[0].message.content);
  });

  it("is kept from a stream, and serves whole answers of Completions and Responses", async () => {
    const content = "Kept from a stream";
    const stream = await openAi().chat.completions.create({
      model: "sandbox/lorem",
      messages: [{ role: "user", content }],
      max_tokens: 30,
      stream: true,
    });
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    const whole = saidBy(await askedAgain(content));
    expect(whole.choices[0].message.content).toBe(text);
    const old = await byKey(platform, app).call("POST", "/v1/completions", {
      model: "sandbox/lorem",
      prompt: content,
      max_tokens: 30,
    });
    expect(statusOf(old)).toBe("hit-exact");
    expect(old.body).toMatchObject({ choices: [{ text }] });
    const responses = openAi().responses;
    const { data, response } = await responses
      .create({ model: "sandbox/lorem", input: content, max_output_tokens: 30 })
      .withResponse();
    expect(response.headers.get("x-ao-cache")).toBe("hit-exact");
    expect(data.output_text).toBe(text);
  });
});

describe("embeddings", () => {
  it("are kept as the text that was sent, for each encoding by itself", async () => {
    const embed = (more: object = {}) =>
      byKey(platform, app).call("POST", "/v1/embeddings", {
        model: "sandbox/embed",
        input: "A text to embed",
        ...more,
      });
    const first = expectStatus(await embed(), 200);
    const again = await eventually(embed, (answer) => statusOf(answer) === "hit-exact", 5_000);
    expect(again.text).toBe(first.text);
    expect(statusOf(await embed({ encoding_format: "base64" }))).toBe("miss");
  });
});

describe("a caller", () => {
  it("gets an answer of the provider's own where it asks for one, which no-cache keeps and no-store does not", async () => {
    const content = "Fresh, please";
    expect(statusOf(await ask(content, {}, { "x-ao-cache": "bypass" }))).toBe("bypass");
    expect(statusOf(await ask(content, {}, { "cache-control": "max-age=0, no-store" }))).toBe("bypass");
    expect(statusOf(await ask(content))).toBe("miss");
    await askedAgain(content);
    expect(statusOf(await ask(content, {}, { "cache-control": "no-cache" }))).toBe("bypass");
  });

  it("gets the first answer again for its idempotency key, also where that came from the cache", async () => {
    const content = "Once and for all";
    await ask(content);
    await askedAgain(content);
    const headers = { "idempotency-key": "cached-1" };
    const first = await ask(content, {}, headers);
    expect(statusOf(first)).toBe("hit-exact");
    const again = await ask(content, {}, headers);
    expect(again.text).toBe(first.text);
    expect(again.headers.get("x-ao-idempotent-replay")).toBe("true");
  });

  it("has hits counted in its rate limits", async () => {
    const content = "How often may I ask?";
    await ask(content);
    await askedAgain(content);
    const limited = { name: "limited", wallet_id: founder.wallet_id, requests_per_minute: 2 };
    const key = z.string().parse((await make(founder, "/v1/keys", limited)).key);
    const statuses = [];
    for (let time = 0; time < 3; time += 1) statuses.push((await askAs(key, content)).status);
    expect(statuses).toEqual([200, 200, 429]);
  });

  it("is refused by an empty wallet as ever, though the answer is there", async () => {
    const content = "Who pays for this?";
    await ask(content);
    await askedAgain(content);
    const wallet = await make(founder, "/v1/wallets", { name: "empty", limit_usd: "0", period: "none" });
    const { key } = await make(founder, "/v1/keys", { name: "poor", wallet_id: wallet.id });
    const body = { model: "sandbox/lorem", messages: [{ role: "user", content }], max_tokens: 30 };
    const answer = await byKey(platform, z.string().parse(key)).call("POST", "/v1/chat/completions", body);
    expect(answer.status).toBe(402);
  });
});

describe("what is never kept", () => {
  const neverHit = async (content: string, more: object = {}) => {
    const statuses = [];
    for (let time = 0; time < 3; time += 1) statuses.push(statusOf(await ask(content, more)));
    return statuses;
  };

  it("is a request with a secret or personal data, an answer to several choices, and a failed one", async () => {
    expect(await neverHit("Write to ann@example.com")).toEqual(["bypass", "bypass", "bypass"]);
    expect(await neverHit("Several", { n: 2 })).toEqual(["bypass", "bypass", "bypass"]);
    const failing = { model: "sandbox/error-500" };
    const first = await ask("Fail", failing);
    expect(first.status).toBeGreaterThanOrEqual(400);
    expect((await ask("Fail", failing)).status).toBe(first.status);
  });
});

/** A team of an org with a wallet and a key of its own. */
async function teamWithKey(by: Founder, name: string) {
  const team = await make(by, "/v1/teams", { name });
  const wallet = await make(by, "/v1/wallets", { name, team_id: team.id, limit_usd: "10", period: "none" });
  const key = await make(by, "/v1/keys", { name, wallet_id: wallet.id });
  return { team_id: team.id, wallet_id: wallet.id, key_id: key.id, key: z.string().parse(key.key) };
}

const askAs = (key: string, content: string, headers: Readonly<Record<string, string>> = {}) =>
  byKey(platform, key).call(
    "POST",
    "/v1/chat/completions",
    { model: "sandbox/lorem", messages: [{ role: "user", content }], max_tokens: 30 },
    headers,
  );

describe("two tenants and two teams", () => {
  const ROUTES: Readonly<Record<string, object>> = {
    "/v1/chat/completions": { messages: [{ role: "user", content: "Whose is it?" }], max_tokens: 20 },
    "/v1/completions": { prompt: "Whose is this?", max_tokens: 20 },
    "/v1/messages": { messages: [{ role: "user", content: "Whose are they?" }], max_tokens: 20 },
    "/v1/responses": { input: "Whose are these?", max_output_tokens: 20 },
    "/v1/embeddings": { model: "sandbox/embed", input: "Whose?" },
  };

  let keys: { readonly one: string; readonly two: string; readonly foreign: string };
  beforeAll(async () => {
    const other = await signUp(platform);
    await make(other, "/v1/providers", { id: "sandbox", kind: "sandbox" });
    expectStatus(await other.call("PUT", "/v1/cache/settings", { scope: "org", mode: "both", threshold: 0.8 }), 200);
    keys = {
      one: (await teamWithKey(founder, "one")).key,
      two: (await teamWithKey(founder, "two")).key,
      foreign: (await teamWithKey(other, "foreign")).key,
    };
  });

  it.for(Object.entries(ROUTES))("never share an answer of %s", async ([path, body]) => {
    const post = (key: string) => byKey(platform, key).call("POST", path, { model: "sandbox/lorem", ...body });
    await eventually(
      () => post(keys.one),
      (answer) => statusOf(answer) === "hit-exact",
      5_000,
    );
    expect(statusOf(await post(keys.two))).toBe("miss");
    // What it asked itself before may be near: that is vetoed.
    expect(statusOf(await post(keys.foreign))).not.toMatch(/^hit/);
  });
});

describe("the most specific setting", () => {
  it("counts: a key's before its team's, and that before the org's; without it the wider one holds again", async () => {
    const { team_id, key_id, key } = await teamWithKey(founder, "specific");
    await set({ scope: "team", team_id, mode: "off" });
    await eventually(
      () => askAs(key, "specific"),
      (answer) => statusOf(answer) === null,
    );
    await set({ scope: "key", key_id, mode: "exact", hit_price_percent: 50, models: ["sandbox/lor*"] });
    const hit = await eventually(
      () => askAs(key, "specific"),
      (answer) => statusOf(answer) === "hit-exact",
    );
    const full = Number(hit.headers.get("x-ao-cost-usd")) + Number(hit.headers.get("x-ao-cache-saved-usd"));
    expect(Number(hit.headers.get("x-ao-cost-usd"))).toBeCloseTo(full / 2, 8);
    const settings = rowsOf(await founder.call("GET", "/v1/cache/settings"));
    expect(settings).toContainEqual(expect.objectContaining({ scope: "key", key_id, hit_price_percent: 50 }));
    for (const { id } of settings.filter((row) => row.key_id === key_id || row.team_id === team_id)) {
      expectStatus(await founder.call("DELETE", `/v1/cache/settings/${id}`), 204);
    }
    const [free] = [
      await eventually(
        () => askAs(key, "specific"),
        ({ headers }) => headers.get("x-ao-cost-usd") === "0.000000000",
      ),
    ];
    expect(statusOf(free)).toBe("hit-exact");
  });

  it.for([
    [{ scope: "team", mode: "exact" }, "team_id"],
    [{ scope: "org", mode: "exact", team_id: "team_1" }, "team_id"],
    [{ scope: "key", mode: "exact", key_id: "key_nobodys" }, "key_id"],
    [{ scope: "org", mode: "sometimes" }, "mode"],
    [{ scope: "org", mode: "both", threshold: 0.1 }, "threshold"],
    [{ scope: "org", mode: "both", ttl_ms: 1 }, "ttl_ms"],
    [{ scope: "org", mode: "both", routes: ["/v1/models"] }, "routes[0]"],
  ] as const)("that is wrong is refused by the field: %o", async ([body, param]) => {
    const answer = await founder.call("PUT", "/v1/cache/settings", body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({ error: { param } });
  });
});

describe("by meaning", () => {
  it("a question in other words is answered, a near one is not, and what is refused says why", async () => {
    const { team_id, key } = await teamWithKey(founder, "meaning");
    await set({ scope: "team", team_id, mode: "both" });
    const first = await askAs(key, "How tall is the tower of the town hall");
    const again = await eventually(
      () => askAs(key, "how tall is the tower of the town hall?"),
      (answer) => statusOf(answer) === "hit-semantic",
      10_000,
    );
    expect(Number(again.headers.get("x-ao-cache-score"))).toBeGreaterThanOrEqual(0.92);
    expect(saidBy(again)).toEqual(saidBy(first));
    const near = await askAs(key, "How old is the tower of the town hall");
    expect(["miss", "refused"]).toContain(statusOf(near));
  });

  it("in shadow nothing is served, and the report says what would have been", async () => {
    const { team_id, key } = await teamWithKey(founder, "shadow");
    await set({ scope: "team", team_id, mode: "shadow" });
    await askAs(key, "Is anybody there");
    const report = await eventually(
      async () => {
        expect(statusOf(await askAs(key, "is anybody there?"))).not.toMatch(/^hit/);
        return (await founder.call("GET", `/v1/cache/shadow?namespace=${team_id}`)).body;
      },
      ({ exact }) => z.object({ would_serve: z.int() }).parse(exact).would_serve > 0,
      10_000,
    );
    const { thresholds } = z
      .object({
        thresholds: z.array(z.object({ threshold: z.number(), would_serve: z.int(), false_hits: z.unknown() })),
      })
      .parse(report);
    expect(thresholds.find(({ threshold }) => threshold === 0.92)?.would_serve).toBeGreaterThan(0);
  });

  it("with an embedding model of the org's own costs what that costs, as a request of its own", async () => {
    const { team_id, wallet_id, key } = await teamWithKey(founder, "embedder");
    await set({ scope: "team", team_id, mode: "semantic", embedding_model: "sandbox/embed" });
    await askAs(key, "What do vectors cost");
    const row = await eventually(
      async () =>
        rowsOf(await founder.call("GET", `/v1/requests?wallet_id=${wallet_id}`)).find(
          ({ model }) => model === "sandbox/embed",
        ),
      (found) => found !== undefined,
    );
    expect(Number(row?.cost_usd)).toBeGreaterThan(0);
    await eventually(
      // Told apart by capitals: its vectors are of texts, not of what they mean.
      () => askAs(key, "What do vectors cost"),
      (answer) => statusOf(answer) === "hit-semantic",
      10_000,
    );
  });
});

describe("a cache that is down", () => {
  it("is a miss, and the provider answers", async () => {
    const { team_id, key } = await teamWithKey(founder, "down");
    await set({ scope: "team", team_id, mode: "semantic" });
    const tell = (path: string, faults: object) => platform.sandbox(path, "PUT", JSON.stringify(faults));
    for (const [path, faults] of [
      ["/_vectorize", { fail: true }],
      ["/_ai", { fail: true }],
      ["/_ai", { hang_ms: 8_000 }],
    ] as const) {
      await tell(path, faults);
      const answer = expectStatus(await askAs(key, `with ${path} as ${JSON.stringify(faults)}`), 200);
      expect(statusOf(answer)).toBe("miss");
      expect(answer.headers.get("x-ao-cache-reason")).toBe("hang_ms" in faults ? "late" : "meaning_failed");
      await tell(path, {});
    }
  });
});

describe("money and figures", () => {
  it("are the same in ledger, log and analytics, with hits among the requests, and the statistics say what they saved", async () => {
    const { team_id, wallet_id, key } = await teamWithKey(founder, "figures");
    await set({ scope: "team", team_id, mode: "exact", hit_price_percent: 10 });
    const answers = [];
    for (let at = 0; at < 8; at += 1) answers.push(await askAs(key, `figures ${at % 2}`));
    const hits = answers.filter((answer) => statusOf(answer) === "hit-exact");
    expect(hits.length).toBeGreaterThan(0);
    const nano = (text: unknown) => BigInt(z.string().parse(text).replace(".", ""));
    const charged = answers.reduce((sum, { headers }) => sum + nano(headers.get("x-ao-cost-usd")), 0n);
    const saved = hits.reduce((sum, { headers }) => sum + nano(headers.get("x-ao-cache-saved-usd")), 0n);
    await eventually(
      () => founder.call("GET", `/v1/requests?wallet_id=${wallet_id}`),
      (answer) => rowsOf(answer).length === answers.length,
    );
    const wallet = (await founder.call("GET", `/v1/wallets/${wallet_id}`)).body;
    expect(nano(wallet.spent_usd)).toBe(charged);
    const rows = rowsOf(await founder.call("GET", `/v1/requests?wallet_id=${wallet_id}&cache=hit-exact`));
    expect(rows).toHaveLength(hits.length);
    expect(rows.reduce((sum, { saved_usd }) => sum + nano(saved_usd), 0n)).toBe(saved);
    const detail = (await founder.call("GET", `/v1/requests/${rows[0]?.id}`)).body;
    expect(detail).toMatchObject({ usage_source: "cache", attempts: 0, price: { explanation: expect.any(String) } });
    for (const granularity of ["total", "hour"]) {
      const query = { from: new Date(Date.now() - 3_600_000).toISOString(), granularity, group_by: ["wallet"] };
      const { body } = expectStatus(await founder.call("POST", "/v1/analytics/cost", query), 200);
      const sums = z
        .object({ data: z.array(z.record(z.string(), z.unknown())) })
        .parse(body)
        .data.filter((row) => row.wallet === wallet_id || row.wallet_id === wallet_id);
      expect(sums.reduce((sum, row) => sum + nano(row.cost_usd), 0n)).toBe(charged);
      expect(sums.reduce((sum, row) => sum + nano(row.saved_usd), 0n)).toBe(saved);
      expect(sums.reduce((sum, row) => sum + z.int().parse(row.cache_hits), 0)).toBe(hits.length);
    }
    const { body: stats } = expectStatus(await founder.call("GET", `/v1/cache/stats?namespace=${team_id}`), 200);
    expect(stats).toMatchObject({
      requests: answers.length,
      hits_exact: hits.length,
      misses: answers.length - hits.length,
      namespaces: [{ team_id, entries: 2 }],
      by_model: [{ model: "sandbox/lorem", hits: hits.length }],
    });
    expect(nano(stats.saved_usd)).toBe(saved);
    const { text: metrics } = await byKey(platform, METRICS_TOKEN).call("GET", "/metrics");
    expect(metrics).toMatch(
      /cache_requests_total\{provider="sandbox",model="sandbox\/lorem",status="hit-exact"\} [1-9]/,
    );
    expect(metrics).toMatch(/cache_saved_usd_total\{[^}]*status="hit-exact"\} 0\.0*[1-9]/);
    const ledger = rowsOf(await founder.call("GET", `/v1/wallets/${wallet_id}/ledger?limit=100`));
    expect(ledger.filter(({ kind }) => kind === "charge")).toHaveLength(answers.length);
    expect((await founder.call("POST", `/v1/wallets/${wallet_id}/audit`)).body).toMatchObject({ ok: true });
  });
});

describe("what is kept", () => {
  it("is there after the platform was killed and started again", async () => {
    const content = "Does it survive?";
    await ask(content);
    await askedAgain(content);
    await platform.kill9();
    await platform.restart();
    expect(statusOf(await askedAgain(content))).toBe("hit-exact");
  });

  it("is listed without its text, and gone when it is deleted or flushed, with an entry in the audit log", async () => {
    const content = "To be flushed";
    await ask(content);
    await askedAgain(content);
    const before = rowsOf(expectStatus(await founder.call("GET", "/v1/cache/entries?limit=100"), 200));
    expect(JSON.stringify(before)).not.toContain(content);
    const newest = before[0];
    expect(newest).toMatchObject({ kind: "chat", model: "sandbox/lorem", namespace: "-" });
    expectStatus(await founder.call("DELETE", `/v1/cache/-/entries/${newest?.id}`), 204);
    expect((await founder.call("DELETE", `/v1/cache/-/entries/${newest?.id}`)).status).toBe(404);
    expect((await founder.call("DELETE", "/v1/cache/team_nobodys")).status).toBe(404);
    const { body } = expectStatus(await founder.call("DELETE", "/v1/cache/-"), 200);
    expect(body.removed).toBe(before.length - 1);
    expectStatus(await founder.call("DELETE", "/v1/cache"), 200);
    expect((await founder.call("GET", "/v1/cache/stats")).body).toMatchObject({
      namespaces: expect.not.arrayContaining([expect.objectContaining({ entries: 1 })]),
    });
    expect(rowsOf(await founder.call("GET", "/v1/cache/entries"))).toEqual([]);
    expect(statusOf(await ask(content))).toBe("miss");
    const actions = rowsOf(await founder.call("GET", "/v1/audit?limit=10")).map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(["cache.flushed", "cache_entry.deleted", "cache_setting.created"]));
  });
});
