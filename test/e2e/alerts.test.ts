import { createHmac } from "node:crypto";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { codeOf, expectStatus, type Founder, invite, make, rowsOf, signUp } from "./support/console.ts";
import { type FakeUpstream, startFakeUpstream } from "./support/fake-upstream.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";

let platform: TestPlatform;
let founder: Founder;
let receiver: FakeUpstream;
let channel_id: string;

const SECRET = "a-long-random-text";

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"] });
  founder = await signUp(platform);
  receiver = await startFakeUpstream();
  receiver.play({ body: "" });
  await make(founder, "/v1/providers", { id: "sandbox", kind: "sandbox" });
  channel_id = (
    await make(founder, "/v1/channels", {
      kind: "webhook",
      name: "On call",
      url: receiver.url,
      credential: { secret: SECRET },
    })
  ).id;
});
afterAll(async () => {
  await receiver.close();
  await platform.dispose();
});

/** A wallet that reports its limit and does not stop there, and a client that spends from it. */
async function spender(limit_usd: string, team_id: string | null = null) {
  const wallet = await make(founder, "/v1/wallets", { name: "Search", limit_usd, hard: false, team_id });
  const key = await make(founder, "/v1/keys", { name: "app", wallet_id: wallet.id });
  const client = new OpenAI({ apiKey: z.string().parse(key.key), baseURL: `${platform.url}/v1`, maxRetries: 0 });
  const spend = async (): Promise<string> => {
    const request = client.chat.completions.create({
      model: "sandbox/echo",
      messages: [{ role: "user", content: "Hello!" }],
    });
    const { response } = await request.withResponse();
    return response.headers.get("x-ao-cost-usd") ?? "";
  };
  return { wallet_id: wallet.id, spend };
}

const nano = (usd: string): bigint => BigInt(usd.replace(".", ""));
const usd = (amount: bigint): string => {
  const digits = String(amount).padStart(10, "0");
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
};

const bodySchema = z.object({
  id: z.string(),
  kind: z.string(),
  source_id: z.string(),
  data: z.object({ object: z.object({ id: z.string(), name: z.string() }), details: z.looseObject({}) }),
});

describe("a client that spends past 80 % of its wallet", () => {
  it("makes one signed alert at the webhook, by itself, and none before that or after", async () => {
    const cost = nano(await (await spender("1000")).spend());
    const { wallet_id, spend } = await spender(usd(cost * 10n));
    for (let request = 0; request < 7; request += 1) await spend();
    await expect
      .poll(async () => rowsOf(await founder.call("GET", `/v1/requests?wallet_id=${wallet_id}`)).length, {
        timeout: 20_000,
      })
      .toBe(7);
    expect(receiver.requests).toEqual([]);
    await spend();
    await expect.poll(() => receiver.requests.length, { timeout: 20_000 }).toBe(1);
    const [request] = receiver.requests;
    const body = bodySchema.parse(JSON.parse(request?.body ?? ""));
    expect(body).toMatchObject({
      id: request?.headers["x-ao-delivery"],
      kind: "threshold",
      data: {
        object: { id: wallet_id, name: "Search" },
        details: { percent: 80, limit_usd: usd(cost * 10n), spent_usd: usd(cost * 8n) },
      },
    });
    const signed = `${request?.headers["x-ao-timestamp"]}.${request?.body}`;
    expect(request?.headers["x-ao-signature"]).toBe(`v1=${createHmac("sha256", SECRET).update(signed).digest("hex")}`);
    await platform.runCron("* * * * *", Date.now());
    await expect
      .poll(async () => rowsOf(await founder.call("GET", `/v1/deliveries?source_id=${body.source_id}`)), {
        timeout: 20_000,
      })
      .toMatchObject([{ id: body.id, status: "sent", channel_id, attempts: [{ taken: true }] }]);
    expect(rowsOf(await founder.call("GET", `/v1/alerts?object_id=${wallet_id}`))).toMatchObject([
      { id: body.source_id, kind: "threshold", swallowed_by: null },
    ]);
    expect(receiver.requests).toHaveLength(1);
  });
});

describe("an alert policy", () => {
  it("is one for the org and one for a team, and goes with the team", async () => {
    const team = await make(founder, "/v1/teams", { name: "Search" });
    const ladder = [{ percent: 30, recipients: [channel_id] }];
    const body = { name: "Search", team_id: team.id, ladder };
    const policy = await make(founder, "/v1/alert-policies", body);
    expect(policy).toMatchObject({ ladder, recipients: {}, dedupe_minutes: 15, anomaly_minimum_usd: "10.000000000" });
    expect(codeOf(await founder.call("POST", "/v1/alert-policies", body))).toBe("conflict");
    await make(founder, "/v1/alert-policies", { name: "All", ladder });
    expect(codeOf(await founder.call("POST", "/v1/alert-policies", { name: "All", ladder }))).toBe("conflict");
    expectStatus(await founder.call("DELETE", `/v1/teams/${team.id}`), 204);
    expect(rowsOf(await founder.call("GET", "/v1/alert-policies"))).toMatchObject([{ name: "All", team_id: null }]);
  });

  it("whose ladder changes is carried to its wallets, and to no others", async () => {
    const [mine, other] = [
      await make(founder, "/v1/teams", { name: "Mine" }),
      await make(founder, "/v1/teams", { name: "Other" }),
    ];
    const { wallet_id } = await spender("10", mine.id);
    const { wallet_id: untouched } = await spender("10", other.id);
    await make(founder, "/v1/alert-policies", {
      name: "Mine",
      team_id: mine.id,
      ladder: [{ percent: 33, recipients: ["channels"] }],
    });
    const effects = await platform.query("SELECT wallet_id, kind FROM wallet_effects");
    expect(effects).toEqual(expect.arrayContaining([{ wallet_id, kind: "configure" }]));
    expect(effects.filter((row) => row.wallet_id === untouched)).toEqual([]);
    expect((await founder.call("GET", `/v1/wallets/${wallet_id}`)).body.version).toBe(2);
  });

  it.each([
    [{ ladder: [] }],
    [{ ladder: [{ percent: 80, recipients: ["somebody"] }] }],
    [{ recipients: { threshold: ["team"] } }],
    [{ recipients: { provider: ["giving_team_lead"] } }],
    [{ dedupe_minutes: -1 }],
    [{ team_id: "team_of_nobody" }],
  ])("with %j is refused", async (wrong) => {
    const ladder = [{ percent: 80, recipients: ["team"] }];
    const answer = await founder.call("POST", "/v1/alert-policies", { name: "Wrong", ladder, ...wrong });
    expect([answer.status, codeOf(answer)]).toEqual([400, "invalid_request"]);
  });
});

describe("a request for money that somebody has to approve", () => {
  it("is told to the webhook within the minute", async () => {
    const { wallet_id } = await spender("1");
    receiver.play({ body: "" });
    const asked = { amount_usd: "101", reason: "More traffic than planned" };
    const { id } = await make(founder, `/v1/wallets/${wallet_id}/adjustments`, asked);
    await platform.runCron("* * * * *", Date.now());
    const told = () =>
      receiver.requests
        .map(({ body }) => bodySchema.parse(JSON.parse(body)))
        .filter(({ kind }) => kind === "budget_request");
    await expect
      .poll(told, { timeout: 20_000 })
      .toMatchObject([{ data: { object: { id }, details: { amount_usd: "101.000000000", reason: asked.reason } } }]);
  });
});

describe("a digest", () => {
  const daily = { name: "Yesterday", hour: 0, time_zone: "Europe/Berlin", recipients: ["channels"] };

  it("comes at its hour for the first time, and not for a day whose hour has passed when it was made", async () => {
    await make(founder, "/v1/digests", daily);
    receiver.play({ body: "" });
    const digests = () => receiver.requests.map(({ body }) => JSON.parse(body)).filter(({ type }) => type === "digest");
    await platform.runCron("* * * * *", Date.now());
    await platform.runCron("* * * * *", Date.now() + 60_000);
    expect(digests()).toEqual([]);
    // As on the next day.
    await platform.query("UPDATE digests SET last_day = '2000-01-01'");
    await platform.runCron("* * * * *", Date.now() + 120_000);
    await platform.runCron("* * * * *", Date.now() + 180_000);
    await expect.poll(digests, { timeout: 20_000 }).toMatchObject([
      {
        kind: "daily",
        title: expect.stringContaining(" US dollars on "),
        data: { day: { requests: expect.any(Number) } },
      },
    ]);
  });

  it.each([
    [{ hour: 24 }, "hour"],
    [{ time_zone: "Europe/Bonn" }, "time_zone"],
    [{ recipients: [] }, "recipients"],
    [{ recipients: ["somebody"] }, "recipients"],
    [{ team_id: "team_of_nobody" }, "team_id"],
  ])("with %j is refused", async (wrong, param) => {
    const answer = await founder.call("POST", "/v1/digests", { ...daily, ...wrong });
    expect([answer.status, codeOf(answer)]).toEqual([400, "invalid_request"]);
    expect(answer.body).toMatchObject({ error: { param: expect.stringContaining(param) } });
  });
});

describe("members", () => {
  it("are not told of each other's wallets: alerts are for those who may see what the org spends", async () => {
    const member = await invite(platform, founder, { role: "member" });
    const viewer = await invite(platform, founder, { role: "viewer" });
    for (const path of ["/v1/alerts", "/v1/deliveries", "/v1/channels", "/v1/alert-policies", "/v1/digests"]) {
      expect([(await member.call("GET", path)).status, (await viewer.call("GET", path)).status]).toEqual([403, 200]);
    }
  });
});
