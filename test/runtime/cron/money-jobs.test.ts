import { env } from "cloudflare:workers";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { MoneyOutcome } from "../../../schema/clients/money-request.ts";
import { runtimeEffects } from "../../../schema/kernel/effects.ts";
import { expireMoney } from "../../../workers/cron/jobs/expire-money.ts";
import { type FinishMoneySteps, finishMoney } from "../../../workers/cron/jobs/finish-money.ts";
import { JOBS } from "../../../workers/cron/jobs/jobs.ts";
import { fresh } from "./fresh.ts";

const NOW = Date.UTC(2026, 10, 5, 12);
const DOLLAR = 1_000_000_000;

beforeEach(async () => {
  await fresh();
  await run("INSERT INTO orgs (id, name, created_at) VALUES ('org_1', 'Org', 0)");
  for (const id of ["wal_1", "wal_2"]) {
    await run(
      "INSERT INTO wallets (id, org_id, name, version, limit_nano_usd, period, created_at) VALUES (?1, 'org_1', 'W', 1, ?2, 'none', 0)",
      id,
      10 * DOLLAR,
    );
  }
});
afterEach(() => void vi.restoreAllMocks());

const run = (sql: string, ...params: (string | number | null)[]) =>
  env.DB.prepare(sql)
    .bind(...params)
    .run();

interface Given {
  readonly kind?: string;
  readonly status?: string;
  readonly amount?: number;
  readonly expires_at?: number | null;
  readonly decided_at?: number | null;
}

function add(id: string, given: Given = {}) {
  const { kind = "transfer", status = "approved", amount = DOLLAR, expires_at = null, decided_at = 0 } = given;
  const [wallet, from, to] = kind === "transfer" ? [null, "wal_1", "wal_2"] : ["wal_1", null, null];
  return run(
    `INSERT INTO money_requests (id, org_id, kind, status, wallet_id, from_wallet_id, to_wallet_id, amount_nano_usd,
      reason, requested_by, requested_by_name, requester_ids, decided_at, expires_at, created_at)
      VALUES (?1, 'org_1', ?2, ?3, ?4, ?5, ?6, ?7, 'why', 'usr_1', 'a@example.com', '["usr_1"]', ?8, ?9, 0)`,
    id,
    kind,
    status,
    wallet,
    from,
    to,
    amount,
    decided_at,
    expires_at,
  );
}

const statuses = async () =>
  Object.fromEntries(
    (
      await env.DB.prepare("SELECT id, status FROM money_requests ORDER BY id").all<{ id: string; status: string }>()
    ).results.map(({ id, status }) => [id, status]),
  );
const entries = async () =>
  (
    await env.DB.prepare("SELECT action, outcome, target_id FROM audit_log ORDER BY seq").all<Record<string, string>>()
  ).results.map(({ action, outcome, target_id }) => `${action} ${outcome} ${target_id}`);
const balance = async (id: string) => (await env.WALLET.get(env.WALLET.idFromName(id)).state())?.balance_nano_usd;
const audit = () => env.AUDIT.get(env.AUDIT.idFromName("org_1"));
const effects = { ...runtimeEffects(), now: () => NOW };

const steps = (change: Partial<FinishMoneySteps> = {}): FinishMoneySteps => ({
  carryOut: async (): Promise<MoneyOutcome> => ({ status: "done" }),
  write: (write) => audit().write(write),
  newEntryId: () => effects.newId("audit"),
  now: () => NOW,
  ...change,
});

test("what was approved and interrupted is carried out by wallets that nobody has used, and put on record once", async () => {
  await add("trf_1", { amount: 3 * DOLLAR });
  await add("adj_1", { kind: "adjustment", amount: -DOLLAR, decided_at: null });
  await add("top_1", { kind: "top_up", amount: 5 });
  await add("trf_2", { amount: 100 * DOLLAR });
  await add("trf_young", { decided_at: NOW - 9_999 });
  await add("trf_waits", { status: "pending", expires_at: NOW + 1, decided_at: null });
  for (let round = 0; round < 3; round += 1) await JOBS["finish-money"]?.(env, effects);
  expect(await statuses()).toEqual({
    adj_1: "done",
    top_1: "done",
    trf_1: "done",
    trf_2: "failed",
    trf_waits: "pending",
    trf_young: "approved",
  });
  expect(await balance("wal_1")).toBe(6 * DOLLAR + 5);
  expect(await balance("wal_2")).toBe(13 * DOLLAR);
  expect(await entries()).toEqual([
    "adjustment.done done adj_1",
    "top_up.done done top_1",
    "transfer.done done trf_1",
    "transfer.failed failed trf_2",
  ]);
});

test("money that has moved and is not on record yet is put on record later, and moves no second time", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  await add("trf_1");
  await JOBS["finish-money"]?.({ ...env, AUDIT: { idFromName: env.AUDIT.idFromName, get: () => dead } }, effects);
  expect(await balance("wal_2")).toBe(11 * DOLLAR);
  expect(await statuses()).toEqual({ trf_1: "approved" });
  await JOBS["finish-money"]?.(env, effects);
  expect(await statuses()).toEqual({ trf_1: "done" });
  expect([await balance("wal_1"), await balance("wal_2")]).toEqual([9 * DOLLAR, 11 * DOLLAR]);
});

const dead = {
  append: () => Promise.reject(new Error("dead")),
  head: () => Promise.reject(new Error("dead")),
  verify: () => Promise.reject(new Error("dead")),
  write: () => Promise.reject(new Error("dead")),
};

test("two runs at once write one record", async () => {
  await add("trf_1");
  const both = await Promise.all([finishMoney(env.DB, steps()), finishMoney(env.DB, steps())]);
  expect(both.reduce((sum, { finished }) => sum + Number(finished), 0)).toBe(1);
  expect(await entries()).toEqual(["transfer.done done trf_1"]);
});

test("one that fails keeps no other waiting, and one that is open is asked again", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => undefined);
  for (const id of ["trf_a", "trf_b", "trf_c"]) await add(id);
  const outcomes: Record<string, () => Promise<MoneyOutcome>> = {
    trf_a: () => Promise.reject(new Error("this wallet is broken")),
    trf_b: async () => ({ status: "open" }),
    trf_c: async () => ({ status: "done" }),
  };
  const report = await finishMoney(
    env.DB,
    steps({ carryOut: ({ id }) => outcomes[id]?.() ?? Promise.reject(new Error("unknown")) }),
  );
  expect(report).toEqual({ requests: 3, finished: 1, open: 1, failed: 1 });
  expect(await statuses()).toEqual({ trf_a: "approved", trf_b: "approved", trf_c: "done" });
});

test("what nobody has decided in time expires with an entry, once, and nothing else does", async () => {
  await add("trf_1", { status: "pending", expires_at: NOW, decided_at: null });
  await add("adj_1", { kind: "adjustment", status: "pending", expires_at: NOW - 1, decided_at: null });
  await add("trf_2", { status: "pending", expires_at: NOW + 1, decided_at: null });
  await add("trf_3", { status: "rejected", expires_at: NOW - 1 });
  const reports = await Promise.all([expireMoney(env.DB, steps()), expireMoney(env.DB, steps())]);
  expect(reports.map(({ failed }) => failed)).toEqual([0, 0]);
  expect(await statuses()).toEqual({ adj_1: "expired", trf_1: "expired", trf_2: "pending", trf_3: "rejected" });
  expect(await entries()).toEqual(["adjustment.expired done adj_1", "transfer.expired done trf_1"]);
});
