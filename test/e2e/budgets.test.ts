import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { ROUTES as CONSOLE_ROUTES } from "../../workers/dashboard/routes/routes.ts";
import { ROUTES as GATEWAY_ROUTES } from "../../workers/gateway/routes/routes.ts";
import {
  type Answer,
  byKey,
  type Caller,
  codeOf,
  expectStatus,
  type Founder,
  invite,
  make,
  rowsOf,
  signUp,
} from "./support/console.ts";
import { chat as openChat } from "./support/money.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";
import { upstreamCalls } from "./support/sandbox-log.ts";

/** Ways in which budgets of other gateways were passed, leaked or wrongly enforced, and which must not be ways here. */

let platform: TestPlatform;
let founder: Founder;

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"] });
  founder = await signUp(platform);
  await make(founder, "/v1/providers", { id: "sandbox", kind: "sandbox" });
});
afterAll(() => platform.dispose());

/** A wallet, and a key that spends from it. */
async function walletWithKey(limit_usd: string | null, parent_id: string | null = null, scopes = ["inference"]) {
  const wallet = await make(founder, "/v1/wallets", { name: "app", limit_usd, parent_id, period: "none" });
  const key = await make(founder, "/v1/keys", { name: "app", wallet_id: wallet.id, scopes });
  return { id: wallet.id, key: z.string().parse(key.key) };
}

const HELLO = { model: "sandbox/echo", messages: [{ role: "user", content: "Hello!" }], max_tokens: 20 };
/** Past the cache, which one of the routes that are asked here switches on: every request is to cost something. */
const chat = (key: string): Promise<Answer> =>
  byKey(platform, key).call("POST", "/v1/chat/completions", HELLO, { "x-ao-cache": "bypass" });
const figuresOf = async (id: string) => (await founder.call("GET", `/v1/wallets/${id}`)).body;
const setWallet = (id: string, body: object, by: Caller = founder) => by.call("PATCH", `/v1/wallets/${id}`, body);

describe("holds of cancelled streams", () => {
  it("are not leaked: after fifty clients have left, nothing is held and each is charged", async () => {
    const app = await walletWithKey("1");
    const STREAMS = 50;
    await Promise.all(
      Array.from({ length: STREAMS }, async (_, index) => {
        const abort = new AbortController();
        const body = { model: "sandbox/endless", stream: true, metadata: { delay_ms: "2" } };
        const response = await openChat(platform, app.key, body, { signal: abort.signal });
        const reader = response.body?.getReader();
        for (let reads = 0; reads < index % 7; reads += 1) await reader?.read();
        abort.abort();
      }),
    );
    await expect
      .poll(() => figuresOf(app.id), { timeout: 20_000 })
      .toMatchObject({ held_usd: "0.000000000", open_holds: 0 });
    const ledger = rowsOf(await founder.call("GET", `/v1/wallets/${app.id}/ledger?limit=100`));
    expect(ledger.filter(({ kind }) => kind === "charge")).toHaveLength(STREAMS);
    expect((await chat(app.key)).status).toBe(200);
  });
});

describe("side routes", () => {
  const ID = "sandbox";
  /** A request of each route that spends which its provider would be called for. */
  const PAID: Readonly<Record<string, object>> = {
    "/v1/chat/completions": HELLO,
    "/v1/completions": { model: "sandbox/echo", prompt: "Hello" },
    "/v1/responses": { model: "sandbox/echo", input: "Hello" },
    "/v1/messages": { model: "sandbox/echo", max_tokens: 50, messages: [{ role: "user", content: "Hello" }] },
    "/v1/embeddings": { model: "sandbox/embed", input: "Hello" },
    "/v1/providers/{id}/test": { model: "echo" },
  };
  // No provider here ranks: the unit test of all routes that spend has one that does.
  const spending = GATEWAY_ROUTES.filter(({ spends, path }) => spends && path !== "/v1/rerank");
  const others = [...GATEWAY_ROUTES.filter(({ spends }) => !spends), ...CONSOLE_ROUTES];

  it.each(spending.map((route) => [`${route.method} ${route.path}`, route] as const))(
    "%s reaches a provider with money, and none without",
    async (_name, { method, path }) => {
      const body = PAID[path];
      if (body === undefined) throw new Error(`say in PAID what ${path} is asked`);
      const app = await walletWithKey("1", null, ["inference", "owner"]);
      const ask = () => byKey(platform, app.key).call(method.toUpperCase(), path.replace("{id}", ID), body);
      expect(await upstreamCalls(platform, ask)).toBe(1);
      expectStatus(await setWallet(app.id, { limit_usd: "0" }), 200);
      expect(await upstreamCalls(platform, ask)).toBe(0);
      expect(JSON.stringify((await ask()).body)).toContain("wallet_exhausted");
    },
  );

  it("reach no provider: every other route of gateway and console, asked by an owner with money", async () => {
    const app = await walletWithKey("1", null, ["inference", "owner"]);
    const by = byKey(platform, app.key);
    const calls = await upstreamCalls(platform, async () => {
      for (const { method, path, body } of others) {
        // What would remove the provider is asked for another one.
        const id = method === "delete" ? "pv_none" : ID;
        await by.call(method.toUpperCase(), path.replace("{id}", id), body === null ? undefined : body.example);
      }
    });
    expect(calls).toBe(0);
    expect(await upstreamCalls(platform, () => chat(app.key))).toBe(1);
  });
});

describe("raising one's own budget", () => {
  it("needs wallets:write: no key of the data plane, no reader and no team's lead has it", async () => {
    const app = await walletWithKey("0.01");
    const reader = await walletWithKey("0.01", null, ["wallets:read", "inference"]);
    const team = await make(founder, "/v1/teams", { name: "Budgets" });
    expectStatus(await setWallet(app.id, { team_id: team.id }), 200);
    const lead = await invite(platform, founder, { role: "member", team_id: team.id, team_role: "lead" });
    for (const [by, id] of [
      [byKey(platform, app.key), app.id],
      [byKey(platform, reader.key), reader.id],
      [lead, app.id],
    ] as const) {
      const answer = await setWallet(id, { limit_usd: "1000" }, by);
      expect([answer.status, codeOf(answer)]).toEqual([403, "forbidden"]);
      expect((await figuresOf(id)).limit_usd).toBe("0.010000000");
    }
  });

  it("is an entry of the audit log that says who, from what and to what", async () => {
    const own = await walletWithKey("0.01", null, ["inference", "wallets:write"]);
    expectStatus(await setWallet(own.id, { limit_usd: "1000" }, byKey(platform, own.key)), 200);
    const [entry] = rowsOf(await founder.call("GET", `/v1/audit?action=wallet.updated&target_id=${own.id}`));
    expect(entry).toMatchObject({
      actor: { type: "key" },
      target: { type: "wallet", id: own.id },
      outcome: "done",
      details: { before: { limit_usd: "0.010000000" }, after: { limit_usd: "1000.000000000" } },
    });
  });
});

describe("a limit of 0", () => {
  it.each([0, 1, 2])("is not unlimited, %i levels above the key; null is", async (above) => {
    const path: { id: string; key: string }[] = [];
    for (let level = 0; level <= above; level += 1) {
      path.push(await walletWithKey(level === 0 ? "0" : null, path.at(-1)?.id ?? null));
    }
    const [top, leaf] = [path[0], path.at(-1)];
    if (top === undefined || leaf === undefined) throw new Error("no path");
    const refused = await chat(leaf.key);
    expect([refused.status, codeOf(refused)]).toEqual([402, "wallet_exhausted"]);
    expectStatus(await setWallet(top.id, { limit_usd: null }), 200);
    expect((await chat(leaf.key)).status).toBe(200);
  });
});

describe("a fresh start", () => {
  it("enforces with its very first request what was spent, frozen or revoked before", async () => {
    const empty = await walletWithKey("0.01");
    const below = await walletWithKey(null, empty.id);
    expect((await chat(below.key)).status).toBe(200);
    const frozen = await walletWithKey("1");
    const revoked = await make(founder, "/v1/keys", { name: "revoked", wallet_id: frozen.id });
    await expect.poll(async () => (await figuresOf(empty.id)).spent_usd, { timeout: 20_000 }).not.toBe("0.000000000");
    // All that it has is spent, to the nano-dollar.
    expectStatus(await setWallet(empty.id, { limit_usd: (await figuresOf(empty.id)).spent_usd }), 200);
    expectStatus(await setWallet(frozen.id, { frozen: true }), 200);
    expectStatus(await founder.call("DELETE", `/v1/keys/${revoked.id}`), 204);
    await platform.kill9();
    await platform.restart();
    const answers = await Promise.all([below.key, empty.key, frozen.key, z.string().parse(revoked.key)].map(chat));
    expect(answers.map((answer) => [answer.status, codeOf(answer)])).toEqual([
      [402, "wallet_exhausted"],
      [402, "wallet_exhausted"],
      [403, "wallet_frozen"],
      [401, "invalid_api_key"],
    ]);
    expect(await upstreamCalls(platform, () => chat(below.key))).toBe(0);
  });
});
