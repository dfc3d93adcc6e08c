import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import {
  NO_RATE_LIMITS,
  type RateAnswer,
  type RateLimits,
  type RateMessage,
} from "../../../schema/wire/rate-limits.ts";
import type { AdmitAnswer, AdmitRequest } from "../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import type { WalletObject } from "../../../workers/wallet-do/wallet-object.ts";
import { admit, context, release, settings, settle } from "../../unit/wallet/make.ts";
import { START, type Stub, setClock } from "./in-wallet.ts";

const HOLD = 1_000;

let trees = 0;
let ids = 0;

/** Wallets by name, each below the one before it in its path, with rate limits and no other; their clocks stand still. */
async function tree(limits: Readonly<Record<string, Partial<RateLimits>>>, change: Partial<WalletSettings> = {}) {
  trees += 1;
  const prefix = `rates-${trees}/`;
  const stubs = new Map<string, Stub>();
  const at = (path: string): Stub => {
    const stub = stubs.get(path);
    if (stub === undefined) throw new Error(`there is no wallet ${path}`);
    return stub;
  };
  let version = 0;
  const configure = async (path: string, rates: Partial<RateLimits>, more: Partial<WalletSettings> = {}) => {
    version += 1;
    const parent_id = path.includes("/") ? `${prefix}${path.slice(0, path.lastIndexOf("/"))}` : null;
    const common = { wallet_id: `${prefix}${path}`, parent_id, period: "none", limit_nano_usd: null } as const;
    const rate_limits = { ...NO_RATE_LIMITS, ...rates };
    await at(path).configure(settings({ ...common, ...change, ...more, version, rate_limits }));
  };
  const clock = async (now: number) => {
    for (const stub of stubs.values()) await setClock(stub, now);
  };
  for (const [path, rates] of Object.entries(limits)) {
    stubs.set(path, env.WALLET.get(env.WALLET.idFromName(`${prefix}${path}`)));
    await setClock(at(path), START);
    await configure(path, rates);
  }
  return { at, id: (path: string) => `${prefix}${path}`, all: [...stubs.values()], configure, clock };
}

type Tree = Awaited<ReturnType<typeof tree>>;

const newId = (): string => {
  ids += 1;
  return `req_${ids}`;
};
const burst = (stub: Stub, count: number, change: Partial<AdmitRequest> = {}): Promise<AdmitAnswer[]> =>
  Promise.all(Array.from({ length: count }, () => stub.admit(admit(newId(), HOLD, change))));
const held = (answers: readonly AdmitAnswer[]): number => answers.filter(({ status }) => status === "held").length;
const statuses = (answers: readonly AdmitAnswer[]) => new Set(answers.map(({ status }) => status));
const ofTokens = (count: number): Partial<AdmitRequest> => ({
  tokens: { tokens_least: count, tokens_estimate: count },
});

async function expectBooksRight(made: Tree): Promise<void> {
  for (const stub of made.all) expect(await stub.audit()).toEqual({ ok: true, problems: [] });
}

/** Puts something in between a wallet and those it calls. */
const between = (
  stub: Stub,
  call: (message: RateMessage, real: () => Promise<RateAnswer>) => Promise<RateAnswer>,
): Promise<void> =>
  runInDurableObject(stub, ({ effects }: WalletObject) => {
    const real = effects.wallet;
    Object.assign(effects, {
      wallet: (id: string) => ({
        recall: () => real(id).recall(),
        lease: (message: Parameters<ReturnType<typeof real>["lease"]>[0]) => real(id).lease(message),
        rate: (message: RateMessage) => call(message, () => real(id).rate(message)),
      }),
    });
  });

/** Counts the messages of a wallet to others, by kind. */
async function counted(stub: Stub): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  await between(stub, (message, real) => {
    counts.set(message.kind, (counts.get(message.kind) ?? 0) + 1);
    return real();
  });
  return counts;
}

describe("a wallet's own limits", () => {
  test("1,000 at once against 60 a minute: exactly 60, and the next when a second has passed", async () => {
    const made = await tree({ top: { requests_per_minute: 60 } });
    const answers = await burst(made.at("top"), 1_000);
    expect(held(answers)).toBe(60);
    expect(statuses(answers)).toEqual(new Set(["held", "rate_limited"]));
    await made.clock(START + 1_000);
    expect(held(await burst(made.at("top"), 100))).toBe(1);
    await expectBooksRight(made);
  });

  test("an eviction gives nothing back, of requests, of tokens, or of what is open", async () => {
    const made = await tree({ top: { requests_per_minute: 60, tokens_per_minute: 5_000, concurrent_requests: 50 } });
    const first = newId();
    await made.at("top").admit(admit(first, HOLD, ofTokens(1_000)));
    await made.at("top").settle(settle(first, HOLD));
    for (const expected of [20, 18, 0]) {
      // 30 tokens are used, and 100 reserved for each of those that are open.
      expect(held(await burst(made.at("top"), 20, ofTokens(130)))).toBe(expected);
      await evictDurableObject(made.at("top"));
      await made.clock(START);
      await expectBooksRight(made);
    }
    const [answer] = await burst(made.at("top"), 1, ofTokens(130));
    expect(answer).toMatchObject({ status: "rate_limited", limit: "tokens" });
    expect(await burst(made.at("top"), 1, ofTokens(1))).toMatchObject([{ status: "held" }]);
  });

  test("the answer says what is left, and a wallet without limits says nothing", async () => {
    const made = await tree({ top: { requests_per_minute: 60 }, other: {} });
    expect((await burst(made.at("top"), 1))[0]).toMatchObject({
      rate: { requests: { limit: 60, remaining: 59, reset_ms: 1_000 }, tokens: null },
    });
    expect((await burst(made.at("other"), 1))[0]).not.toHaveProperty("rate");
  });

  test("changed limits of a key bind its next request, also after an eviction", async () => {
    const made = await tree({ top: {} });
    const limits = { ...NO_RATE_LIMITS, version: 2, requests_per_minute: 3 };
    await made.at("top").limitKey("key_9", limits);
    await evictDurableObject(made.at("top"));
    await made.clock(START);
    const old = { context: context({ key_id: "key_9" }), key_limits: { ...NO_RATE_LIMITS, version: 1 } };
    expect(held(await burst(made.at("top"), 10, old))).toBe(3);
    expect(held(await burst(made.at("top"), 10))).toBe(10);
  });
});

describe("a limit above binds all wallets below it together", () => {
  const LEAVES = ["org/a", "org/b", "org/c"];
  const spread = (made: Tree, count: number, change: Partial<AdmitRequest> = {}) =>
    Promise.all(LEAVES.map((leaf) => burst(made.at(leaf), count, change))).then((answers) => answers.flat());

  test("999 at once on three wallets below 60 a minute: exactly 60", async () => {
    const made = await tree({ org: { requests_per_minute: 60 }, "org/a": {}, "org/b": {}, "org/c": {} });
    const answers = await spread(made, 333);
    expect(held(answers)).toBe(60);
    const refused = answers.filter((answer) => answer.status === "rate_limited");
    expect(refused).toHaveLength(939);
    for (const answer of refused) expect(answer).toMatchObject({ scope: { type: "wallet", id: made.id("org") } });
    await made.clock(START + 2_000);
    expect(held(await spread(made, 50))).toBe(2);
    await expectBooksRight(made);
  });

  test("with evictions in between, above and below", async () => {
    const made = await tree({ org: { requests_per_minute: 60 }, "org/a": {}, "org/b": {}, "org/c": {} });
    expect(held(await spread(made, 15))).toBe(45);
    // From below: a wallet that was called stays referred to until the one that called it is gone.
    for (const stub of [...made.all].reverse()) await evictDurableObject(stub);
    await made.clock(START);
    expect(held(await spread(made, 100))).toBe(15);
    for (const stub of [...made.all].reverse()) await evictDurableObject(stub);
    await made.clock(START);
    expect(held(await spread(made, 100))).toBe(0);
    await expectBooksRight(made);
  });

  test("tokens: what is used below takes the place of what was reserved above", async () => {
    const made = await tree({ org: { tokens_per_minute: 3_000 }, "org/a": {}, "org/b": {}, "org/c": {} });
    const id = newId();
    expect(await made.at("org/a").admit(admit(id, HOLD, ofTokens(3_000)))).toMatchObject({ status: "held" });
    expect(held(await burst(made.at("org/b"), 1, ofTokens(1)))).toBe(0);
    await made.at("org/a").settle(settle(id, HOLD));
    // 30 of 3,000 were used.
    await vi.waitFor(async () => expect(held(await burst(made.at("org/b"), 1, ofTokens(2_970)))).toBe(1));
    expect(held(await burst(made.at("org/c"), 1, ofTokens(1)))).toBe(0);
    await expectBooksRight(made);
  });

  test("at a time: freed when a request below is settled, released, or ended by its deadline", async () => {
    const made = await tree({ org: { concurrent_requests: 3 }, "org/a": {}, "org/b": {}, "org/c": {} });
    const [settled, released, expired] = [newId(), newId(), newId()];
    for (const [leaf, id] of [
      ["org/a", settled],
      ["org/b", released],
      ["org/c", expired],
    ] as const) {
      expect((await made.at(leaf).admit(admit(id, HOLD))).status).toBe("held");
    }
    expect(held(await spread(made, 20))).toBe(0);
    const expectOneMore = () => vi.waitFor(async () => expect(held(await spread(made, 2))).toBe(1));
    await made.at("org/a").settle(settle(settled, HOLD));
    await expectOneMore();
    await made.at("org/b").release(release(released));
    await expectOneMore();
    await setClock(made.at("org/c"), START + 90_001);
    await made.at("org/c").state();
    await expectOneMore();
    await expectBooksRight(made);
  });

  test("at every height at once: the least of them, and nothing is taken of one by what another refuses", async () => {
    const made = await tree({
      org: { requests_per_minute: 50 },
      "org/team": { requests_per_minute: 30 },
      "org/team/key": { requests_per_minute: 10 },
      "org/side": {},
    });
    const [first, side] = await Promise.all([burst(made.at("org/team/key"), 300), burst(made.at("org/side"), 20)]);
    expect(held(first)).toBe(10);
    expect(held(side)).toBe(20);
    // 20 of 50 are left at the top, and of the team's 30 as well.
    expect(held(await burst(made.at("org/team"), 300))).toBe(20);
    expect(held(await burst(made.at("org/side"), 300))).toBe(0);
    await expectBooksRight(made);
  });

  test("the answer tells of the scope with least left", async () => {
    const made = await tree({ org: { requests_per_minute: 10 }, "org/a": { requests_per_minute: 100 } });
    const [answer] = await burst(made.at("org/a"), 1);
    expect(answer).toMatchObject({ rate: { requests: { limit: 10, remaining: 9 } } });
  });

  test("a request that is refused for money gives back what it took above", async () => {
    const made = await tree({ org: { requests_per_minute: 10 }, "org/a": {}, "org/b": {} });
    await made.configure("org", { requests_per_minute: 10 }, { limit_nano_usd: 5 * HOLD });
    const answers = await burst(made.at("org/a"), 50);
    expect(held(answers)).toBe(5);
    expect(statuses(answers)).toContain("held_by_others");
    await made.configure("org", { requests_per_minute: 10 });
    expect(held(await burst(made.at("org/b"), 50))).toBe(5);
    await expectBooksRight(made);
  });
});

describe("a limit that is set, changed or lifted above acts on the next request below", () => {
  test("in warm wallets, at any depth, and evicted ones", async () => {
    const made = await tree({ org: {}, "org/team": {}, "org/team/key": {}, "org/team/other": {} });
    const leaves = ["org/team/key", "org/team/other"];
    const both = async (count: number) => (await Promise.all(leaves.map((leaf) => burst(made.at(leaf), count)))).flat();
    expect(held(await both(20))).toBe(40);
    await evictDurableObject(made.at("org/team/other"));
    await made.clock(START);
    await made.configure("org", { requests_per_minute: 5 });
    expect(held(await both(20))).toBe(5);
    await made.configure("org", { requests_per_minute: 7 });
    expect(held(await both(20))).toBe(2);
    await made.configure("org/team", { requests_per_minute: 3 });
    await made.configure("org", {});
    expect(held(await both(20))).toBe(3);
    await made.configure("org/team", {});
    expect(held(await both(20))).toBe(40);
    await expectBooksRight(made);
  });

  test("also when the news was lost: setting it fails, and setting it again tells everyone", async () => {
    const made = await tree({ org: {}, "org/a": {}, "org/b": {} });
    await burst(made.at("org/a"), 1);
    await burst(made.at("org/b"), 1);
    let lost = true;
    await between(made.at("org"), async (message, real) => {
      if (message.kind === "tell" && lost) throw new Error("not delivered");
      return await real();
    });
    const wanted = { wallet_id: made.id("org"), period: "none", limit_nano_usd: null, version: 99 } as const;
    const rate_limits = { ...NO_RATE_LIMITS, requests_per_minute: 0 };
    await runInDurableObject(made.at("org"), async (object: WalletObject) => {
      await expect(object.configure(settings({ ...wanted, rate_limits }))).rejects.toThrow("not delivered");
    });
    lost = false;
    await made.at("org").configure(settings({ ...wanted, rate_limits }));
    for (const leaf of ["org/a", "org/b"]) expect(held(await burst(made.at(leaf), 5))).toBe(0);
  });
});

describe("what it costs in calls", () => {
  test("without limits above nobody is asked, but once", async () => {
    const made = await tree({ org: {}, "org/team": {}, "org/team/key": {} });
    const counts = await counted(made.at("org/team/key"));
    await burst(made.at("org/team/key"), 100);
    await burst(made.at("org/team/key"), 100);
    expect(Object.fromEntries(counts)).toEqual({ join: 1 });
  });

  test("one call for each request, straight to the nearest wallet with limits, and ends in few messages", async () => {
    const made = await tree({ org: { requests_per_minute: 1_000 }, "org/team": {}, "org/team/key": {} });
    await burst(made.at("org/team/key"), 1);
    const counts = await counted(made.at("org/team/key"));
    const middle = await counted(made.at("org/team"));
    const requests = Array.from({ length: 200 }, newId);
    await Promise.all(requests.map((id) => made.at("org/team/key").admit(admit(id, HOLD))));
    expect(counts.get("take")).toBe(200);
    await Promise.all(requests.map((id) => made.at("org/team/key").settle(settle(id, HOLD))));
    expect(middle.get("take")).toBeUndefined();
    expect(counts.get("end")).toBeLessThanOrEqual(200);
  });

  test("what is refused below asks nobody", async () => {
    const made = await tree({ org: { requests_per_minute: 1_000 }, "org/key": { requests_per_minute: 1 } });
    await burst(made.at("org/key"), 1);
    const counts = await counted(made.at("org/key"));
    expect(held(await burst(made.at("org/key"), 100))).toBe(0);
    expect(counts.size).toBe(0);
  });
});

describe("lost and doubled messages", () => {
  test("a request whose permission was lost on the way is let once, and its repeat is one with it", async () => {
    const made = await tree({ org: { requests_per_minute: 10 }, "org/key": {} });
    const lost = new Set<string>();
    await between(made.at("org/key"), async (message, real) => {
      const answer = await real();
      if (message.kind === "take" && !lost.has(message.request_id)) {
        lost.add(message.request_id);
        throw new Error("the answer was lost");
      }
      return answer;
    });
    expect(held(await burst(made.at("org/key"), 50))).toBe(10);
    expect(lost.size).toBe(50);
    await expectBooksRight(made);
  });

  test("a request that is admitted twice at once takes one", async () => {
    const made = await tree({ org: { requests_per_minute: 10 }, "org/key": {} });
    const request = admit(newId(), HOLD);
    const answers = await Promise.all(Array.from({ length: 20 }, () => made.at("org/key").admit(request)));
    expect(held(answers)).toBe(1);
    expect(answers.filter(({ status }) => status === "already_held")).toHaveLength(19);
    expect(held(await burst(made.at("org/key"), 20))).toBe(9);
  });

  test("an end that was lost is found out: the wallet above asks", async () => {
    const made = await tree({ org: { concurrent_requests: 2 }, "org/key": {} });
    await between(made.at("org/key"), async (message, real) => {
      if (message.kind === "end") throw new Error("not delivered");
      return await real();
    });
    const [gone, open] = [newId(), newId()];
    await made.at("org/key").admit(admit(gone, HOLD));
    await made.at("org/key").admit(admit(open, HOLD));
    await made.at("org/key").settle(settle(gone, HOLD));
    expect(held(await burst(made.at("org/key"), 5))).toBe(0);
    await setClock(made.at("org"), START + 61_000);
    expect(await runDurableObjectAlarm(made.at("org"))).toBe(true);
    expect(held(await burst(made.at("org/key"), 5))).toBe(1);
    await expectBooksRight(made);
  });

  test("a wallet above that has no settings yet is named, and configured like any other", async () => {
    trees += 1;
    const [parent_id, wallet_id] = [`rates-${trees}/new`, `rates-${trees}/new/key`];
    const stub = env.WALLET.get(env.WALLET.idFromName(wallet_id));
    await stub.configure(settings({ wallet_id, parent_id, period: "none", limit_nano_usd: null }));
    expect(await stub.admit(admit(newId(), HOLD))).toEqual({ status: "not_configured", wallet_id: parent_id });
    const rate_limits = { ...NO_RATE_LIMITS, requests_per_minute: 2 };
    const above = env.WALLET.get(env.WALLET.idFromName(parent_id));
    await above.configure(settings({ wallet_id: parent_id, period: "none", limit_nano_usd: null, rate_limits }));
    await setClock(above, START);
    expect(held(await burst(stub, 5))).toBe(2);
  });
});
