import { describe, expect, test } from "vitest";
import { MAX_NANO_USD } from "../../../schema/kernel/money.ts";
import { eventSchema } from "../../../schema/wire/events.ts";
import type {
  PostRequest,
  TransferInAnswer,
  TransferInRequest,
  TransferOutRequest,
} from "../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import { admit, NOON, settings, settle, TTL_MS, usd } from "./make.ts";
import { MemoryWallet } from "./memory-wallet.ts";

const APRIL = Date.UTC(2026, 3, 1);
const HOUR_MS = 3_600_000;
const RECEIVED: TransferInAnswer = { status: "received" };

function wallet(change: Partial<WalletSettings> = {}): MemoryWallet {
  const made = new MemoryWallet(NOON);
  made.configure(settings(change));
  return made;
}

const topUp = (ref: string, amount: number): PostRequest => ({ ref, kind: "top_up", amount_nano_usd: usd(amount) });
const adjust = (ref: string, amount: number): PostRequest => ({
  ref,
  kind: "adjustment",
  amount_nano_usd: usd(amount),
});
const out = (transfer_id: string, amount: number, to_wallet_id = "wal_2"): TransferOutRequest => ({
  transfer_id,
  to_wallet_id,
  amount_nano_usd: usd(amount),
});
const into = (transfer_id: string, amount: number, change: Partial<TransferInRequest> = {}): TransferInRequest => ({
  transfer_id,
  org_id: "org_1",
  from_wallet_id: "wal_2",
  amount_nano_usd: usd(amount),
  ...change,
});

describe("a top-up or an adjustment", () => {
  test("changes what may be spent and never what was spent, once, whatever is repeated", () => {
    const made = wallet({ limit_nano_usd: 100_000 });
    made.settle(settle("r", 60_000));
    const first = made.post(topUp("t1", 50_000));
    expect(first).toEqual({ status: "posted", seq: 3, balance_nano_usd: 90_000 });
    expect(made.post(adjust("a1", -15_000))).toEqual({ status: "posted", seq: 4, balance_nano_usd: 75_000 });
    made.settle(settle("r2", 5_000));
    expect(made.post(topUp("t1", 50_000))).toEqual(first);
    expect(made.read()).toMatchObject({
      balance_nano_usd: 70_000,
      spent_nano_usd: 65_000,
      available_nano_usd: 70_000,
    });
    expect(made.rows().slice(2)).toEqual([
      ["top_up", 50_000],
      ["adjustment", -15_000],
      ["charge", -5_000],
    ]);
  });

  test("has an event that the consumer reads, with the id that it came with", () => {
    const made = wallet();
    made.post(topUp("t1", 7));
    const event = made.events.at(-1);
    expect(eventSchema.parse(event)).toMatchObject({
      type: "wallet.posted",
      kind: "top_up",
      amount_nano_usd: 7,
      ref: "t1",
    });
  });

  test("is refused under an id that was used for other content, also by a transfer", () => {
    const made = wallet();
    made.post(topUp("t1", 7));
    made.transferIn(into("x", 5));
    for (const other of [topUp("t1", 8), adjust("t1", 7), topUp("x", 5)]) {
      expect(made.post(other)).toEqual({ status: "mismatch" });
    }
    expect(made.transferIn(into("t1", 7))).toEqual({ status: "mismatch" });
    expect(made.transferOut(out("t1", 7))).toEqual({ status: "mismatch" });
    expect(made.rows()).toHaveLength(3);
  });

  test("sees one that is decided and not stored yet", () => {
    const made = wallet();
    made.auto_commit = false;
    const first = made.post(topUp("t1", 7));
    expect(made.post(topUp("t1", 7))).toEqual(first);
    made.commit();
    expect(made.rows()).toHaveLength(2);
  });

  test("that corrects may leave a debt, past the overdraft, which refuses what costs", () => {
    const made = wallet({ limit_nano_usd: 1_000, overdraft_percent: 10 });
    expect(made.post(adjust("a", -5_000))).toMatchObject({ status: "posted", balance_nano_usd: -4_000 });
    expect(made.admit(admit("r", 1)).status).toBe("exhausted");
    expect(made.read()).toMatchObject({ spent_nano_usd: 0, available_nano_usd: 0, overdraft_used_nano_usd: 4_000 });
  });

  test.each<[boolean, number]>([
    [false, 100_000],
    [true, 190_000],
  ])("belongs to its period: with carry_over %s the next begins with %i", (carry_over, opening) => {
    const made = wallet({ limit_nano_usd: 100_000, carry_over });
    made.settle(settle("r", 60_000));
    made.post(topUp("t", 80_000));
    made.post(adjust("a", -30_000));
    made.now = APRIL;
    expect(made.read()?.balance_nano_usd).toBe(opening);
    // The id is remembered beyond the period.
    expect(made.post(topUp("t", 80_000))).toMatchObject({ status: "posted", seq: 3 });
    expect(made.read()?.balance_nano_usd).toBe(opening);
  });

  test("is refused for what it is: no amount, no limit, out of range, not configured", () => {
    for (const wrong of [topUp("t", 0), topUp("t", -1), adjust("a", 0), topUp("", 1), topUp("x".repeat(129), 1)]) {
      expect(wallet().post(wrong).status).toBe("invalid");
    }
    expect(wallet({ limit_nano_usd: null }).post(topUp("t", 1))).toEqual({ status: "no_limit" });
    expect(wallet().post(topUp("t", MAX_NANO_USD))).toEqual({ status: "out_of_range" });
    expect(new MemoryWallet(NOON).post(topUp("t", 1))).toEqual({ status: "not_configured" });
    const held = wallet();
    held.admit(admit("r", 1_000_000));
    held.post(adjust("b", -1));
    expect(held.post(adjust("a", -MAX_NANO_USD))).toEqual({ status: "out_of_range" });
  });
});

describe("a transfer", () => {
  test("reserves, moves and frees: at every step the money is in one place", () => {
    const [from, to] = [wallet({ limit_nano_usd: 100_000 }), wallet({ wallet_id: "wal_2", limit_nano_usd: 10_000 })];
    expect(from.transferOut(out("t", 30_000))).toEqual({ status: "reserved" });
    expect(from.read()).toMatchObject({
      balance_nano_usd: 100_000,
      transferring_nano_usd: 30_000,
      available_nano_usd: 70_000,
    });
    expect(from.admit(admit("r", 70_001)).status).toBe("held_by_others");
    expect(to.transferIn(into("t", 30_000, { from_wallet_id: "wal_1" }))).toEqual(RECEIVED);
    expect(from.end("t", RECEIVED)).toEqual({ status: "transferred", balance_nano_usd: 70_000 });
    expect(from.read()).toMatchObject({
      balance_nano_usd: 70_000,
      transferring_nano_usd: 0,
      available_nano_usd: 70_000,
      spent_nano_usd: 0,
    });
    expect(to.read()).toMatchObject({ balance_nano_usd: 40_000, spent_nano_usd: 0 });
    expect([from.rows().at(-1), to.rows().at(-1)]).toEqual([
      ["transfer_out", -30_000],
      ["transfer_in", 30_000],
    ]);
    for (const event of [from.events.at(-1), to.events.at(-1)]) expect(eventSchema.safeParse(event).success).toBe(true);
  });

  test("answers every repeat of every step the same, and does nothing more", () => {
    const [from, to] = [wallet(), wallet({ wallet_id: "wal_2" })];
    for (let round = 0; round < 3; round += 1)
      expect(from.transferOut(out("t", 5_000))).toEqual({ status: "reserved" });
    for (let round = 0; round < 3; round += 1) expect(to.transferIn(into("t", 5_000))).toEqual(RECEIVED);
    const ended = from.end("t", RECEIVED);
    expect(from.end("t", RECEIVED)).toEqual(ended);
    expect(from.end("t", { status: "refused", reason: "ended" })).toEqual(ended);
    expect(from.transferOut(out("t", 5_000))).toEqual(ended);
    expect(from.transferOut(out("t", 5_001))).toEqual({ status: "mismatch" });
    expect(from.transferOut(out("t", 5_000, "wal_3"))).toEqual({ status: "mismatch" });
    expect(to.transferIn(into("t", 5_001))).toEqual({ status: "mismatch" });
    expect([from.rows(), to.rows()].map((rows) => rows.length)).toEqual([2, 2]);
  });

  // limit, overdraft %, topped up, spent, held, wanted: what the sender answers
  const MONEY: [number, number, number, number, number, number, string][] = [
    [100_000, 0, 0, 0, 0, 100_000, "reserved"],
    [100_000, 0, 0, 0, 0, 100_001, "exceeds_wallet"],
    [100_000, 50, 0, 0, 0, 100_001, "exceeds_wallet"],
    [100_000, 0, 5_000, 0, 0, 105_000, "reserved"],
    [100_000, 0, 0, 0, 40_000, 60_001, "held_by_others"],
    [100_000, 0, 0, 99_500, 0, 501, "exhausted"],
    [100_000, 0, 0, 110_000, 0, 1, "exhausted"],
    [0, 0, 5_000, 0, 0, 1, "exhausted"],
  ];
  test.each(MONEY)("limit %i +%i%%, topped up %i, spent %i, held %i: %i is %s", (...row) => {
    const [limit, overdraft, topped_up, spent, held, wanted, status] = row;
    const made = wallet({ limit_nano_usd: limit, overdraft_percent: overdraft, hard: false });
    if (topped_up > 0) made.post(topUp("top", topped_up));
    if (spent > 0) made.settle(settle("past", spent));
    if (held > 0) made.admit(admit("other", held));
    expect(made.transferOut(out("t", wanted)).status).toBe(status);
  });

  test("that was refused stays refused, so that a late repeat moves nothing", () => {
    const made = wallet({ limit_nano_usd: 100_000 });
    made.admit(admit("r", 90_000));
    const refused = made.transferOut(out("t", 50_000));
    expect(refused.status).toBe("held_by_others");
    made.now += TTL_MS;
    expect(made.read()?.available_nano_usd).toBe(91_000);
    expect(made.transferOut(out("t", 50_000))).toEqual(refused);
    const to = wallet({ wallet_id: "wal_2", ends_at: NOON + HOUR_MS });
    to.now = NOON + HOUR_MS;
    expect(to.transferIn(into("t", 1))).toEqual({ status: "refused", reason: "ended" });
    to.configure(settings({ wallet_id: "wal_2", version: 2 }));
    expect(to.transferIn(into("t", 1))).toEqual({ status: "refused", reason: "ended" });
  });

  test("that the other wallet refuses is free again at once", () => {
    const made = wallet({ limit_nano_usd: 100_000 });
    made.transferOut(out("t", 50_000));
    const refused = made.end("t", { status: "refused", reason: "no_limit" });
    expect(refused).toEqual({ status: "target_refused", reason: "no_limit" });
    expect(made.transferOut(out("t", 50_000))).toEqual(refused);
    expect(made.read()).toMatchObject({ transferring_nano_usd: 0, available_nano_usd: 100_000 });
    expect(made.rows()).toHaveLength(1);
  });

  const TARGETS: [string, MemoryWallet, TransferInRequest, TransferInAnswer][] = [
    ["a frozen wallet", wallet({ frozen: true }), into("t", 1), RECEIVED],
    ["a wallet without a limit", wallet({ limit_nano_usd: null }), into("t", 1), refusedFor("no_limit")],
    ["a wallet whose time is over", wallet({ ends_at: NOON }), into("t", 1), refusedFor("ended")],
    ["a wallet of another org", wallet(), into("t", 1, { org_id: "org_2" }), refusedFor("other_org")],
    ["a full wallet", wallet(), into("t", MAX_NANO_USD), refusedFor("out_of_range")],
    ["a wallet that was never configured", new MemoryWallet(NOON), into("t", 1), refusedFor("not_configured")],
  ];
  function refusedFor(reason: Extract<TransferInAnswer, { status: "refused" }>["reason"]): TransferInAnswer {
    return { status: "refused", reason };
  }
  test.each(TARGETS)("into %s", (_what, made, request, answer) => {
    expect(made.transferIn(request)).toEqual(answer);
    expect(made.transferIn(request)).toEqual(answer);
  });

  test("out of a wallet without a limit, a frozen one, to itself, of nothing: each refused for what it is", () => {
    expect(wallet({ limit_nano_usd: null }).transferOut(out("t", 1))).toEqual({ status: "no_limit" });
    expect(wallet({ frozen: true }).transferOut(out("t", 1))).toEqual({ status: "frozen", wallet_id: "wal_1" });
    expect(new MemoryWallet(NOON).transferOut(out("t", 1))).toEqual({ status: "not_configured" });
    for (const wrong of [out("t", 1, "wal_1"), out("t", 0), out("t", -1), out("", 1), out("t", 1, "")]) {
      expect(wallet().transferOut(wrong).status).toBe("invalid");
    }
  });

  test.each([false, true])("that is under way when the period turns (carry_over %s) leaves no debt", (carry_over) => {
    const made = wallet({ limit_nano_usd: 10_000, carry_over });
    made.post(topUp("top", 90_000));
    made.transferOut(out("t", 95_000));
    made.now = APRIL;
    expect(made.read()?.available_nano_usd).toBe(carry_over ? 15_000 : 10_000);
    expect(made.end("t", RECEIVED)).toMatchObject({ balance_nano_usd: carry_over ? 15_000 : 10_000 });
  });
});

describe("a wallet whose time is over", () => {
  const END = NOON + HOUR_MS;

  test("admits nothing from that moment on, lets run what runs, and gives away what it has", () => {
    const made = wallet({ ends_at: END });
    made.now = END - 1;
    expect(made.admit(admit("before", 50_000)).status).toBe("held");
    made.now = END;
    expect(made.admit(admit("after", 0))).toEqual({ status: "ended", wallet_id: "wal_1" });
    expect(made.extend({ request_id: "before", hold_nano_usd: usd(60_000), committed_nano_usd: usd(0) })).toEqual({
      status: "refused",
      hold_nano_usd: 50_000,
    });
    expect(made.settle(settle("before", 40_000)).status).toBe("settled");
    expect(made.post(topUp("t", 1))).toEqual({ status: "ended", wallet_id: "wal_1" });
    expect(made.post(adjust("a", -1)).status).toBe("posted");
    expect(made.transferOut(out("x", 1_000)).status).toBe("reserved");
  });

  test("goes on when it is given more time before", () => {
    const made = wallet({ ends_at: END });
    made.configure(settings({ version: 2, ends_at: END + HOUR_MS }));
    made.now = END;
    expect(made.admit(admit("r", 1)).status).toBe("held");
    made.configure(settings({ version: 3, ends_at: END }));
    expect(made.admit(admit("s", 1)).status).toBe("ended");
  });
});
