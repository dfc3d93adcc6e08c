import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { eventSchema } from "../../../schema/wire/events.ts";
import type { WalletObject } from "../../../workers/wallet-do/wallet-object.ts";
import { admit, context, keyed, release, settings, settle, TTL_MS, usd } from "../../unit/wallet/make.ts";
import { failWrite, fakeQueue, freshWallet, newestRows, START, type Stub, setClock, withEffects } from "./in-wallet.ts";

const healthy = async (stub: Stub) => expect(await stub.audit()).toEqual({ ok: true, problems: [] });
const rows = async (stub: Stub) => (await newestRows(stub)).toReversed().map((row) => [row.kind, row.amount_nano_usd]);
const alarmOf = (stub: Stub) => runInDurableObject(stub, (_object: WalletObject, state) => state.storage.getAlarm());

describe("the worker", () => {
  test("answers 404: wallets are reached through their binding only", async () => {
    expect((await exports.default.fetch("https://wallet/")).status).toBe(404);
  });

  test("an object that was never configured is alive and says that it has no settings", async () => {
    const stub = await freshWallet(null);
    expect(await stub.ping()).toEqual({ ok: true });
    expect(await stub.state()).toBeNull();
    expect(await stub.admit(admit("a", 1))).toEqual({ status: "not_configured" });
    expect(await stub.ledgerPage({ limit: 10 })).toEqual({ rows: [], end: null });
    await healthy(stub);
  });
});

describe("evicting the object changes no answer", () => {
  const life: ((stub: Stub) => Promise<unknown>)[] = [
    (stub) => stub.admit(admit("a", 50_000, keyed("k"))),
    (stub) => stub.admit(admit("a", 50_000, keyed("k"))),
    (stub) => stub.admit(admit("b", 50_000, keyed("k"))),
    (stub) => stub.extend({ request_id: "a", hold_nano_usd: usd(90_000), committed_nano_usd: usd(60_000) }),
    (stub) => stub.admit(admit("c", 20_000)),
    (stub) => stub.checkpoint({ request_id: "a", committed_nano_usd: usd(70_000) }),
    (stub) => stub.settle(settle("a", 95_000, { answer: { status: 200, headers: {}, body: "{}" } })),
    (stub) => stub.settle(settle("a", 95_000)),
    (stub) => stub.admit(admit("b", 50_000, keyed("k"))),
    (stub) => stub.release(release("c")),
    (stub) => stub.release(release("never")),
    (stub) => stub.admit(admit("never", 1)),
    (stub) => stub.admit(admit("d", 4_000)),
    (stub) => stub.revokeKey("key_1"),
    (stub) => stub.admit(admit("e", 1)),
    (stub) => stub.configure(settings({ period: "none", version: 2, limit_nano_usd: 200_000, thresholds: [50] })),
    (stub) => stub.settle(settle("f", 90_000)),
    (stub) => stub.settle(settle("g", 90_000)),
    (stub) => newestRows(stub),
    (stub) => stub.state(),
    (stub) => stub.audit(),
  ];
  async function live(evict: boolean): Promise<unknown[]> {
    const stub = await freshWallet({ limit_nano_usd: 100_000, thresholds: [50] });
    await setClock(stub, START);
    const answers: unknown[] = [];
    for (const step of life) {
      answers.push(await step(stub));
      if (evict) await evictDurableObject(stub);
      await setClock(stub, START);
      await fakeQueue(stub);
    }
    return answers;
  }
  /** What is still in the outbox, and when the wallet was configured, is a matter of time. */
  const timeless = (answers: unknown[]) =>
    JSON.parse(
      JSON.stringify(answers, (name, value) => (["outbox_pending", "period_start", "at"].includes(name) ? 0 : value)),
    );

  test("between any two steps of a life", async () => {
    expect(timeless(await live(true))).toEqual(timeless(await live(false)));
  });
});

describe("the alarm", () => {
  test("ends overdue holds once, also when it rings twice", async () => {
    const stub = await freshWallet();
    await setClock(stub, START);
    await stub.admit(admit("a", 50_000));
    await setClock(stub, START + TTL_MS);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    await runInDurableObject(stub, (object: WalletObject) => object.alarm());
    expect(await rows(stub)).toEqual([
      ["limit", 1_000_000],
      ["expire", -5_000],
    ]);
    await healthy(stub);
  });

  test("is armed for the deadline of the first hold, and for the period's end", async () => {
    const stub = await freshWallet(null);
    await setClock(stub, START);
    const queue = await fakeQueue(stub);
    await stub.configure(settings({ period: "day" }));
    await stub.admit(admit("a", 50_000, { ttl_ms: 20_000 }));
    expect(await alarmOf(stub)).toBe(START + 20_000);
    await stub.settle(settle("a", 1));
    await setClock(stub, START + 20_000);
    // It rings for the hold that is gone, finds nothing, sends the rest, and is set for the end of the day.
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(queue.batches.flat().length).toBe(2);
    expect(await alarmOf(stub)).toBe(Date.UTC(2100, 2, 11));
  });

  test("that is lost is not missed: the next command does what was due, and arms it again", async () => {
    const stub = await freshWallet();
    await setClock(stub, START);
    await stub.admit(admit("a", 900_000));
    await runInDurableObject(stub, (_object: WalletObject, state) => state.storage.deleteAlarm());
    await setClock(stub, START + TTL_MS);
    expect(await stub.admit(admit("b", 900_000))).toMatchObject({ status: "held" });
    expect(await alarmOf(stub)).not.toBeNull();
    await healthy(stub);
  });

  test("that fails does not throw, comes again, and comes later each time", async () => {
    const stub = await freshWallet();
    await setClock(stub, START);
    await stub.admit(admit("a", 50_000));
    const due = START + TTL_MS;
    await setClock(stub, due);
    const alarms = await runInDurableObject(stub, async (object: WalletObject, state) => {
      const times: (number | null)[] = [];
      for (let round = 0; round < 3; round += 1) {
        const failing = failWrite(state.storage, 1);
        await object.alarm();
        failing.undo();
        times.push(await state.storage.getAlarm());
      }
      return times;
    });
    expect(alarms).toEqual([due + 1_000, due + 2_000, due + 4_000]);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await rows(stub)).toEqual([
      ["limit", 1_000_000],
      ["expire", -5_000],
    ]);
    await healthy(stub);
  });

  test("forgets idempotency keys whose time is over", async () => {
    const stub = await freshWallet();
    await setClock(stub, START);
    await stub.admit(admit("a", 1_000, keyed("k")));
    await stub.settle(settle("a", 1));
    const keys = () =>
      runInDurableObject(stub, (_object: WalletObject, state) => [
        ...state.storage.sql.exec("SELECT key_hash FROM idempotency"),
      ]);
    await runInDurableObject(stub, (object: WalletObject) => object.alarm());
    expect(await keys()).toHaveLength(1);
    await setClock(stub, START + 24 * 3_600_000);
    await runInDurableObject(stub, (object: WalletObject) => object.alarm());
    expect(await keys()).toHaveLength(0);
  });
});

describe("a failing write leaves nothing half done", () => {
  test("at every write of a settle with an overage, an answer to keep and two alerts", async () => {
    const writes = 12;
    let failures = 0;
    for (let nth = 1; nth <= writes; nth += 1) {
      const stub = await freshWallet({ limit_nano_usd: 100_000, thresholds: [50] });
      await setClock(stub, START);
      const queue = await fakeQueue(stub);
      queue.working = false;
      await stub.admit(admit("a", 90_000, keyed("k")));
      const before = [await stub.state(), await newestRows(stub)];
      const last = settle("a", 120_000, { answer: { status: 200, headers: {}, body: "{}" } });
      const failed = await runInDurableObject(stub, async (object: WalletObject, state) => {
        const failing = failWrite(state.storage, nth);
        const result = await object.settle(last).then(
          () => false,
          () => true,
        );
        failing.undo();
        return result;
      });
      if (failed) {
        failures += 1;
        expect([await stub.state(), await newestRows(stub)]).toEqual(before);
        await healthy(stub);
        expect(await stub.settle(last)).toMatchObject({ status: "settled" });
      }
      expect(await stub.settle(last)).toMatchObject({ status: "already_ended", charged_nano_usd: 120_000 });
      await healthy(stub);
    }
    // Two ledger rows, four events, twice the period, the hold and the key.
    expect(failures).toBe(10);
  });

  test("and fails every command of its batch, so that none rests on what was never stored", async () => {
    const stub = await freshWallet({ limit_nano_usd: 100_000 });
    await stub.admit(admit("before", 10_000));
    const results = await runInDurableObject(stub, async (object: WalletObject, state) => {
      const failing = failWrite(state.storage, 3);
      const commands = [
        object.admit(admit("a", 20_000)),
        object.admit(admit("b", 20_000)),
        object.settle(settle("before", 10_000)),
        object.state(),
        object.admit(admit("c", 90_000)),
      ];
      const settled = await Promise.allSettled(commands);
      failing.undo();
      return settled.map((result) => result.status);
    });
    expect(results).toEqual(["rejected", "rejected", "rejected", "rejected", "rejected"]);
    expect(await stub.state()).toMatchObject({ held_nano_usd: 10_000, spent_nano_usd: 0, open_holds: 1 });
    await healthy(stub);
    // The same ids again: they had never been seen.
    expect(await stub.admit(admit("a", 90_000))).toMatchObject({ status: "held", available_nano_usd: 0 });
    await healthy(stub);
  });

  test("and a command that breaks by itself takes no other with it", async () => {
    const stub = await freshWallet();
    const results = await runInDurableObject(stub, (object: WalletObject) =>
      Promise.allSettled([
        object.admit(admit("a", 20_000)),
        object.configure(settings({ version: 9, time_zone: "Europe/Atlantis", period: "day" })),
        object.revokeKey(""),
        object.admit(admit("b", 20_000)),
      ]),
    );
    expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
    expect(await stub.state()).toMatchObject({ held_nano_usd: 40_000, settings: { version: 1 } });
    await healthy(stub);
  });
});

describe("under load", () => {
  test("1,000 concurrent admits, a fifth of them repeated, hold exactly the 100 there is room for", async () => {
    const stub = await freshWallet({ limit_nano_usd: 100_000 });
    const ids = Array.from({ length: 1_000 }, (_, index) => `r${index < 800 ? index : index - 800}`);
    const answers = await Promise.all(ids.map((id) => stub.admit(admit(id, 1_000))));
    const held = new Set(ids.filter((_, index) => answers[index]?.status === "held"));
    expect(held.size).toBe(100);
    expect(answers.filter((answer) => answer.status === "held")).toHaveLength(100);
    for (const [index, answer] of answers.entries()) {
      if (answer.status !== "held")
        expect(answer.status).toBe(held.has(ids[index] ?? "") ? "already_held" : "held_by_others");
    }
    expect(await stub.state()).toMatchObject({ held_nano_usd: 100_000, open_holds: 100, available_nano_usd: 0 });
    await healthy(stub);
  });

  test("commands that arrive together are stored together, in far fewer transactions", async () => {
    const stub = await freshWallet();
    const transactions = await runInDurableObject(stub, (_object: WalletObject, state) => {
      const { storage } = state;
      const transactionSync = storage.transactionSync.bind(storage);
      const counter = { count: 0 };
      storage.transactionSync = <T>(closure: () => T) => {
        counter.count += 1;
        return transactionSync<T>(closure);
      };
      return counter;
    });
    await Promise.all(Array.from({ length: 200 }, (_, index) => stub.admit(admit(`r${index}`, 10))));
    expect(transactions.count).toBeGreaterThan(0);
    expect(transactions.count).toBeLessThan(100);
    await healthy(stub);
  });
});

describe("the outbox", () => {
  test("sends every event once, in batches, and each is what the consumer expects", async () => {
    const stub = await freshWallet(null);
    await setClock(stub, START);
    const queue = await fakeQueue(stub);
    await stub.configure(settings({ thresholds: [50] }));
    await Promise.all(Array.from({ length: 100 }, (_, index) => stub.settle(settle(`r${index}`, 6_000))));
    await runDurableObjectAlarm(stub);
    const events = queue.batches.flat();
    expect(events).toHaveLength(102);
    expect(queue.batches.length).toBeLessThan(20);
    for (const event of events) expect(eventSchema.safeParse(event).error).toBeUndefined();
    expect(new Set(events.map((event) => event.event_id)).size).toBe(102);
    expect(await stub.state()).toMatchObject({ outbox_pending: 0 });
    await healthy(stub);
  });

  test("keeps its events while the queue is down, over an eviction, and sends them when it is back", async () => {
    const stub = await freshWallet(null);
    await setClock(stub, START);
    const queue = await fakeQueue(stub);
    queue.working = false;
    await stub.configure(settings({}));
    await stub.settle(settle("a", 1_000));
    for (const delay of [1_000, 2_000, 4_000]) {
      await runInDurableObject(stub, (object: WalletObject) => object.alarm());
      const retry_at = await alarmOf(stub);
      expect(retry_at).not.toBeNull();
      expect(await stub.state()).toMatchObject({ outbox_pending: 2 });
      await setClock(stub, (retry_at ?? 0) + delay);
    }
    await evictDurableObject(stub);
    const back = await fakeQueue(stub);
    await runInDurableObject(stub, (object: WalletObject) => object.alarm());
    expect(back.batches.flat().map((event) => event.type)).toEqual(["wallet.posted", "request.completed"]);
    expect(await stub.state()).toMatchObject({ outbox_pending: 0 });
    await healthy(stub);
  });

  test("sends again under the same ids what was sent but not yet forgotten", async () => {
    const stub = await freshWallet(null);
    await setClock(stub, START);
    const queue = await fakeQueue(stub);
    await stub.configure(settings({}));
    await runInDurableObject(stub, async (object: WalletObject, state) => {
      const failing = failWrite(state.storage, 1);
      await object.alarm();
      failing.undo();
      await object.alarm();
    });
    expect(queue.batches.map((batch) => batch.map((event) => event.event_id))).toEqual([["wal_1:1"], ["wal_1:1"]]);
    await healthy(stub);
  });
});

describe("what an administrator stops, stops at the next admit", () => {
  test("a revoked key, also one revoked before the wallet was configured", async () => {
    const stub = await freshWallet(null);
    await stub.revokeKey("key_2");
    await stub.configure(settings({}));
    expect(await stub.admit(admit("a", 1))).toMatchObject({ status: "held" });
    await stub.revokeKey("key_1");
    expect(await stub.admit(admit("b", 1))).toEqual({ status: "key_revoked" });
    expect(await stub.admit(admit("c", 1, { context: context({ key_id: "key_2" }) }))).toEqual({
      status: "key_revoked",
    });
    // What runs may end.
    expect(await stub.settle(settle("a", 1))).toMatchObject({ status: "settled" });
  });

  test("a frozen wallet, and a limit of 0", async () => {
    const stub = await freshWallet();
    await stub.configure(settings({ version: 2, frozen: true }));
    expect(await stub.admit(admit("a", 0))).toEqual({ status: "frozen", wallet_id: "wal_1" });
    await stub.configure(settings({ version: 3, limit_nano_usd: 0 }));
    expect(await stub.admit(admit("a", 1))).toMatchObject({ status: "exhausted" });
    expect(await stub.admit(admit("a", 0))).toMatchObject({ status: "held" });
  });
});

test("a settle that comes after the expiry, and after an eviction, posts the difference once", async () => {
  const stub = await freshWallet();
  await setClock(stub, START);
  await stub.admit(admit("a", 50_000));
  await setClock(stub, START + TTL_MS);
  await runDurableObjectAlarm(stub);
  await evictDurableObject(stub);
  expect(await stub.settle(settle("a", 20_000))).toMatchObject({ status: "corrected", charged_nano_usd: 20_000 });
  expect(await stub.settle(settle("a", 20_000))).toMatchObject({ status: "already_ended", charged_nano_usd: 20_000 });
  expect((await rows(stub)).slice(1)).toEqual([
    ["expire", -5_000],
    ["correction", -15_000],
  ]);
  await healthy(stub);
});

test("an audit names what was tampered with", async () => {
  const stub = await freshWallet();
  await withEffects(stub, (effects) => {
    effects.send = () => Promise.reject(new Error("queue is down"));
  });
  await stub.admit(admit("a", 50_000));
  await stub.settle(settle("b", 100));
  await stub.settle(settle("c", 100));
  const tamper = (statement: string) =>
    runInDurableObject(stub, (_object: WalletObject, state) => void state.storage.sql.exec(statement));
  const problems = async () => (await stub.audit()).problems.join("\n");
  expect(await problems()).toBe("");
  await tamper("UPDATE ledger SET amount_nano_usd = amount_nano_usd + 1 WHERE ref = 'b'");
  expect(await problems()).toMatch(/balance is .*\n.*spent is .*\n.*chain/);
  await tamper("UPDATE ledger SET amount_nano_usd = amount_nano_usd - 1 WHERE ref = 'b'");
  await tamper("DELETE FROM outbox WHERE seq = 2");
  expect(await problems()).toMatch(/events in the outbox/);
  await tamper("DELETE FROM outbox");
  await tamper("UPDATE hold SET request_id = 'c'");
  expect(await problems()).toMatch(/holds of requests that have ended/);
});
