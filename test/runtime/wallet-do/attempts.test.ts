import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, test } from "vitest";
import type { WalletObject } from "../../../workers/wallet-do/wallet-object.ts";
import { admit, charge, settings, settle, usd } from "../../unit/wallet/make.ts";
import { fakeQueue, freshWallet, newestRows, type Stub } from "./in-wallet.ts";

const rows = async (stub: Stub) =>
  [...(await newestRows(stub))].reverse().map(({ kind, amount_nano_usd, attempt }) => [kind, amount_nano_usd, attempt]);

const audited = async (stub: Stub) => expect(await stub.audit()).toEqual({ ok: true, problems: [] });

test("charged attempts survive an eviction, and are charged once across it", async () => {
  const stub = await freshWallet();
  await stub.admit(admit("a", 50_000));
  const request = charge("a", 1, 7_000, 90_000);
  expect(await stub.chargeAttempt(request)).toMatchObject({ status: "held", hold_nano_usd: 90_000 });
  await evictDurableObject(stub);
  expect(await stub.chargeAttempt(request)).toMatchObject({ status: "held", hold_nano_usd: 90_000 });
  expect(await stub.chargeAttempt(charge("a", 1, 8_000, 90_000))).toEqual({ status: "conflict" });
  expect(await stub.state()).toMatchObject({ spent_nano_usd: 7_000, held_nano_usd: 90_000 });
  await audited(stub);
  await stub.settle(settle("a", 20_000, { attempt: 2 }));
  await evictDurableObject(stub);
  expect(await stub.chargeAttempt(request)).toEqual({ status: "already_ended" });
  expect((await rows(stub)).slice(1)).toEqual([
    ["attempt", -7_000, 1],
    ["charge", -20_000, undefined],
  ]);
  await audited(stub);
});

test("a settlement finds after an eviction that its attempt was charged", async () => {
  const stub = await freshWallet();
  await stub.admit(admit("a", 50_000));
  await stub.chargeAttempt(charge("a", 1, 7_000, 50_000));
  await evictDurableObject(stub);
  expect(await stub.settle(settle("a", 7_000, { attempt: 1 }))).toMatchObject({
    status: "settled",
    charged_nano_usd: 0,
  });
  expect(await stub.state()).toMatchObject({ spent_nano_usd: 7_000 });
  await audited(stub);
});

test("charge and cover are one transaction", async () => {
  const stub = await freshWallet();
  const queue = await fakeQueue(stub);
  await stub.admit(admit("a", 50_000));
  await runInDurableObject(stub, async (object: WalletObject, state) => {
    const { transactionSync } = state.storage;
    let transactions = 0;
    state.storage.transactionSync = (closure) => {
      transactions += 1;
      return transactionSync.call(state.storage, closure) as ReturnType<typeof closure>;
    };
    await object.chargeAttempt(charge("a", 1, 7_000, 90_000));
    state.storage.transactionSync = transactionSync;
    expect(transactions).toBe(1);
    await object.alarm();
  });
  expect(queue.batches.flat().at(-1)).toMatchObject({
    reason: "attempt",
    cost_nano_usd: 7_000,
    record: { attempts: 1 },
  });
});

test("in a tree the charge is told upwards, and money for the next attempt is asked for there", async () => {
  const at = async (path: string, parent_id: string | null, limit: number): Promise<Stub> => {
    const wallet_id = `attempts/${path}`;
    const stub = env.WALLET.get(env.WALLET.idFromName(wallet_id));
    await stub.configure(settings({ wallet_id, parent_id, period: "none", limit_nano_usd: limit }));
    return stub;
  };
  const org = await at("org", null, 100_000);
  const team = await at("team", "attempts/org", 1_000_000);
  expect((await team.admit(admit("a", 50_000))).status).toBe("held");
  // 7,000 are spent: 93,000 are left of what the wallet above has.
  expect(await team.chargeAttempt(charge("a", 1, 7_000, 93_001))).toEqual({ status: "refused", hold_nano_usd: 43_000 });
  expect(await team.chargeAttempt(charge("a", 2, 3_000, 90_000))).toMatchObject({
    status: "held",
    hold_nano_usd: 90_000,
  });
  await team.settle(settle("a", 1_000, { attempt: 3 }));
  await runInDurableObject(team, (object: WalletObject) => object.wallet.recall());
  expect(await org.state()).toMatchObject({ spent_nano_usd: 11_000, leased_nano_usd: 0 });
  await audited(team);
  await audited(org);
});

test("a hold of before attempts were charged goes on as it was", async () => {
  const stub = await freshWallet();
  await stub.admit(admit("a", 50_000));
  await runInDurableObject(stub, (_object: WalletObject, { storage: { sql } }) => {
    // As the version before left it.
    for (const index of ["ledger_own", "ledger_rare", "ledger_attempt"]) sql.exec(`DROP INDEX ${index}`);
    sql.exec("ALTER TABLE ledger DROP COLUMN attempt");
    sql.exec(`CREATE TABLE before (request_id TEXT PRIMARY KEY, admitted_nano_usd INTEGER NOT NULL,
      hold_nano_usd INTEGER NOT NULL CHECK (hold_nano_usd >= admitted_nano_usd), committed_nano_usd INTEGER NOT NULL,
      ttl_ms INTEGER NOT NULL, created_at INTEGER NOT NULL, deadline INTEGER NOT NULL, price_id TEXT NOT NULL,
      context TEXT NOT NULL, idempotency_key_hash TEXT, rate TEXT) STRICT, WITHOUT ROWID`);
    sql.exec(`INSERT INTO before SELECT request_id, admitted_nano_usd, hold_nano_usd, committed_nano_usd, ttl_ms,
      created_at, deadline, price_id, context, idempotency_key_hash, rate FROM hold`);
    sql.exec("DROP TABLE hold");
    sql.exec("ALTER TABLE before RENAME TO hold");
    sql.exec("DELETE FROM migration WHERE version >= 6");
  });
  await evictDurableObject(stub);
  expect(await stub.admit(admit("a", 50_000))).toMatchObject({ status: "already_held" });
  expect(await stub.chargeAttempt(charge("a", 1, 7_000, 50_000))).toMatchObject({
    status: "held",
    hold_nano_usd: 50_000,
  });
  expect(await stub.admit(admit("a", 50_000))).toMatchObject({ status: "already_held" });
  expect(await stub.settle(settle("a", 1_000))).toMatchObject({ status: "settled" });
  expect(await stub.state()).toMatchObject({ spent_nano_usd: 8_000, held_nano_usd: usd(0) });
  await audited(stub);
});

test("an audit finds attempts that belong to nothing, and holds that do not know of theirs", async () => {
  const stub = await freshWallet();
  await stub.admit(admit("a", 50_000));
  await stub.chargeAttempt(charge("a", 1, 7_000, 50_000));
  const tamper = (statement: string) =>
    runInDurableObject(stub, (_object: WalletObject, state) => void state.storage.sql.exec(statement));
  await tamper("UPDATE hold SET attempts_nano_usd = 6999, hold_nano_usd = 50001");
  expect((await stub.audit()).problems.join("\n")).toMatch(/holds whose charged attempts are not their rows/);
  await tamper("DELETE FROM hold");
  expect((await stub.audit()).problems.join("\n")).toMatch(/neither held nor ended/);
});
