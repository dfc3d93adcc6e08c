import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { byKey, expectStatus, type Founder, invite, make, rowsOf, signUp } from "../support/console.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";

let platform: TestPlatform;
let founder: Founder;

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"] });
  founder = await signUp(platform);
  await make(founder, "/v1/providers", { id: "sandbox", kind: "sandbox" });
});
afterAll(() => platform.dispose());

interface Sent {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Watching {
  /** What has come so far, as soon as `wanted` finds it there. */
  until(wanted: (sent: readonly Sent[]) => boolean): Promise<readonly Sent[]>;
  stop(): Promise<void>;
}

/** Reads an event stream as a browser would, through the gateway. */
async function watch(path: string, headers: Readonly<Record<string, string>>): Promise<Watching> {
  const answer = await fetch(`${platform.url}${path}`, { headers });
  expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "text/event-stream; charset=utf-8"]);
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) throw new Error("no body");
  const sent: Sent[] = [];
  let rest = "";
  return {
    async until(wanted) {
      while (!wanted(sent)) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`the stream ended after ${JSON.stringify(sent)}`);
        const blocks = `${rest}${value}`.split("\n\n");
        rest = blocks.pop() ?? "";
        for (const block of blocks) {
          const match = /^event: (\w+)\ndata: (.*)$/.exec(block);
          if (match === null) continue;
          const data = z.record(z.string(), z.unknown()).parse(JSON.parse(match[2] ?? ""));
          sent.push({ event: match[1] ?? "", data });
        }
      }
      return sent;
    },
    stop: () => reader.cancel(),
  };
}

async function walletWithKey(name: string, more: object = {}) {
  const wallet = await make(founder, "/v1/wallets", { name, limit_usd: "5", period: "none", ...more });
  const key = await make(founder, "/v1/keys", { name, wallet_id: wallet.id });
  return { id: wallet.id, key: z.string().parse(key.key) };
}

async function chat(key: string): Promise<string> {
  const body = { model: "sandbox/echo", messages: [{ role: "user", content: "canary-prompt of somebody" }] };
  const answer = await byKey(platform, key).call("POST", "/v1/chat/completions", body);
  expect(answer.status).toBe(200);
  return z.string().parse(answer.headers.get("x-ao-request-id"));
}

const saw = (id: string) => (sent: readonly Sent[]) =>
  sent.some(({ event, data }) => event === "request" && data.id === id);

const sawWallet = (id: string) => (sent: readonly Sent[]) =>
  sent.some(({ event, data }) => event === "wallet" && data.wallet_id === id);

/** The id of each request, and the team that it was booked to. */
const requestsOf = (sent: readonly Sent[]) =>
  sent.filter(({ event }) => event === "request").map(({ data }) => [data.id, data.team_id]);

describe("watching wallets", () => {
  it("shows a wallet and each of its requests as they end, at what they cost, and no text of them", async () => {
    const { id, key } = await walletWithKey("watched");
    const watching = await watch(`/v1/wallets/${id}/live`, { cookie: founder.cookie });
    await watching.until((sent) => sent.some(({ event }) => event === "wallet"));
    const request = await chat(key);
    const sent = await watching.until(saw(request));
    const line = sent.find(({ event, data }) => event === "request" && data.id === request)?.data;
    const wallet = (await founder.call("GET", `/v1/wallets/${id}`)).body;
    expect(line).toMatchObject({ wallet_id: id, model: "sandbox/echo", status: 200, cost_usd: wallet.spent_usd });
    const now = await watching.until((all) => all.at(-1)?.data.spent_usd === wallet.spent_usd || saw(request)(all));
    expect(now.filter(({ event }) => event === "wallet").at(-1)?.data).toMatchObject({ held_usd: "0.000000000" });
    expect(JSON.stringify(now)).not.toContain("canary");
    await watching.stop();
  });

  it("shows all wallets of the org, those in shards too, and none of another's", async () => {
    const sharded = await walletWithKey("sharded", { shards: 4 });
    const plain = await walletWithKey("plain");
    const stranger = await signUp(platform);
    const watching = await watch("/v1/live", { cookie: founder.cookie });
    const theirs = await watch("/v1/live", { cookie: stranger.cookie });
    const [hello] = await watching.until((sent) => sent.filter(({ event }) => event === "wallet").length >= 3);
    expect(hello?.event).toBe("hello");
    expect(hello?.data.wallets).toBe(hello?.data.of);
    const requests = await Promise.all([sharded.key, plain.key, sharded.key].map(chat));
    const sent = await watching.until((all) => requests.every((id) => saw(id)(all)));
    const wallets = new Set(sent.filter(({ event }) => event === "request").map(({ data }) => data.wallet_id));
    expect(wallets).toEqual(new Set([sharded.id, plain.id]));
    const foreign = await theirs.until((all) => all.some(({ event }) => event === "wallet"));
    const seen = foreign.flatMap(({ data }) => (data.wallet_id === undefined ? [] : [data.wallet_id]));
    expect(new Set(seen)).toEqual(new Set([stranger.wallet_id]));
    await Promise.all([watching.stop(), theirs.stop()]);
  });

  it("shows wallets, and no requests, to whoever may not read the request log", async () => {
    const { id, key } = await walletWithKey("of a member");
    const member = await invite(platform, founder, { role: "member" });
    const watching = await watch(`/v1/wallets/${id}/live`, { cookie: z.string().parse(Reflect.get(member, "cookie")) });
    await watching.until((sent) => sent.some(({ event }) => event === "wallet"));
    await chat(key);
    const sent = await watching.until((all) =>
      all.some(({ event, data }) => event === "wallet" && data.spent_usd !== "0.000000000"),
    );
    expect(sent.map(({ event }) => event)).not.toContain("request");
    await watching.stop();
  });

  it("of more objects than are watched has those of one's own team first", async () => {
    const org = await signUp(platform);
    const team = await make(org, "/v1/teams", { name: "Small" });
    const sharded = (name: string, more: object = {}) =>
      make(org, "/v1/wallets", { name, limit_usd: "5", period: "none", shards: 16, ...more });
    for (const name of ["Big", "Bigger"]) await sharded(name);
    const own = await sharded("Own", { team_id: team.id });
    const lead = await invite(platform, org, { role: "member", team_id: team.id, team_role: "lead" });
    const told = async ({ cookie }: { readonly cookie: string }) => {
      const watching = await watch("/v1/live", { cookie });
      const sent = await watching.until((all) => {
        const watched = all.find(({ event }) => event === "hello")?.data.wallets;
        return all.filter(({ event }) => event === "wallet").length === watched;
      });
      await watching.stop();
      return new Set(sent.map(({ data }) => data.wallet_id));
    };
    expect((await told(lead)).has(own.id)).toBe(true);
    expect((await told(org)).has(own.id)).toBe(false);
  });

  it.concurrent("shows members and leads what was booked to their own team, and never to another, also once they are moved", async () => {
    const [mine, other] = [
      await make(founder, "/v1/teams", { name: "Mine" }),
      await make(founder, "/v1/teams", { name: "Other" }),
    ];
    const [here, there, nobodys] = [
      await walletWithKey("here", { team_id: mine.id }),
      await walletWithKey("there", { team_id: other.id }),
      await walletWithKey("of no team"),
    ];
    const [member, lead, outsider] = [
      await invite(platform, founder, { role: "member", team_id: mine.id, team_role: "member" }),
      await invite(platform, founder, { role: "member", team_id: other.id, team_role: "lead" }),
      await invite(platform, founder, { role: "member" }),
    ];
    const watchAll = async ({ cookie }: { readonly cookie: string }): Promise<Watching> => {
      const watching = await watch("/v1/live", { cookie });
      // A wallet tells who begins to watch it how it is; from then on it tells what it does.
      await watching.until((sent) => [here, there, nobodys].every(({ id }) => sawWallet(id)(sent)));
      return watching;
    };
    const all = await watchAll(founder);
    const [by_member, by_lead, by_outsider] = [await watchAll(member), await watchAll(lead), await watchAll(outsider)];
    const one = await watch(`/v1/wallets/${there.id}/live`, { cookie: member.cookie });
    await one.until(sawWallet(there.id));
    for (const { key } of [there, nobodys, there]) await all.until(saw(await chat(key)));
    const ours = await chat(here.key);
    expect(requestsOf(await by_member.until(saw(ours)))).toEqual([[ours, mine.id]]);

    const [place] = rowsOf(await founder.call("GET", `/v1/team-members?team_id=${mine.id}`));
    expectStatus(await founder.call("DELETE", `/v1/team-members/${String(place?.id)}`), 204);
    await make(founder, "/v1/team-members", { team_id: other.id, member_id: place?.member_id, role: "member" });
    const moved = await watchAll(member);
    await all.until(saw(await chat(here.key)));
    const joined = await chat(there.key);
    expect(requestsOf(await moved.until(saw(joined)))).toEqual([[joined, other.id]]);
    // What was opened before ends, and shows nothing of the team that they came to until then.
    for (const stream of [by_member, one]) {
      const ended = await stream.until((sent) => sent.some(({ event }) => event === "end"));
      expect(ended.at(-1)).toEqual({ event: "end", data: { reason: "rights_changed" } });
      expect(requestsOf(ended).filter(([, team_id]) => team_id !== mine.id)).toEqual([]);
    }

    await all.until(saw(await chat(here.key)));
    const last = await chat(there.key);
    for (const stream of [moved, by_lead]) {
      const teams = requestsOf(await stream.until(saw(last))).map(([, team_id]) => team_id);
      expect(new Set(teams)).toEqual(new Set([other.id]));
    }
    const { spent_usd } = (await founder.call("GET", `/v1/wallets/${there.id}`)).body;
    const unseen = await by_outsider.until((sent) =>
      sent.some(({ data }) => data.wallet_id === there.id && data.spent_usd === spent_usd),
    );
    expect(requestsOf(unseen)).toEqual([]);
    await Promise.all([all, by_lead, by_outsider, moved].map((stream) => stream.stop()));
  }, 120_000);

  it.concurrent("ends when whoever sees everything sees it no more", async () => {
    const admin = await invite(platform, founder, { role: "admin" });
    const watching = await watch("/v1/live", { cookie: admin.cookie });
    await watching.until((sent) => sent.length > 0);
    const members = rowsOf(await founder.call("GET", "/v1/members"));
    const id = String(members.find(({ email }) => email === admin.email)?.id);
    expectStatus(await founder.call("PATCH", `/v1/members/${id}`, { role: "member" }, { "if-match": '"1"' }), 200);
    const sent = await watching.until((all) => all.some(({ event }) => event === "end"));
    expect(sent.at(-1)?.data).toEqual({ reason: "rights_changed" });
  }, 120_000);

  it.concurrent("ends when the session does", async () => {
    const person = await signUp(platform);
    const watching = await watch("/v1/live", { cookie: person.cookie });
    await watching.until((sent) => sent.length > 0);
    await person.call("POST", "/v1/auth/sign-out", {});
    const sent = await watching.until((all) => all.some(({ event }) => event === "end"));
    expect(sent.at(-1)?.data).toEqual({ reason: "no_longer_allowed" });
  }, 120_000);

  it("is no more in anybody's way once its reader has left", async () => {
    const { id, key } = await walletWithKey("left");
    for (let reader = 0; reader < 40; reader += 1) {
      const watching = await watch(`/v1/wallets/${id}/live`, { cookie: founder.cookie });
      await watching.until((sent) => sent.some(({ event }) => event === "wallet"));
      await watching.stop();
    }
    await chat(key);
  });
});
