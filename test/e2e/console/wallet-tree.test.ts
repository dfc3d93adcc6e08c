import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { type Answer, byKey, codeOf, expectStatus, type Founder, make, signUp } from "../support/console.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";

let platform: TestPlatform;
let founder: Founder;

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"] });
  founder = await signUp(platform);
  await make(founder, "/v1/providers", { id: "sandbox", kind: "sandbox" });
});
afterAll(() => platform.dispose());

/** A wallet, and a key that spends from it. */
async function walletWithKey(name: string, limit_usd: string | null, parent_id: string | null) {
  const wallet = await make(founder, "/v1/wallets", { name, limit_usd, parent_id, period: "none" });
  const key = await make(founder, "/v1/keys", { name, wallet_id: wallet.id });
  return { id: wallet.id, key: z.string().parse(key.key) };
}

/** Holds half of a thousandth of a dollar, and costs a hundredth of that. */
const chat = (key: string, more: object = {}): Promise<Answer> =>
  byKey(platform, key).call("POST", "/v1/chat/completions", {
    model: "sandbox/echo",
    messages: [{ role: "user", content: "Hello!" }],
    max_tokens: 100,
    ...more,
  });

const errorOf = (answer: Answer) => z.object({ error: z.looseObject({}) }).parse(answer.body).error;
const spentOf = async (id: string): Promise<unknown> => (await founder.call("GET", `/v1/wallets/${id}`)).body.spent_usd;

describe("a tree of wallets", () => {
  it("refuses what a wallet above does not have, and says which one that is", async () => {
    const org = await walletWithKey("org", "0.001000000", null);
    const team = await walletWithKey("team", "100", org.id);
    const app = await walletWithKey("app", "100", team.id);
    expect((await chat(app.key)).status).toBe(200);
    const refused = await chat(app.key, { max_tokens: 100_000 });
    expect([refused.status, codeOf(refused)]).toEqual([402, "request_exceeds_wallet"]);
    expect(errorOf(refused)).toMatchObject({ wallet_id: org.id });
    const fits = z.int().parse(errorOf(refused).max_affordable_tokens);
    expect((await chat(app.key, { max_tokens: fits })).status).toBe(200);
  });

  it("never spends past a limit above, however many ask at once, and refuses nobody for nothing", async () => {
    const org = await walletWithKey("org", "0.003000000", null);
    const apps = await Promise.all(["a", "b", "c"].map((name) => walletWithKey(name, null, org.id)));
    // Every request holds the same amount, so how many fit at once is known.
    const slow = { model: "sandbox/slow", metadata: { delay_ms: "1500" } };
    const answers = await Promise.all(apps.flatMap(({ key }) => Array.from({ length: 15 }, () => chat(key, slow))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 402]));
    for (const answer of answers.filter(({ status }) => status === 402)) {
      expect([codeOf(answer), errorOf(answer).wallet_id]).toEqual(["wallet_held", org.id]);
    }
    const state = (await founder.call("GET", `/v1/wallets/${org.id}`)).body;
    expect(Number(state.spent_usd)).toBeLessThanOrEqual(0.003);
  });

  it("is spent above what is spent below, to the nano-dollar", async () => {
    const org = await walletWithKey("org", "10", null);
    const team = await walletWithKey("team", "5", org.id);
    const apps = await Promise.all(["a", "b"].map((name) => walletWithKey(name, "5", team.id)));
    const costs = await Promise.all(
      [...apps, team].flatMap(({ key }) =>
        Array.from({ length: 5 }, async () => (await chat(key)).headers.get("x-ao-cost-usd")),
      ),
    );
    const total = costs.reduce((sum, cost) => sum + Math.round(Number(cost) * 1e9), 0);
    const shown = `0.${String(total).padStart(9, "0")}`;
    await expect.poll(() => spentOf(org.id), { timeout: 30_000 }).toBe(shown);
    expect(await spentOf(team.id)).toBe(shown);
    for (const { id } of [org, team, ...apps]) {
      expect((await founder.call("POST", `/v1/wallets/${id}/audit`)).body).toEqual({ ok: true, problems: [] });
    }
  });

  it("stops below at once what is stopped above", async () => {
    const org = await walletWithKey("org", "10", null);
    const app = await walletWithKey("app", "10", org.id);
    expect((await chat(app.key)).status).toBe(200);
    expectStatus(await founder.call("PATCH", `/v1/wallets/${org.id}`, { frozen: true }), 200);
    const refused = await chat(app.key);
    expect([codeOf(refused), errorOf(refused).wallet_id]).toEqual(["wallet_frozen", org.id]);
    expectStatus(await founder.call("PATCH", `/v1/wallets/${org.id}`, { frozen: false, limit_usd: "0" }), 200);
    expect((await chat(app.key)).status).toBe(402);
    expectStatus(await founder.call("PATCH", `/v1/wallets/${org.id}`, { limit_usd: "10" }), 200);
    expect((await chat(app.key)).status).toBe(200);
  });

  it("survives kill -9 with all of it: nothing lost, nothing twice", async () => {
    const org = await walletWithKey("org", "10", null);
    const app = await walletWithKey("app", "10", org.id);
    for (let count = 0; count < 5; count += 1) await chat(app.key);
    const spent = await spentOf(app.id);
    await platform.kill9();
    await platform.restart();
    await expect.poll(() => spentOf(org.id), { timeout: 30_000 }).toBe(spent);
    expect((await chat(app.key)).status).toBe(200);
  });

  it("shares its requests among shards without a cent more, and looks like one wallet", async () => {
    const wallet = await walletWithKey("hot", "0.003000000", null);
    expectStatus(await founder.call("PATCH", `/v1/wallets/${wallet.id}`, { shards: 8 }), 200);
    expect((await founder.call("PATCH", `/v1/wallets/${wallet.id}`, { shards: 2 })).status).toBe(409);
    // Another key: what is known of the first is some seconds old.
    const key = await make(founder, "/v1/keys", { name: "hot", wallet_id: wallet.id });
    const secret = z.string().parse(key.key);
    const slow = { model: "sandbox/slow", metadata: { delay_ms: "1500" } };
    const answers = await Promise.all(Array.from({ length: 40 }, () => chat(secret, slow)));
    const served = answers.filter(({ status }) => status === 200).length;
    // A request holds 0.000478 dollars: six fit at once, and not one of those was refused for nothing.
    expect(served).toBe(6);
    for (const answer of answers.filter(({ status }) => status === 402)) {
      expect(errorOf(answer).wallet_id).toBe(wallet.id);
    }
    const costs = answers.map(({ headers }) => Math.round(Number(headers.get("x-ao-cost-usd") ?? 0) * 1e9));
    const total = costs.reduce((sum, cost) => sum + cost, 0);
    await expect.poll(() => spentOf(wallet.id), { timeout: 30_000 }).toBe(`0.${String(total).padStart(9, "0")}`);
    const rows = await platform.query("SELECT count(*) AS count FROM request_log WHERE wallet_id = ?", wallet.id);
    expect(rows[0]?.count).toBe(served);
    expectStatus(await founder.call("DELETE", `/v1/keys/${key.id}`), 204);
    const after = await Promise.all(Array.from({ length: 16 }, () => chat(secret)));
    expect(new Set(after.map(({ status }) => status))).toEqual(new Set([401]));
  });
});
