import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { NanoUsd } from "../../../schema/kernel/money.ts";
import type { AdmitAnswer } from "../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import type { WalletObject } from "../../../workers/wallet-do/wallet-object.ts";
import { admit, context, release, settings, settle, usd } from "../../unit/wallet/make.ts";
import { failWrite, type Stub } from "./in-wallet.ts";

/** 10 cents. */
const DIME = 100_000_000;
const usdOf = (dollars: number) => dollars * 1_000_000_000;

let trees = 0;

/** Wallets by name, each below the one before it in its path: `org/team/key`. Limits in dollars; null is none. */
async function tree(limits: Readonly<Record<string, number | null>>, change: Partial<WalletSettings> = {}) {
  trees += 1;
  const prefix = `tree-${trees}/`;
  const stubs = new Map<string, Stub>();
  for (const [path, limit] of Object.entries(limits)) {
    const wallet_id = `${prefix}${path}`;
    const above = path.includes("/") ? `${prefix}${path.slice(0, path.lastIndexOf("/"))}` : null;
    const stub = env.WALLET.get(env.WALLET.idFromName(wallet_id));
    const limit_nano_usd = limit === null ? null : usdOf(limit);
    await stub.configure(settings({ wallet_id, parent_id: above, period: "none", limit_nano_usd, ...change }));
    stubs.set(path, stub);
  }
  const at = (path: string): Stub => {
    const stub = stubs.get(path);
    if (stub === undefined) throw new Error(`there is no wallet ${path}`);
    return stub;
  };
  return { at, id: (path: string) => `${prefix}${path}`, all: [...stubs.values()] };
}

type Tree = Awaited<ReturnType<typeof tree>>;

/** As many admits at once, of 10 cents each. */
const burst = (stub: Stub, count: number, name = "r"): Promise<AdmitAnswer[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => stub.admit(admit(`${name}${index}`, DIME))));

const held = (answers: readonly AdmitAnswer[]): number => answers.filter(({ status }) => status === "held").length;

/** Tells everything upwards, from the leaves on, as alarms would. */
async function quiesce(made: Tree): Promise<void> {
  for (const stub of [...made.all].reverse()) {
    await runInDurableObject(stub, (object: WalletObject) => object.wallet.recall());
  }
}

async function expectBooksRight(made: Tree): Promise<void> {
  for (const stub of made.all) expect(await stub.audit()).toEqual({ ok: true, problems: [] });
}

describe("a limit above binds every wallet below it, at any concurrency", () => {
  const ORG = { org: 5, "org/team": 3, "org/team/key": 2, "org/team/other": 2, "org/side": 5 };

  test.each([1, 10, 100, 1_000])("the key's own: %i at once on 2 dollars", async (count) => {
    const made = await tree(ORG);
    const answers = await burst(made.at("org/team/key"), count);
    expect(held(answers)).toBe(Math.min(20, count));
    await expectBooksRight(made);
  });

  test.each([10, 100, 1_000])("the team's: %i at once on two keys of 2 dollars below 3", async (count) => {
    const made = await tree(ORG);
    const answers = await Promise.all([
      burst(made.at("org/team/key"), count / 2, "a"),
      burst(made.at("org/team/other"), count / 2, "b"),
    ]);
    expect(held(answers.flat())).toBe(Math.min(30, count));
    await expectBooksRight(made);
  });

  test.each([99, 999])("the org's: %i at once on everything below 5 dollars", async (count) => {
    const made = await tree(ORG);
    const leaves = ["org/team/key", "org/team/other", "org/side"];
    const answers = await Promise.all(leaves.map((leaf) => burst(made.at(leaf), count / 3, leaf)));
    expect(held(answers.flat())).toBe(50);
    await expectBooksRight(made);
  });

  test("with leases warm, and with a sibling that holds an idle lease: not one refusal is false", async () => {
    const made = await tree(ORG);
    for (const leaf of ["org/team/key", "org/team/other", "org/side"]) {
      await made.at(leaf).admit(admit(`warm-${leaf}`, DIME));
      await made.at(leaf).release(release(`warm-${leaf}`));
    }
    expect((await made.at("org").state())?.leased_nano_usd).toBeGreaterThan(0);
    const answers = await Promise.all([
      burst(made.at("org/team/key"), 300, "a"),
      burst(made.at("org/team/other"), 300, "b"),
      burst(made.at("org/side"), 300, "c"),
    ]);
    expect(held(answers.flat())).toBe(50);
    await expectBooksRight(made);
  });

  test("the last dime is found wherever it lies", async () => {
    const made = await tree({ org: 1, "org/a": null, "org/b": null, "org/c": null });
    expect(held(await burst(made.at("org/a"), 9, "a"))).toBe(9);
    for (const leaf of ["org/b", "org/c"]) {
      expect((await made.at(leaf).admit(admit(`x-${leaf}`, DIME))).status).toBe("held");
      const other = await made.at("org/a").admit(admit(`y-${leaf}`, DIME));
      expect(other.status).toBe("held_by_others");
      await made.at(leaf).release(release(`x-${leaf}`));
    }
    await expectBooksRight(made);
  });
});

describe("what is spent below is spent above", () => {
  test("to the nano-dollar, over five levels, with overages, corrections and releases", async () => {
    const made = await tree({ a: 100, "a/b": 80, "a/b/c": 60, "a/b/c/d": null, "a/b/c/d/e": 20, "a/b/x": 10 });
    const leaves = ["a/b/c/d/e", "a/b/x", "a/b/c"];
    let spent = 0;
    for (const leaf of leaves) {
      for (let index = 0; index < 7; index += 1) {
        await made.at(leaf).admit(admit(`${leaf}-${index}`, DIME));
        const cost = index === 6 ? 0 : DIME - 1 + index * 7;
        if (index === 6) await made.at(leaf).release(release(`${leaf}-${index}`));
        else await made.at(leaf).settle(settle(`${leaf}-${index}`, cost));
        spent += cost;
      }
    }
    await quiesce(made);
    for (const stub of made.all) expect((await stub.state())?.leased_nano_usd).toBe(0);
    expect((await made.at("a").state())?.spent_nano_usd).toBe(spent);
    expect((await made.at("a").state())?.balance_nano_usd).toBe(usdOf(100) - spent);
    await expectBooksRight(made);
  });

  test("within seconds by itself, and also when an object is evicted in between", async () => {
    const made = await tree({ org: 10, "org/key": 5 });
    await made.at("org/key").admit(admit("r", DIME));
    await made.at("org/key").settle(settle("r", DIME));
    await evictDurableObject(made.at("org/key"));
    await evictDurableObject(made.at("org"));
    await runInDurableObject(made.at("org/key"), (object: WalletObject) => {
      const { effects } = object;
      Object.assign(effects, { now: () => Date.now() + 6_000 });
    });
    expect(await runDurableObjectAlarm(made.at("org/key"))).toBe(true);
    expect((await made.at("org").state())?.spent_nano_usd).toBe(DIME);
    await expectBooksRight(made);
  });
});

describe("a warm admit asks nobody", () => {
  test.each([1, 3, 5])("at depth %i: at most 1.02 objects an admit", async (depth) => {
    const paths = Array.from({ length: depth }, (_, level) =>
      Array.from({ length: level + 1 }, (__, i) => `l${i}`).join("/"),
    );
    const made = await tree(Object.fromEntries(paths.map((path) => [path, 1_000])));
    const leaf = made.at(paths.at(-1) ?? "");
    let calls = 0;
    for (const path of paths.slice(0, -1)) {
      await runInDurableObject(made.at(path), (object: WalletObject) => {
        const { wallet } = object;
        const lease = wallet.lease.bind(wallet);
        wallet.lease = (message) => {
          calls += 1;
          return lease(message);
        };
      });
    }
    const ADMITS = 500;
    await leaf.admit(admit("cold", 1_000_000));
    calls = 0;
    for (let index = 0; index < ADMITS; index += 1) {
      await leaf.admit(admit(`r${index}`, 1_000_000));
      await leaf.settle(settle(`r${index}`, 900_000));
    }
    expect((ADMITS + calls) / ADMITS).toBeLessThanOrEqual(1.02);
  });
});

describe("what an administrator stops above stops below at the next admit", () => {
  test.each<[string, Partial<WalletSettings>, AdmitAnswer["status"]]>([
    ["frozen", { frozen: true }, "frozen"],
    ["a limit of 0", { limit_nano_usd: 0 }, "exhausted"],
    ["a limit below what is spent", { limit_nano_usd: 1 }, "exhausted"],
  ])("%s", async (_what, change, status) => {
    const made = await tree({ org: 100, "org/team": 100, "org/team/key": 100 });
    const leaf = made.at("org/team/key");
    await leaf.admit(admit("warm", DIME));
    await leaf.settle(settle("warm", DIME));
    const common = { wallet_id: made.id("org"), period: "none", limit_nano_usd: usdOf(100) } as const;
    await made.at("org").configure(settings({ ...common, version: 2, ...change }));
    expect(await leaf.admit(admit("after", DIME))).toMatchObject({ status, wallet_id: made.id("org") });
    await made.at("org").configure(settings({ ...common, version: 3 }));
    expect((await leaf.admit(admit("again", DIME))).status).toBe("held");
    await expectBooksRight(made);
  });

  test("the most that one request may cost, set above", async () => {
    const made = await tree({ org: 100, "org/key": 100 });
    await made.at("org").configure(
      settings({
        wallet_id: made.id("org"),
        period: "none",
        limit_nano_usd: usdOf(100),
        version: 2,
        maximum_per_request_nano_usd: DIME,
      }),
    );
    expect((await made.at("org/key").admit(admit("small", DIME))).status).toBe("held");
    const large = await made.at("org/key").admit(admit("large", DIME * 200));
    expect(large).toMatchObject({ status: "exceeds_maximum", wallet_id: made.id("org") });
  });
});

describe("a refusal names the wallet that has too little, and why", () => {
  test("held by others, too large, exhausted", async () => {
    const made = await tree({ org: 1, "org/a": 100, "org/b": 100 });
    const org = made.id("org");
    const large = await made.at("org/a").admit(admit("large", DIME * 11));
    expect(large).toMatchObject({ status: "exceeds_wallet", wallet_id: org, available_nano_usd: DIME * 10 });
    await made.at("org/b").admit(admit("b", DIME * 10));
    expect(await made.at("org/a").admit(admit("a", DIME))).toMatchObject({ status: "held_by_others", wallet_id: org });
    await made.at("org/b").settle(settle("b", DIME * 10));
    expect(await made.at("org/a").admit(admit("a2", DIME))).toMatchObject({ status: "exhausted", wallet_id: org });
    await expectBooksRight(made);
  });
});

describe("lost and doubled messages", () => {
  test("a lease whose answer is lost is granted once", async () => {
    const made = await tree({ org: 10, "org/key": 10 });
    let lost = 0;
    await runInDurableObject(made.at("org/key"), (object: WalletObject) => {
      const { effects } = object;
      const real = effects.wallet;
      Object.assign(effects, {
        wallet: (id: string) => ({
          recall: () => real(id).recall(),
          lease: async (message: Parameters<ReturnType<typeof real>["lease"]>[0]) => {
            const answer = await real(id).lease(message);
            lost += 1;
            if (lost % 2 === 1) throw new Error("the answer was lost");
            return answer;
          },
        }),
      });
    });
    expect(held(await burst(made.at("org/key"), 200))).toBe(100);
    expect(lost).toBeGreaterThan(1);
    await expectBooksRight(made);
  });

  test("an object that dies while it asks has what it was granted when it is back", async () => {
    const made = await tree({ org: 10, "org/key": 10 });
    await runInDurableObject(made.at("org/key"), (object: WalletObject) => {
      const { effects } = object;
      const real = effects.wallet;
      Object.assign(effects, {
        wallet: (id: string) => ({
          recall: () => real(id).recall(),
          lease: async (message: Parameters<ReturnType<typeof real>["lease"]>[0]) => {
            await real(id).lease(message);
            throw new Error("the answer was lost");
          },
        }),
      });
    });
    await expect(
      runInDurableObject(made.at("org/key"), (object: WalletObject) => object.admit(admit("r", DIME))),
    ).rejects.toThrow();
    await evictDurableObject(made.at("org/key"));
    expect(held(await burst(made.at("org/key"), 120))).toBe(100);
    await expectBooksRight(made);
  });

  test("keys of one wallet do not see each other's context", async () => {
    const made = await tree({ org: 10, "org/key": 10 });
    const answer = await made.at("org/key").admit(admit("r", DIME, { context: context({ key_id: "key_2" }) }));
    expect(answer.status).toBe("held");
  });
});

describe("what a random tree found", () => {
  test("an admit whose hold could not be stored is not answered as held", async () => {
    const made = await tree({ org: 10, "org/key": 10 });
    const leaf = made.at("org/key");
    await leaf.admit(admit("warm", DIME));
    await runInDurableObject(leaf, async (object: WalletObject, { storage }) => {
      const failure = failWrite(storage, 1);
      await expect(object.admit(admit("r", 1_000))).rejects.toThrow();
      failure.undo();
    });
    expect((await leaf.state())?.open_holds).toBe(1);
    await expectBooksRight(made);
  });

  test("a lease that could not be stored is not answered as granted", async () => {
    const made = await tree({ org: 10, "org/key": 10 });
    await runInDurableObject(made.at("org"), async (object: WalletObject, { storage }) => {
      const failure = failWrite(storage, 1);
      const message = {
        child_id: "c",
        lane: "ask",
        seq: 1,
        consumed_nano_usd: usd(0),
        returned_nano_usd: usd(0),
      } as const;
      const asks = { need_nano_usd: usd(DIME), want_nano_usd: usd(DIME), request_nano_usd: usd(DIME) };
      await expect(object.lease({ ...message, ...asks })).rejects.toThrow();
      failure.undo();
    });
    expect((await made.at("org").state())?.leased_nano_usd).toBe(0);
  });

  test("what one wallet has spent beyond its lease is not there for another", async () => {
    const made = await tree({ org: 1, "org/a": null, "org/b": null });
    await made.at("org/a").admit(admit("over", DIME));
    await made.at("org/a").settle(settle("over", DIME * 8));
    await quiesce(made);
    expect((await made.at("org").state())?.available_nano_usd).toBe(DIME * 2);
    expect(held(await burst(made.at("org/b"), 10))).toBe(2);
    await expectBooksRight(made);
  });

  test("idle money of a sibling and what is left above are enough together", async () => {
    const made = await tree({ org: 1, "org/team": null, "org/team/x": null, "org/team/y": null });
    await made.at("org/team/x").admit(admit("x", DIME));
    await made.at("org/team/x").release(release("x"));
    expect((await made.at("org/team").state())?.leased_nano_usd).toBeGreaterThan(0);
    expect((await made.at("org/team/y").admit(admit("y", DIME * 10))).status).toBe("held");
    await expectBooksRight(made);
  });

  test("what comes free below a frozen wallet is not spent again before it goes on", async () => {
    const made = await tree({ org: 10, "org/team": 10, "org/team/key": 10 });
    const leaf = made.at("org/team/key");
    await leaf.admit(admit("before", DIME * 5));
    const common = { wallet_id: made.id("org"), period: "none", limit_nano_usd: usdOf(10) } as const;
    await made.at("org").configure(settings({ ...common, version: 2, frozen: true }));
    await leaf.release(release("before"));
    await evictDurableObject(leaf);
    expect(await leaf.admit(admit("after", DIME))).toMatchObject({ status: "frozen", wallet_id: made.id("org") });
    await made.at("org").configure(settings({ ...common, version: 3 }));
    expect(held(await burst(leaf, 100, "again"))).toBe(100);
    await expectBooksRight(made);
  });

  test("a correction that gives back all that was to be told leaves nothing due", async () => {
    const made = await tree({ org: 10, "org/key": 10 });
    const leaf = made.at("org/key");
    await leaf.admit(admit("r", DIME, { ttl_ms: 1_000 }));
    const now = Date.now() + 2_000;
    await runInDurableObject(leaf, async (object: WalletObject) => {
      Object.assign(object.effects, { now: () => now });
      await object.settle(settle("r", 0));
      expect(await object.audit()).toEqual({ ok: true, problems: [] });
    });
    await runDurableObjectAlarm(leaf);
    const next = await runInDurableObject(leaf, (_: WalletObject, { storage }) => storage.getAlarm());
    expect(next ?? Number.POSITIVE_INFINITY).toBeGreaterThan(now);
  });

  test("an alarm that was lost is set again by whoever looks", async () => {
    const made = await tree({ org: 10, "org/key": 10 });
    const leaf = made.at("org/key");
    await leaf.admit(admit("r", DIME));
    await runInDurableObject(leaf, (_: WalletObject, { storage }) => storage.deleteAlarm());
    await evictDurableObject(leaf);
    await leaf.state();
    expect(await runInDurableObject(leaf, (_: WalletObject, { storage }) => storage.getAlarm())).not.toBeNull();
  });

  test("an extension by what is no amount is refused, not thrown", async () => {
    const made = await tree({ org: 10, "org/key": 10 });
    await made.at("org/key").admit(admit("r", DIME));
    await runInDurableObject(made.at("org/key"), async (object: WalletObject) => {
      const none: NanoUsd = JSON.parse('{"value":0.5}').value;
      const extended = await object.extend({ request_id: "r", hold_nano_usd: none, committed_nano_usd: none });
      expect(extended).toEqual({ status: "refused", hold_nano_usd: DIME });
    });
  });
});
