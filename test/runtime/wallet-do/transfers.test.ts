import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import type { TransferInRequest, TransferOutAnswer } from "../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import { randomFrom } from "../../../scripts/harness/random.ts";
import type { WalletObject } from "../../../workers/wallet-do/wallet-object.ts";
import { admit, settings, settle, usd } from "../../unit/wallet/make.ts";
import { failWrite, type Stub, withEffects } from "./in-wallet.ts";

const DIME = 100_000_000;
const SEED = 20_261_126;

let wallets = 0;

interface Named {
  readonly id: string;
  readonly stub: Stub;
}

async function wallet(change: Partial<WalletSettings> = {}): Promise<Named> {
  wallets += 1;
  const id = `moving-${wallets}`;
  const stub = env.WALLET.get(env.WALLET.idFromName(id));
  await stub.configure(settings({ wallet_id: id, period: "none", limit_nano_usd: 100 * DIME, ...change }));
  return { id, stub };
}

const move = (from: Named, to: Named, id: string, amount: number): Promise<TransferOutAnswer> =>
  from.stub.transferOut({ transfer_id: id, to_wallet_id: to.id, amount_nano_usd: usd(amount) });

async function balances(named: readonly Named[]): Promise<(number | undefined)[]> {
  return Promise.all(named.map(async ({ stub }) => (await stub.state())?.balance_nano_usd));
}

async function healthy(named: readonly Named[]): Promise<void> {
  for (const { stub } of named) expect(await stub.audit()).toEqual({ ok: true, problems: [] });
}

type Send = (request: TransferInRequest) => Promise<unknown>;

/** Puts something between a wallet and the one that it sends to; an eviction undoes it. */
function between(from: Named, how: (send: Send, request: TransferInRequest) => Promise<unknown>): Promise<void> {
  return withEffects(from.stub, (effects) => {
    const real = effects.wallet;
    Object.assign(effects, {
      wallet: (id: string) => ({
        lease: (message: Parameters<ReturnType<typeof real>["lease"]>[0]) => real(id).lease(message),
        recall: () => real(id).recall(),
        rate: (message: Parameters<ReturnType<typeof real>["rate"]>[0]) => real(id).rate(message),
        transferIn: (request: TransferInRequest) => how((sent) => real(id).transferIn(sent), request),
      }),
    });
  });
}

describe("a transfer", () => {
  test("moves the amount, and answers every repeat the same", async () => {
    const [from, to] = [await wallet(), await wallet()];
    const first = await move(from, to, "t", 30 * DIME);
    expect(first).toEqual({ status: "transferred", balance_nano_usd: 70 * DIME });
    const again = await Promise.all(Array.from({ length: 20 }, () => move(from, to, "t", 30 * DIME)));
    for (const answer of again) expect(answer).toEqual(first);
    expect(await balances([from, to])).toEqual([70 * DIME, 130 * DIME]);
    await healthy([from, to]);
  });

  test("asked for twenty times at once is one", async () => {
    const [from, to] = [await wallet(), await wallet()];
    const answers = await Promise.all(Array.from({ length: 20 }, () => move(from, to, "t", 60 * DIME)));
    for (const answer of answers) expect(answer).toEqual({ status: "transferred", balance_nano_usd: 40 * DIME });
    expect(await balances([from, to])).toEqual([40 * DIME, 160 * DIME]);
    await healthy([from, to]);
  });

  test("calls back what wallets below hold without need before it is refused", async () => {
    const top = await wallet();
    const below = await wallet({ parent_id: top.id });
    const to = await wallet();
    await below.stub.admit(admit("r", DIME));
    await below.stub.settle(settle("r", DIME));
    expect((await top.stub.state())?.leased_nano_usd).toBeGreaterThan(0);
    expect(await move(top, to, "t", 99 * DIME)).toMatchObject({ status: "transferred" });
    expect((await top.stub.state())?.leased_nano_usd).toBe(0);
    await below.stub.admit(admit("s", 0));
    await healthy([top, below, to]);
  });

  test("within a tree moves what may be spent, and the wallet above still binds", async () => {
    const top = await wallet({ limit_nano_usd: 10 * DIME });
    const a = await wallet({ parent_id: top.id, limit_nano_usd: 8 * DIME });
    const b = await wallet({ parent_id: top.id, limit_nano_usd: 8 * DIME });
    expect(await move(a, b, "t", 6 * DIME)).toMatchObject({ status: "transferred" });
    expect(await a.stub.admit(admit("a", 3 * DIME))).toMatchObject({ status: "exceeds_wallet", wallet_id: a.id });
    expect(await b.stub.admit(admit("b", 11 * DIME))).toMatchObject({ status: "exceeds_wallet", wallet_id: top.id });
    expect((await b.stub.admit(admit("c", 10 * DIME))).status).toBe("held");
    await healthy([top, a, b]);
  });

  test("that is under way takes nothing of what the wallet above has lent", async () => {
    const top = await wallet({ limit_nano_usd: 10 * DIME });
    const [from, to] = [await wallet({ parent_id: top.id, limit_nano_usd: 20 * DIME }), await wallet()];
    await between(from, () => Promise.reject(new Error("no answer")));
    expect(await move(from, to, "t", 10 * DIME)).toEqual({ status: "pending" });
    expect((await from.stub.admit(admit("r", 10 * DIME))).status).toBe("held");
    await healthy([top, from, to]);
  });

  test("into a wallet that refuses frees the money and says why", async () => {
    const [from, ended] = [await wallet(), await wallet({ ends_at: 1 })];
    expect(await move(from, ended, "t", DIME)).toEqual({ status: "target_refused", reason: "ended" });
    expect(await from.stub.state()).toMatchObject({ transferring_nano_usd: 0, available_nano_usd: 100 * DIME });
    await healthy([from, ended]);
  });
});

test("an audit names what of a transfer was tampered with", async () => {
  const [from, to] = [await wallet(), await wallet()];
  await move(from, to, "t", DIME);
  await between(from, () => Promise.reject(new Error("no answer")));
  await move(from, to, "open", DIME);
  const tamper = (statement: string) =>
    runInDurableObject(from.stub, (_object: WalletObject, state) => void state.storage.sql.exec(statement));
  const problems = async () => (await from.stub.audit()).problems.join("\n");
  expect(await problems()).toBe("");
  await tamper("UPDATE transfer SET amount_nano_usd = amount_nano_usd + 1 WHERE transfer_id = 't'");
  expect(await problems()).toMatch(/transfers whose row is missing, doubled or of another amount is 1/);
  await tamper("DELETE FROM transfer WHERE transfer_id = 't'");
  expect(await problems()).toMatch(/rows of transfers that are not known is 1/);
  await tamper("DELETE FROM transfer WHERE transfer_id = 'open'");
  expect(await problems()).toMatch(/transferring_nano_usd in memory is 100000000, not 0/);
});

/** What happens to the message to the other wallet, at its first sending and at those after it. */
const FAULTS: readonly [string, (send: Send, request: TransferInRequest) => Promise<unknown>][] = [
  ["the message is lost", () => Promise.reject(new Error("lost on the way"))],
  [
    "the answer is lost",
    async (send, request) => {
      await send(request);
      throw new Error("the answer was lost");
    },
  ],
  [
    "the message comes twice",
    async (send, request) => {
      await send(request);
      return await send(request);
    },
  ],
];

describe("a crash at any step leaves the money in one place, and the alarm finishes it", () => {
  test.each(FAULTS)("%s, and the sender dies", async (_what, fault) => {
    const [from, to] = [await wallet(), await wallet()];
    await between(from, fault);
    await move(from, to, "t", 30 * DIME).catch(() => undefined);
    // Never spendable twice: what is in the other wallet is promised here.
    const [here, there] = [await from.stub.state(), await to.stub.state()];
    expect((here?.available_nano_usd ?? 0) + (there?.available_nano_usd ?? 0)).toBeLessThanOrEqual(200 * DIME);
    expect(here?.available_nano_usd).toBe(70 * DIME);
    await healthy([from, to]);
    await evictDurableObject(from.stub);
    await evictDurableObject(to.stub);
    expect((await from.stub.state())?.available_nano_usd).toBe(70 * DIME);
    await runDurableObjectAlarm(from.stub);
    expect(await from.stub.state()).toMatchObject({ balance_nano_usd: 70 * DIME, transferring_nano_usd: 0 });
    expect(await balances([to])).toEqual([130 * DIME]);
    expect(await move(from, to, "t", 30 * DIME)).toEqual({ status: "transferred", balance_nano_usd: 70 * DIME });
    await healthy([from, to]);
  });

  test("a write fails in the sender, at each of them", async () => {
    let failures = 0;
    for (let nth = 1; nth <= 6; nth += 1) {
      const [from, to] = [await wallet(), await wallet()];
      // Nothing but the transfer writes.
      await runDurableObjectAlarm(from.stub);
      const failed = await runInDurableObject(from.stub, async (object: WalletObject, state) => {
        const failing = failWrite(state.storage, nth);
        const request = { transfer_id: "t", to_wallet_id: to.id, amount_nano_usd: usd(30 * DIME) };
        const result = await object.transferOut(request).then(
          () => false,
          () => true,
        );
        failing.undo();
        return result;
      });
      if (failed) failures += 1;
      await healthy([from, to]);
      expect((await from.stub.state())?.available_nano_usd).toBe(failed && nth === 1 ? 100 * DIME : 70 * DIME);
      await evictDurableObject(from.stub);
      await runDurableObjectAlarm(from.stub);
      expect(await move(from, to, "t", 30 * DIME)).toEqual({ status: "transferred", balance_nano_usd: 70 * DIME });
      expect(await balances([from, to])).toEqual([70 * DIME, 130 * DIME]);
      await healthy([from, to]);
    }
    // The reservation; then the row, its event, and the reservation's end.
    expect(failures).toBe(4);
  });

  test("a write fails in the receiver, at each of them", async () => {
    for (let nth = 1; nth <= 3; nth += 1) {
      const [from, to] = [await wallet(), await wallet()];
      await runDurableObjectAlarm(to.stub);
      const undo = await runInDurableObject(to.stub, (_object: WalletObject, state) => failWrite(state.storage, nth));
      expect(await move(from, to, "t", 30 * DIME)).toEqual({ status: "transferred", balance_nano_usd: 70 * DIME });
      await runInDurableObject(to.stub, () => undo.undo());
      expect(await balances([from, to])).toEqual([70 * DIME, 130 * DIME]);
      await healthy([from, to]);
    }
  });

  test("a receiver that stays silent keeps nobody waiting, and is asked again", async () => {
    const [from, to, other] = [await wallet(), await wallet(), await wallet()];
    await between(from, (send, request) =>
      request.transfer_id === "silent" ? Promise.reject(new Error("no answer")) : send(request),
    );
    expect(await move(from, to, "silent", DIME)).toEqual({ status: "pending" });
    expect(await move(from, other, "t", DIME)).toMatchObject({ status: "transferred" });
    expect(await from.stub.admit(admit("r", 98 * DIME))).toMatchObject({ status: "held" });
    await runDurableObjectAlarm(from.stub);
    expect(await from.stub.state()).toMatchObject({ transferring_nano_usd: DIME });
    await evictDurableObject(from.stub);
    await runDurableObjectAlarm(from.stub);
    expect(await from.stub.state()).toMatchObject({ transferring_nano_usd: 0 });
    await healthy([from, to, other]);
  });
});

test("100 transfers at once between five wallets, with losses and evictions: not a nano-dollar is made or lost", async () => {
  const random = randomFrom(SEED);
  const named = await Promise.all(Array.from({ length: 5 }, () => wallet()));
  const pick = (): Named => named[Math.floor(random() * named.length)] ?? fail();
  const fail = (): never => {
    throw new Error("no wallet");
  };
  const faults = async () => {
    for (const from of named) {
      await between(from, async (send, request) => {
        if (random() < 0.35) throw new Error("lost on the way");
        const answer = await send(request);
        if (random() < 0.35) throw new Error("the answer was lost");
        return random() < 0.2 ? await send(request) : answer;
      });
    }
  };
  await faults();
  const wanted = Array.from({ length: 100 }, (_, index) => {
    const from = pick();
    let to = pick();
    while (to === from) to = pick();
    return { from, to, id: `x${index}`, amount: 1 + Math.floor(random() * 60 * DIME) };
  });
  const run = () => Promise.all(wanted.map(({ from, to, id, amount }) => move(from, to, id, amount).catch(() => null)));
  await run();
  for (const { stub } of named) await evictDurableObject(stub);
  for (const { stub } of named) {
    expect((await stub.state())?.available_nano_usd, `seed ${SEED}`).toBeGreaterThanOrEqual(0);
    await runDurableObjectAlarm(stub);
  }
  await faults();
  await run();
  for (const { stub } of named) await evictDurableObject(stub);
  const answers = await run();
  const expected = new Map(named.map(({ id }) => [id, 100 * DIME]));
  for (const [index, answer] of answers.entries()) {
    const { from, to, amount } = wanted[index] ?? fail();
    if (answer?.status !== "transferred") continue;
    expected.set(from.id, (expected.get(from.id) ?? 0) - amount);
    expected.set(to.id, (expected.get(to.id) ?? 0) + amount);
  }
  const after = await balances(named);
  expect(after, `seed ${SEED}`).toEqual([...expected.values()]);
  expect(after.reduce<number>((sum, balance) => sum + (balance ?? 0), 0)).toBe(500 * DIME);
  for (const balance of after) expect(balance).toBeGreaterThanOrEqual(0);
  expect(answers.filter((answer) => answer?.status === "transferred").length).toBeGreaterThan(30);
  await healthy(named);
});

describe("posts", () => {
  test("a top-up survives an eviction and is one, however often it is asked for", async () => {
    const { stub } = await wallet();
    const request = { ref: "top", kind: "top_up", amount_nano_usd: usd(5 * DIME) } as const;
    const first = await stub.post(request);
    await evictDurableObject(stub);
    const again = await Promise.all(Array.from({ length: 10 }, () => stub.post(request)));
    for (const answer of again) expect(answer).toEqual(first);
    expect(await stub.post({ ...request, amount_nano_usd: usd(1) })).toEqual({ status: "mismatch" });
    expect((await stub.state())?.balance_nano_usd).toBe(105 * DIME);
    expect((await stub.audit()).problems).toEqual([]);
  });

  test("a correction that takes what is leased calls it back", async () => {
    const top = await wallet();
    const below = await wallet({ parent_id: top.id });
    await below.stub.admit(admit("r", DIME));
    await below.stub.settle(settle("r", DIME));
    await top.stub.post({ ref: "a", kind: "adjustment", amount_nano_usd: usd(-99 * DIME) });
    expect(await below.stub.admit(admit("s", DIME))).toMatchObject({ wallet_id: top.id });
    await healthy([top, below]);
  });
});

describe("a minted wallet whose time is over", () => {
  const END = Date.UTC(2100, 0, 1);
  const at = (stub: Stub, now: number) =>
    withEffects(stub, (effects) => {
      effects.now = () => now;
    });

  test("gives its idle lease back with the alarm, and what a last request frees as soon as it ends", async () => {
    const top = await wallet();
    const minted = await wallet({ parent_id: top.id, limit_nano_usd: 50 * DIME, ends_at: END });
    // Its deadline lies behind the wallet's end.
    await at(minted.stub, END - 10_000);
    await minted.stub.admit(admit("r", DIME));
    expect((await top.stub.state())?.leased_nano_usd).toBeGreaterThan(DIME);
    const armed = await runInDurableObject(minted.stub, (_object: WalletObject, state) => state.storage.getAlarm());
    expect(armed).toBeLessThanOrEqual(END);
    await at(minted.stub, END);
    await runInDurableObject(minted.stub, (object: WalletObject) => object.alarm());
    expect((await top.stub.state())?.leased_nano_usd).toBe(DIME);
    expect(await minted.stub.admit(admit("late", 1))).toEqual({ status: "ended", wallet_id: minted.id });
    await minted.stub.settle(settle("r", DIME / 2));
    const again = await runInDurableObject(minted.stub, (_object: WalletObject, state) => state.storage.getAlarm());
    expect(again).toBeLessThanOrEqual(END);
    await runInDurableObject(minted.stub, (object: WalletObject) => object.alarm());
    expect(await top.stub.state()).toMatchObject({ leased_nano_usd: 0, spent_nano_usd: DIME / 2 });
    await healthy([top]);
  });

  test("takes the wallets below it with it", async () => {
    const top = await wallet();
    const minted = await wallet({ parent_id: top.id, ends_at: END });
    const below = await wallet({ parent_id: minted.id });
    await below.stub.admit(admit("r", DIME));
    await below.stub.settle(settle("r", DIME));
    await at(minted.stub, END);
    await runInDurableObject(minted.stub, (object: WalletObject) => object.alarm());
    expect(await below.stub.admit(admit("s", DIME))).toEqual({ status: "ended", wallet_id: minted.id });
    expect((await top.stub.state())?.leased_nano_usd).toBe(0);
    await healthy([top, minted, below]);
  });
});
