import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { readStoredWallets } from "../../../scripts/harness/stored-wallets.ts";
import {
  byKey,
  caller,
  codeOf,
  expectStatus,
  type Founder,
  invite,
  make,
  messageOf,
  newEmail,
  PASSWORD,
  rowsOf,
  signUp,
} from "../support/console.ts";
import { eventually } from "../support/money.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";

/** Everything is on one machine here: what is tested is that all of an org's objects are named alike by everybody. */

let platform: TestPlatform;
let founder: Founder;
let elsewhere: Founder;

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"] });
  founder = await signUp(platform, newEmail(), { data_jurisdiction: "eu" });
  elsewhere = await signUp(platform);
  await make(founder, "/v1/providers", { id: "sandbox", kind: "sandbox" });
});
afterAll(() => platform.dispose());

const EU_ORG = /^org_eu_[0-9a-z]{26}$/;
const EU_WALLET = /^wal_eu_[0-9a-z]{26}$/;

/** Somebody may belong to several. */
const toOrg = ({ org_id }: Founder) => ({ "x-ao-org": org_id });
const orgOf = async (who: Founder) => (await who.call("GET", `/v1/orgs/${who.org_id}`, undefined, toOrg(who))).body;

async function spender(wallet: object) {
  const { id } = await make(founder, "/v1/wallets", { limit_usd: "10", period: "month", ...wallet });
  const key = await make(founder, "/v1/keys", { name: `Key of ${id.slice(-4)}`, wallet_id: id });
  return { id, key: z.string().parse(key.key) };
}

const chat = (key: string) =>
  byKey(platform, key).call("POST", "/v1/chat/completions", {
    model: "sandbox/lorem",
    max_tokens: 100,
    messages: [{ role: "user", content: "Hello!" }],
  });

const spentOf = async (id: string): Promise<number> =>
  Number((await founder.call("GET", `/v1/wallets/${id}`)).body.spent_usd);

describe("an organisation's jurisdiction", () => {
  it("is chosen at sign-up, and is in the ids of the organisation and its first wallet", async () => {
    expect(founder.org_id).toMatch(EU_ORG);
    expect(founder.wallet_id).toMatch(EU_WALLET);
    expect(await orgOf(founder)).toMatchObject({ data_jurisdiction: "eu" });
    expect(rowsOf(await founder.call("GET", "/v1/orgs"))).toMatchObject([{ data_jurisdiction: "eu" }]);
    const created = rowsOf(await founder.call("GET", "/v1/audit?action=org.created"));
    expect(created).toMatchObject([{ details: { after: { data_jurisdiction: "eu" } } }]);
  });

  it("is none unless it is asked for", async () => {
    expect(elsewhere.org_id).toMatch(/^org_[0-9a-z]{26}$/);
    expect(elsewhere.wallet_id).toMatch(/^wal_[0-9a-z]{26}$/);
    expect(await orgOf(elsewhere)).toMatchObject({ data_jurisdiction: null });
  });

  it("is chosen for a further organisation too, by anybody", async () => {
    const further = { name: "Further", data_jurisdiction: "eu" };
    const made = expectStatus(await elsewhere.call("POST", "/v1/orgs", further), 201).body;
    expect(made).toMatchObject({
      org: { id: expect.stringMatching(EU_ORG) },
      wallet_id: expect.stringMatching(EU_WALLET),
    });
    const none = expectStatus(await elsewhere.call("POST", "/v1/orgs", { name: "None", data_jurisdiction: null }), 201);
    expect(none.body).toMatchObject({ org: { id: expect.stringMatching(/^org_[0-9a-z]{26}$/) } });
  });

  it("is one that there is", async () => {
    const answer = await founder.call("POST", "/v1/orgs", { name: "Far", data_jurisdiction: "mars" });
    expect([answer.status, codeOf(answer)]).toEqual([400, "invalid_request"]);
    expect(messageOf(answer)).toContain('`data_jurisdiction` is not valid: must be "eu", or left out');
    const signing = await caller(platform, {}).call("POST", "/v1/auth/sign-up", {
      email: newEmail(),
      password: PASSWORD,
      name: "Somebody",
      data_jurisdiction: "mars",
    });
    expect([signing.status, codeOf(signing)]).toEqual([400, "invalid_request"]);
  });

  it.each(["eu", null, "us"])(
    "stays: a change to %j is refused with the reason, and changes nothing else either",
    async (value) => {
      for (const who of [founder, elsewhere]) {
        const before = await orgOf(who);
        const change = { name: "Renamed", data_jurisdiction: value };
        const answer = await who.call("PATCH", `/v1/orgs/${who.org_id}`, change, toOrg(who));
        expect([answer.status, codeOf(answer)]).toEqual([400, "invalid_request"]);
        expect(messageOf(answer)).toContain("it is part of the ids of the organisation and of its wallets, and stays");
        expect(await orgOf(who)).toEqual(before);
      }
    },
  );
});

describe("an organisation with a jurisdiction", () => {
  it("spends from trees and shards of wallets that all have it, and charges it back", async () => {
    const top = await spender({ name: "Company" });
    const team = await spender({ name: "Team", parent_id: top.id, cost_center: "CC-1" });
    const hot = await spender({ name: "Hot", parent_id: top.id, shards: 2, cost_center: "CC-2" });
    for (const { id } of [top, team, hot]) expect(id).toMatch(EU_WALLET);
    for (const { key } of [top, team, hot, hot, hot]) expectStatus(await chat(key), 200);
    const shares = await eventually(
      async () => rowsOf(await founder.call("GET", "/v1/chargeback?group_by=wallet")),
      (rows) => rows.reduce((sum, { requests }) => sum + Number(requests), 0) === 5,
    );
    const spent = Object.fromEntries(shares.map((row) => [row.wallet_id, Number(row.cost_usd)]));
    expect(Object.keys(spent).toSorted()).toEqual([top.id, team.id, hot.id].toSorted());
    await vi.waitFor(async () => {
      const below = (spent[team.id] ?? 0) + (spent[hot.id] ?? 0);
      expect(await spentOf(team.id)).toBeCloseTo(spent[team.id] ?? 0, 9);
      expect(await spentOf(top.id)).toBeCloseTo((spent[top.id] ?? 0) + below, 9);
    }, 20_000);
  });

  it("moves money between its wallets, has a chain that verifies, and providers that are watched", async () => {
    const { id } = await spender({ name: "Target" });
    const transfer = { from_wallet_id: founder.wallet_id, to_wallet_id: id, amount_usd: "1", reason: "A test" };
    const asked = await make(founder, "/v1/wallet/transfers", transfer);
    const admin = await invite(platform, founder, { role: "admin" });
    const approved = expectStatus(await admin.call("POST", `/v1/wallet/transfers/${asked.id}/approve`), 200);
    expect(approved.body).toMatchObject({ status: "done" });
    expect((await founder.call("GET", `/v1/wallets/${id}`)).body).toMatchObject({
      balance_usd: expect.stringMatching(/^11\b/),
    });
    expect((await founder.call("POST", "/v1/audit/verify")).body).toMatchObject({ ok: true });
    await vi.waitFor(
      async () =>
        expect((await founder.call("GET", "/v1/providers/sandbox/health")).body).toMatchObject({ state: "healthy" }),
      20_000,
    );
  });

  it("has the books of its wallets on the disk under their names", async () => {
    const rows = await platform.query("SELECT id FROM wallets WHERE org_id = ?", founder.org_id);
    await platform.stop();
    const stored = readStoredWallets(platform.dataDir).map(({ wallet_id }) => wallet_id);
    for (const { id } of rows) expect(stored.some((wallet_id) => wallet_id.startsWith(String(id)))).toBe(true);
    expect(
      stored.filter((wallet_id) => wallet_id.includes("#")).every((wallet_id) => wallet_id.startsWith("wal_eu_")),
    ).toBe(true);
  });
});
