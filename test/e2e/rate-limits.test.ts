import OpenAI, { RateLimitError } from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createKey, createWallet, demoOrg, type Limits } from "./support/fixtures.ts";
import { settledBalance } from "./support/money.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";
import { upstreamCalls } from "./support/sandbox-log.ts";

/** Rate limits as the official SDK meets them. */

let platform: TestPlatform;
let org_id: string;

beforeAll(async () => {
  platform = await startPlatform();
  org_id = await demoOrg(platform);
});

afterAll(() => platform.dispose());

async function account(limits: { key?: Limits; wallet?: Limits; parent_id?: string; limit_nano_usd?: number }) {
  const { wallet = {}, limit_nano_usd = 1_000_000_000, parent_id } = limits;
  const below = parent_id === undefined ? {} : { parent_id };
  const wallet_id = await createWallet(platform, { org_id, limit_nano_usd, limits: wallet, ...below });
  const { key, key_id } = await createKey(platform, { org_id, wallet_id, limits: limits.key ?? {} });
  const client = new OpenAI({ baseURL: `${platform.url}/v1`, apiKey: key, maxRetries: 0 });
  return { client, key, key_id, wallet_id };
}

const HELLO = { model: "sandbox/echo", messages: [{ role: "user" as const, content: "Hello!" }], max_tokens: 20 };
const say = (client: OpenAI, more: object = {}) => client.chat.completions.create({ ...HELLO, ...more });

/** The refusal of a call that must be refused. */
async function refusal(call: Promise<unknown>): Promise<RateLimitError> {
  const error: unknown = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof RateLimitError) return error;
  throw new Error(`not refused for a rate: ${String(error)}`);
}

/** How many of as many calls at once came through. */
async function burst(client: OpenAI, count: number, more: object = {}): Promise<number> {
  const results = await Promise.allSettled(Array.from({ length: count }, () => say(client, more)));
  for (const result of results) {
    if (result.status === "rejected") expect(result.reason).toBeInstanceOf(RateLimitError);
  }
  return results.filter(({ status }) => status === "fulfilled").length;
}

describe("a 429 of the platform", () => {
  test("names the limit and whose it is, costs nothing, reaches no provider, and is no entry of the audit log", async () => {
    const { client, key, key_id } = await account({ key: { requests_per_minute: 1 } });
    await say(client);
    const { spent_nano_usd } = await settledBalance(platform, key);
    const entries = () => platform.query("SELECT count(*) AS count FROM audit_log WHERE org_id = ?", org_id);
    const before = await entries();
    const refused: RateLimitError[] = [];
    const calls = await upstreamCalls(platform, async () => refused.push(await refusal(say(client))));
    const [error] = refused;
    if (error === undefined) throw new Error("it was not refused");
    expect(error).toMatchObject({ status: 429, code: "rate_limited", type: "rate_limit_error" });
    expect(error.message).toContain(`API key ${key_id} is limited to 1 requests a minute`);
    expect(error.error).toMatchObject({ scope: "key", scope_id: key_id, limit: "requests", allowed: 1 });
    expect(Number(error.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(error.headers.get("x-should-retry")).toBe("true");
    expect(calls).toBe(0);
    expect(await entries()).toEqual(before);
    expect((await settledBalance(platform, key)).spent_nano_usd).toBe(spent_nano_usd);
  });

  test("is not there for a wallet that has spent nothing", async () => {
    const { client } = await account({ wallet: { requests_per_minute: 2, tokens_per_minute: 1_000 } });
    expect(await burst(client, 2)).toBe(2);
  });

  test("is what the SDK repeats by itself, after the time that it is told", async () => {
    const { client } = await account({ wallet: { requests_per_minute: 60 } });
    await burst(client, 70);
    const patient = client.withOptions({ maxRetries: 5 });
    const answer = await say(patient);
    expect(answer.choices[0]?.message.content).toBe("Hello!");
  });

  test("is thrown once when nothing would help: 0, or a request larger than the limit", async () => {
    for (const [limits, text] of [
      [{ requests_per_minute: 0 }, "refuses everything"],
      [{ tokens_per_minute: 15 }, "Lower `max_tokens`"],
    ] as const) {
      const { client } = await account({ key: limits });
      let calls = 0;
      const counting = client.withOptions({
        maxRetries: 5,
        fetch: (url, init) => {
          calls += 1;
          return fetch(url, init);
        },
      });
      const error = await refusal(say(counting));
      expect(error.message).toContain(text);
      expect(error.headers.has("retry-after")).toBe(false);
      expect(calls).toBe(1);
    }
  });
});

describe("headers of a limited caller", () => {
  const LIMITED = { requests_per_minute: 30, tokens_per_minute: 100_000 };
  const EXPECTED = {
    "x-ratelimit-limit-requests": /^30$/,
    "x-ratelimit-remaining-requests": /^\d+$/,
    "x-ratelimit-reset-requests": /^(\d+m)?[\d.]+(s|ms)$/,
    "x-ratelimit-limit-tokens": /^100000$/,
    "x-ratelimit-remaining-tokens": /^\d+$/,
    "x-ratelimit-reset-tokens": /^(\d+m)?[\d.]+(s|ms)$/,
  };
  const expectHeaders = (headers: Headers) => {
    for (const [name, pattern] of Object.entries(EXPECTED)) expect(headers.get(name) ?? "").toMatch(pattern);
  };

  test("are on whole answers, streams, failures of the provider and refusals", async () => {
    const { client } = await account({ wallet: LIMITED });
    expectHeaders((await say(client).withResponse()).response.headers);
    const stream = await client.chat.completions.create({ ...HELLO, stream: true }).withResponse();
    expectHeaders(stream.response.headers);
    for await (const _chunk of stream.data);
    for (const more of [{ model: "sandbox/error-500" }, { max_tokens: 100_001 }]) {
      const failed: unknown = await say(client, more).then(
        () => null,
        (thrown: unknown) => thrown,
      );
      if (!(failed instanceof OpenAI.APIError) || failed.headers === undefined) throw new Error(String(failed));
      expectHeaders(failed.headers);
    }
    const poor = await account({ wallet: LIMITED, limit_nano_usd: 0 });
    const broke: unknown = await say(poor.client).catch((thrown: unknown) => thrown);
    if (!(broke instanceof OpenAI.APIError) || broke.headers === undefined) throw new Error(String(broke));
    expect(broke.status).toBe(402);
    expectHeaders(broke.headers);
    expect(broke.headers.get("x-ratelimit-remaining-requests")).toBe("30");
  });

  test("are not on those of others", async () => {
    const { client } = await account({});
    const { response } = await say(client).withResponse();
    expect([...response.headers.keys()].filter((name) => name.startsWith("x-ratelimit"))).toEqual([]);
  });
});

describe("limits hold", () => {
  test("requests of a key, at once", async () => {
    const { client } = await account({ key: { requests_per_minute: 5 } });
    const from = performance.now();
    const passed = await burst(client, 60);
    const refilled = Math.ceil(((performance.now() - from) * 5) / 60_000);
    expect(passed).toBeGreaterThanOrEqual(5);
    expect(passed).toBeLessThanOrEqual(5 + refilled);
  });

  test("tokens: what an answer did not use is there for the next", async () => {
    const { client } = await account({ wallet: { tokens_per_minute: 2_000 } });
    // Each reserves most of the limit and uses a few tokens.
    for (let index = 0; index < 5; index += 1) {
      const { response } = await say(client.withOptions({ maxRetries: 3 }), { max_tokens: 1_500 }).withResponse();
      expect(response.status).toBe(200);
    }
  });

  test("requests at a time: the next is let in when one has ended", async () => {
    const { client } = await account({ wallet: { concurrent_requests: 1 } });
    const running = await client.chat.completions.create({
      model: "sandbox/lorem",
      messages: [{ role: "user", content: "[[chunks=400]] [[delay_ms=5]]" }],
      stream: true,
    });
    const error = await refusal(say(client));
    expect(error.error).toMatchObject({ scope: "wallet", limit: "concurrent" });
    for await (const _chunk of running);
    expect((await say(client.withOptions({ maxRetries: 5 }))).object).toBe("chat.completion");
  });

  test("of a wallet above, over all keys of all wallets below it", async () => {
    const parent_id = await createWallet(platform, { org_id, limits: { requests_per_minute: 6 } });
    const accounts = await Promise.all([account({ parent_id }), account({ parent_id }), account({ parent_id })]);
    const from = performance.now();
    const passed = await Promise.all(accounts.map(({ client }) => burst(client, 15)));
    const sum = passed.reduce((total, count) => total + count, 0);
    expect(sum).toBeGreaterThanOrEqual(6);
    expect(sum).toBeLessThanOrEqual(6 + Math.ceil(((performance.now() - from) * 6) / 60_000));
    const error = await refusal(say(accounts[0].client));
    expect(error.error).toMatchObject({ scope: "wallet", scope_id: parent_id });
  });
});
