import { describe, expect, test } from "vitest";
import { LIMITS } from "../../../schema/kernel/limits.ts";
import { MAX_NANO_USD } from "../../../schema/kernel/money.ts";
import { eventSchema } from "../../../schema/wire/events.ts";
import type { AdmitRequest, WalletRpc } from "../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import { admit, context, keyed, NOON, record, release, settings, settle, TTL_MS, usd } from "./make.ts";
import { MemoryWallet } from "./memory-wallet.ts";

const APRIL = Date.UTC(2026, 3, 1);

function wallet(change: Partial<WalletSettings> = {}): MemoryWallet {
  const made = new MemoryWallet(NOON);
  made.configure(settings(change));
  return made;
}

const posted = (made: MemoryWallet) => made.rows().slice(1);
const types = (made: MemoryWallet) => made.events.map((event) => event.type);

describe("each refusal of money is true", () => {
  // limit, overdraft %, charged before, held by others, wanted: what the admit answers
  const table: [number, number, number, number, number, string][] = [
    [100_000, 0, 0, 0, 100_000, "held"],
    [100_000, 0, 0, 0, 100_001, "exceeds_wallet"],
    [100_000, 10, 0, 0, 110_000, "held"],
    [100_000, 10, 0, 0, 110_001, "exceeds_wallet"],
    [100_000, 0, 0, 40_000, 60_000, "held"],
    [100_000, 0, 0, 40_000, 60_001, "held_by_others"],
    [100_000, 0, 0, 40_000, 100_000, "held_by_others"],
    [100_000, 0, 0, 40_000, 100_001, "exceeds_wallet"],
    [100_000, 0, 100_000, 0, 1, "exhausted"],
    [100_000, 0, 99_001, 0, 1_000, "exhausted"],
    [100_000, 0, 99_001, 0, 999, "held"],
    [100_000, 0, 99_000, 0, 1_001, "exceeds_wallet"],
    [100_000, 0, 130_000, 0, 1, "exhausted"],
    [100_000, 0, 130_000, 0, 0, "held"],
    [0, 0, 0, 0, 1, "exhausted"],
    [0, 500, 0, 0, 1, "exhausted"],
    [0, 0, 0, 0, 0, "held"],
  ];
  test.each(table)("limit %i +%i%%, spent %i, held %i: %i is %s", (limit, overdraft, spent, held, wanted, status) => {
    const made = wallet({ limit_nano_usd: limit, overdraft_percent: overdraft });
    if (spent > 0) made.settle(settle("past", spent));
    if (held > 0) made.admit(admit("other", held));
    expect(made.admit(admit("mine", wanted)).status).toBe(status);
  });

  test("a refusal says what is available, what others hold, and when to come back", () => {
    const made = wallet({ limit_nano_usd: 100_000 });
    made.admit(admit("late", 30_000, { ttl_ms: 80_000 }));
    made.admit(admit("soon", 30_000, { ttl_ms: 20_000 }));
    made.now += 5_000;
    expect(made.admit(admit("mine", 50_000))).toEqual({
      status: "held_by_others",
      wallet_id: "wal_1",
      available_nano_usd: 40_000,
      free_nano_usd: 100_000,
      resets_at: APRIL,
      retry_after_ms: 15_000,
    });
    made.now += 14_900;
    expect(made.admit(admit("mine", 50_000))).toMatchObject({ retry_after_ms: 1_000 });
  });

  test("a wallet that is not hard admits past its limit, but a limit of 0 refuses all that costs", () => {
    expect(wallet({ hard: false }).admit(admit("a", 5_000_000)).status).toBe("held");
    expect(wallet({ hard: false, limit_nano_usd: 0 }).admit(admit("a", 1)).status).toBe("exhausted");
  });

  test("a wallet without a limit admits anything and has no figure of what is available", () => {
    const made = wallet({ limit_nano_usd: null });
    expect(made.admit(admit("a", MAX_NANO_USD))).toMatchObject({ status: "held", available_nano_usd: null });
    expect(made.rows()).toEqual([]);
  });

  test("what could never be booked is refused, whatever the settings allow", () => {
    const made = wallet({ limit_nano_usd: null });
    made.admit(admit("a", MAX_NANO_USD - 10));
    expect(made.admit(admit("b", 11))).toEqual({ status: "exceeds_maximum", wallet_id: "wal_1", maximum_nano_usd: 10 });
    // A charge beyond the range would leave the expiry of the other hold unable to post.
    expect(made.settle(settle("late", 11)).status).toBe("invalid");
    expect(made.settle(settle("late", 10)).status).toBe("unknown_hold");
  });

  test("a debt that was carried over leaves room for what is held", () => {
    const made = wallet({ hard: false, carry_over: true });
    made.settle(settle("past", MAX_NANO_USD));
    made.now = APRIL;
    expect(made.admit(admit("a", 1_500_000)).status).toBe("held");
    expect(made.settle(settle("b", 1_000_000)).status).toBe("invalid");
    expect(made.settle(settle("b", 500_000)).status).toBe("unknown_hold");
  });
});

describe("refusals come in the stated order, and before any change", () => {
  /** Each row removes the first obstacle of the row before it. */
  const invalid = { ttl_ms: 0 };
  const revoked = { context: context({ key_id: "key_revoked" }) };
  const steps: [string, (made: MemoryWallet) => void, string, Partial<AdmitRequest>, string][] = [
    ["arguments first", () => undefined, "used", { ...invalid, ...revoked }, "invalid"],
    ["then the key", () => undefined, "used", revoked, "key_revoked"],
    ["then the freeze", () => undefined, "used", keyed("taken"), "frozen"],
    ["then the request id", unfreeze, "used", keyed("taken"), "already_ended"],
    ["then the idempotency key", unfreeze, "new", keyed("taken"), "duplicate_in_flight"],
    ["then the maximum", unfreeze, "new", {}, "exceeds_maximum"],
    ["then the money", lift, "new", {}, "exceeds_wallet"],
  ];
  function unfreeze(made: MemoryWallet): void {
    made.configure(settings({ version: 3, maximum_per_request_nano_usd: 1_500_000 }));
  }
  function lift(made: MemoryWallet): void {
    made.configure(settings({ version: 3 }));
  }
  test.each(steps)("%s", (_name, prepare, id, change, status) => {
    const made = wallet();
    made.release(release("used"));
    made.admit(admit("running", 1_000, keyed("taken")));
    made.revokeKey("key_revoked");
    made.configure(settings({ version: 2, frozen: true, maximum_per_request_nano_usd: 1_500_000 }));
    prepare(made);
    const [rows, before] = [made.ledger.length, made.read()];
    expect(made.admit(admit(id, 2_000_000, change)).status).toBe(status);
    expect(made.ledger.length).toBe(rows);
    expect(made.read()).toEqual(before);
  });

  test("an invalid admit is invalid before the wallet is configured, a valid one is told to configure it", () => {
    const made = new MemoryWallet(NOON);
    expect(made.admit(admit("a", 1, invalid)).status).toBe("invalid");
    expect(made.admit(admit("a", 1))).toEqual({ status: "not_configured" });
    expect(made.settle(settle("a", 1)).status).toBe("not_configured");
    expect(made.release(release("a")).status).toBe("not_configured");
    expect(made.read()).toBeNull();
  });

  test("the holds of one wallet are bounded", () => {
    const made = wallet({ limit_nano_usd: null });
    made.auto_commit = false;
    for (let index = 0; index < LIMITS.open_holds; index += 1) made.admit(admit(`r${index}`, 1));
    expect(made.admit(admit("more", 0))).toEqual({ status: "too_many_holds", retry_after_ms: TTL_MS });
    made.release(release("r7"));
    expect(made.admit(admit("more", 0)).status).toBe("held");
  });

  const broken: [string, AdmitRequest][] = [
    ["a fraction", { ...admit("a", 1), hold_nano_usd: JSON.parse("1.5") }],
    ["a negative hold", { ...admit("a", 1), hold_nano_usd: usd(-1) }],
    ["NaN", { ...admit("a", 1), hold_nano_usd: JSON.parse("null") }],
    ["an amount out of range", { ...admit("a", 1), hold_nano_usd: JSON.parse("9e18") }],
    ["more committed than held", admit("a", 1, { committed_nano_usd: usd(2) })],
    ["no time to live", admit("a", 1, { ttl_ms: 0 })],
    ["too long a life", admit("a", 1, { ttl_ms: LIMITS.hold_lifetime_ms + 1 })],
    ["no request id", admit("", 1)],
    ["too long a request id", admit("x".repeat(LIMITS.request_id_chars + 1), 1)],
    ["too large a context", admit("a", 1, { context: context({ subject: "x".repeat(LIMITS.hold_context_bytes) }) })],
    ["a context of another shape", { ...admit("a", 1), context: JSON.parse("{}") }],
  ];
  test.each(broken)("%s is invalid, and says why", (_name, request) => {
    expect(wallet().admit(request)).toEqual({ status: "invalid", problem: expect.stringMatching(/\w/) });
  });
});

test("an end that brings another context than its hold is looked at like an admit", () => {
  const made = wallet();
  made.admit(admit("a", 10));
  const large = context({ subject: "x".repeat(LIMITS.hold_context_bytes) });
  for (const broken of [large, JSON.parse("{}")]) {
    expect(made.settle({ ...settle("a", 5), context: broken }).status).toBe("invalid");
    expect(made.release({ ...release("a"), context: broken }).status).toBe("invalid");
  }
  expect(made.settle({ ...settle("a", 5), context: context({ subject: "another" }) }).status).toBe("settled");
});

describe("a request is charged exactly once", () => {
  // what happens to one request with a hold of 50,000 (5,000 committed): the rows it leaves, and the last answer
  type Act = ["settle", number] | ["release"] | ["expire"];
  const table: [Act[], [string, number][], [string, number]][] = [
    [[["settle", 20_000]], [["charge", -20_000]], ["settled", 20_000]],
    [[["settle", 0]], [["charge", 0]], ["settled", 0]],
    [[["settle", 50_000]], [["charge", -50_000]], ["settled", 50_000]],
    [
      [["settle", 50_001]],
      [
        ["charge", -50_000],
        ["overage", -1],
      ],
      ["settled", 50_001],
    ],
    [
      [
        ["settle", 20_000],
        ["settle", 20_000],
      ],
      [["charge", -20_000]],
      ["already_ended", 20_000],
    ],
    [
      [
        ["settle", 20_000],
        ["settle", 30_000],
      ],
      [["charge", -20_000]],
      ["already_ended", 20_000],
    ],
    [[["settle", 20_000], ["release"]], [["charge", -20_000]], ["already_ended", 20_000]],
    [[["release"]], [["release", 0]], ["released", 0]],
    [[["release"], ["release"]], [["release", 0]], ["already_ended", 0]],
    [[["release"], ["settle", 20_000]], [["release", 0]], ["already_ended", 0]],
    [
      [["expire"], ["settle", 20_000]],
      [
        ["expire", -5_000],
        ["correction", -15_000],
      ],
      ["corrected", 20_000],
    ],
    [
      [["expire"], ["settle", 2_000]],
      [
        ["expire", -5_000],
        ["correction", 3_000],
      ],
      ["corrected", 2_000],
    ],
    [
      [["expire"], ["settle", 5_000]],
      [
        ["expire", -5_000],
        ["correction", 0],
      ],
      ["corrected", 5_000],
    ],
    [
      [["expire"], ["release"]],
      [
        ["expire", -5_000],
        ["correction", 5_000],
      ],
      ["corrected", 0],
    ],
    [
      [["expire"], ["settle", 9_000], ["settle", 9_000]],
      [
        ["expire", -5_000],
        ["correction", -4_000],
      ],
      ["already_ended", 9_000],
    ],
    [
      [["expire"], ["settle", 9_000], ["release"]],
      [
        ["expire", -5_000],
        ["correction", -4_000],
      ],
      ["already_ended", 9_000],
    ],
    [
      [["expire"], ["release"], ["settle", 9_000]],
      [
        ["expire", -5_000],
        ["correction", 5_000],
      ],
      ["already_ended", 0],
    ],
  ];
  test.each(table)("%j leaves %j", (acts, rows, [status, charged]) => {
    const made = wallet();
    made.admit(admit("a", 50_000));
    let answer: Awaited<ReturnType<WalletRpc["settle"]>> | undefined;
    for (const act of acts) {
      if (act[0] === "expire") made.now += TTL_MS;
      else answer = act[0] === "settle" ? made.settle(settle("a", act[1])) : made.release(release("a"));
    }
    expect(posted(made)).toEqual(rows);
    expect(answer).toMatchObject({ status, charged_nano_usd: charged, available_nano_usd: 1_000_000 - charged });
    expect(made.read()).toMatchObject({ held_nano_usd: 0, spent_nano_usd: charged });
    expect(made.admit(admit("a", 50_000)).status).toBe("already_ended");
    for (const event of made.events) expect(eventSchema.safeParse(event).error).toBeUndefined();
    expect(made.events).toHaveLength(made.ledger.length);
  });

  test("a settle without a hold is charged, because its tokens were spent", () => {
    const made = wallet();
    expect(made.settle(settle("lost", 7_000))).toMatchObject({ status: "unknown_hold", charged_nano_usd: 7_000 });
    expect(made.settle(settle("lost", 7_000)).status).toBe("already_ended");
    expect(posted(made)).toEqual([["charge", -7_000]]);
  });

  test("a release without a hold refuses the admit that comes late", () => {
    const made = wallet();
    expect(made.release(release("early")).status).toBe("unknown_hold");
    expect(made.admit(admit("early", 1)).status).toBe("already_ended");
  });

  test("a repeated admit holds once, and the same id with another amount is refused", () => {
    const made = wallet();
    const first = made.admit(admit("a", 50_000));
    expect(first).toMatchObject({ status: "held", available_nano_usd: 950_000, deadline: NOON + TTL_MS });
    made.now += 10;
    expect(made.admit(admit("a", 50_000))).toEqual({ ...first, status: "already_held" });
    expect(made.admit(admit("a", 50_001)).status).toBe("invalid");
    made.extend({ request_id: "a", hold_nano_usd: usd(60_000), committed_nano_usd: usd(0) });
    expect(made.admit(admit("a", 50_000)).status).toBe("already_held");
    expect(made.read()).toMatchObject({ held_nano_usd: 60_000, open_holds: 1 });
  });

  test("an expired hold is logged as unsettled, with what is known of it", () => {
    const made = wallet();
    made.admit(admit("a", 50_000));
    made.now += TTL_MS + 5;
    made.ring();
    expect(made.events.at(-1)).toMatchObject({
      type: "request.completed",
      request_id: "a",
      cost_nano_usd: 5_000,
      hold_nano_usd: 50_000,
      unsettled: true,
      record: { outcome: "expired", usage: {}, usage_source: "bound", estimated: true, status: 0, price_id: "prc_1" },
    });
    made.settle(settle("a", 8_000, { record: record({ outcome: "cancelled" }) }));
    expect(made.events.at(-1)).toMatchObject({
      type: "request.adjusted",
      reason: "correction",
      cost_nano_usd: 3_000,
      record: { outcome: "cancelled" },
    });
  });
});

describe("a hold lives as long as its request reports", () => {
  test("checkpoints renew it and what they commit only grows, up to the hold", () => {
    const made = wallet();
    made.admit(admit("a", 50_000));
    made.now += 60_000;
    const renewed = made.checkpoint({ request_id: "a", committed_nano_usd: usd(30_000) });
    expect(renewed).toEqual({ status: "renewed", deadline: made.now + TTL_MS });
    made.checkpoint({ request_id: "a", committed_nano_usd: usd(10_000) });
    made.now += TTL_MS;
    made.ring();
    expect(posted(made)).toEqual([["expire", -30_000]]);
    expect(made.checkpoint({ request_id: "a", committed_nano_usd: usd(40_000) })).toEqual({ status: "unknown" });
  });

  test("but never beyond the life of a hold in all", () => {
    const made = wallet();
    made.admit(admit("a", 50_000));
    while (made.now < NOON + LIMITS.hold_lifetime_ms - 1) {
      made.now = Math.min(made.now + 60_000, NOON + LIMITS.hold_lifetime_ms - 1);
      expect(made.checkpoint({ request_id: "a", committed_nano_usd: usd(90_000) }).status).toBe("renewed");
    }
    made.now += 1;
    expect(made.checkpoint({ request_id: "a", committed_nano_usd: usd(0) }).status).toBe("unknown");
    expect(posted(made)).toEqual([["expire", -50_000]]);
  });

  test("an extension holds the total that was asked for, once, or leaves the hold as it was", () => {
    const made = wallet({ limit_nano_usd: 100_000 });
    made.admit(admit("a", 50_000));
    made.admit(admit("b", 20_000));
    const grow = (total: number) =>
      made.extend({ request_id: "a", hold_nano_usd: usd(total), committed_nano_usd: usd(45_000) });
    expect(grow(80_000)).toMatchObject({ status: "held", hold_nano_usd: 80_000 });
    expect(grow(80_000)).toMatchObject({ status: "held", hold_nano_usd: 80_000 });
    expect(grow(80_001)).toEqual({ status: "refused", hold_nano_usd: 80_000 });
    expect(grow(60_000)).toMatchObject({ status: "held", hold_nano_usd: 80_000 });
    expect(made.read()).toMatchObject({ held_nano_usd: 100_000, available_nano_usd: 0 });
    made.configure(settings({ version: 2, limit_nano_usd: 900_000, frozen: true }));
    expect(grow(81_000)).toEqual({ status: "refused", hold_nano_usd: 80_000 });
    expect(made.extend({ request_id: "c", hold_nano_usd: usd(1), committed_nano_usd: usd(0) }).status).toBe("unknown");
  });

  test("a revoked key's running request keeps its hold and gets no more", () => {
    const made = wallet();
    made.admit(admit("a", 50_000));
    made.revokeKey("key_1");
    const grow = (total: number) =>
      made.extend({ request_id: "a", hold_nano_usd: usd(total), committed_nano_usd: usd(0) });
    expect(grow(50_001)).toEqual({ status: "refused", hold_nano_usd: 50_000 });
    expect(grow(50_000)).toMatchObject({ status: "held", hold_nano_usd: 50_000 });
  });

  test("a revoked key is told nothing of its wallet, nor of one that has no settings yet", () => {
    const made = wallet();
    expect(made.readFor("key_1")).toEqual({ status: "known", state: made.read() });
    const fresh = new MemoryWallet(NOON);
    expect(fresh.readFor("key_1")).toEqual({ status: "not_configured" });
    for (const one of [made, fresh]) {
      one.revokeKey("key_1");
      expect(one.readFor("key_1")).toEqual({ status: "key_revoked" });
      expect(one.readFor("key_2").status).not.toBe("key_revoked");
    }
  });

  test("a clock that jumps back unexpires nothing and shortens no deadline", () => {
    const made = wallet();
    made.admit(admit("a", 50_000));
    made.admit(admit("b", 50_000, { ttl_ms: 3_600_000 }));
    made.now += TTL_MS;
    made.ring();
    made.now -= 3_600_000;
    expect(made.admit(admit("a", 50_000)).status).toBe("already_ended");
    expect(made.checkpoint({ request_id: "b", committed_nano_usd: usd(0) })).toMatchObject({
      deadline: NOON + 3_600_000,
    });
    made.settle(settle("b", 1));
    const times = made.ledger.map((row) => row.at);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});

describe("a period turns once", () => {
  test("however late and often it is asked, and gives a missed one its carry-over all the same", () => {
    const made = wallet({ carry_over: true });
    made.settle(settle("a", 300_000));
    made.now = Date.UTC(2026, 5, 20);
    made.ring();
    made.ring();
    // 700,000 left of March, 1,000,000 each for April, May and June.
    expect(posted(made)).toEqual([
      ["charge", -300_000],
      ["reset", 3_000_000],
    ]);
    expect(made.read()).toMatchObject({
      balance_nano_usd: 3_700_000,
      spent_nano_usd: 0,
      period_start: Date.UTC(2026, 5, 1),
      resets_at: Date.UTC(2026, 6, 1),
    });
    made.now = NOON;
    expect(made.read()).toMatchObject({ period_start: Date.UTC(2026, 5, 1) });
  });

  // carry-over, spent of 1,000,000, balance of the next period
  const rests: [boolean, number, number][] = [
    [false, 300_000, 1_000_000],
    [false, 1_300_000, 1_000_000],
    [true, 300_000, 1_700_000],
    [true, 1_300_000, 700_000],
  ];
  test.each(rests)("carry-over %s, spent %i: it begins with %i", (carry_over, spent, balance) => {
    const made = wallet({ carry_over });
    made.settle(settle("a", spent));
    made.now = APRIL;
    expect(made.read()).toMatchObject({ balance_nano_usd: balance, spent_nano_usd: 0 });
  });

  test("what is carried over stays in range", () => {
    const made = wallet({ carry_over: true, limit_nano_usd: MAX_NANO_USD });
    made.now = APRIL;
    expect(made.read()).toMatchObject({ balance_nano_usd: MAX_NANO_USD });
    expect(made.rows().at(-1)).toEqual(["reset", 0]);
  });

  test("a hold that is open over the turn counts and is charged in the new period", () => {
    const made = wallet({ limit_nano_usd: 100_000 });
    made.now = APRIL - 1_000;
    made.admit(admit("a", 60_000));
    made.now = APRIL;
    expect(made.read()).toMatchObject({ held_nano_usd: 60_000, available_nano_usd: 40_000 });
    made.settle(settle("a", 50_000));
    expect(made.read()).toMatchObject({ spent_nano_usd: 50_000, period_start: APRIL });
  });

  test("a hold that had to end before the turn is charged before it, however late the alarm", () => {
    const made = wallet();
    made.now = APRIL - TTL_MS - 1_000;
    made.admit(admit("before", 50_000));
    made.now = APRIL - 1_000;
    made.admit(admit("after", 50_000));
    made.now = APRIL + TTL_MS;
    made.ring();
    expect(posted(made).map(([kind]) => kind)).toEqual(["expire", "reset", "expire"]);
    expect(made.read()).toMatchObject({ spent_nano_usd: 5_000 });
  });

  test("a wallet without a limit begins its period at 0, so that its balance stays in range", () => {
    const made = wallet({ limit_nano_usd: null });
    made.settle(settle("a", 300_000));
    made.now = APRIL;
    expect(made.read()).toMatchObject({ balance_nano_usd: 0, spent_nano_usd: 0, available_nano_usd: null });
  });
});

describe("settings", () => {
  test("an older or the same version changes nothing", () => {
    const made = wallet({ version: 5 });
    made.configure(settings({ version: 5, limit_nano_usd: 1 }));
    made.configure(settings({ version: 4, frozen: true }));
    expect(made.read()).toMatchObject({ balance_nano_usd: 1_000_000, settings: { version: 5, frozen: false } });
    expect(made.rows()).toEqual([["limit", 1_000_000]]);
  });

  test("each posting is booked to what the wallet belongs to then: a change moves nothing that was posted before", () => {
    const made = wallet({ cost_center: "CC-1", team_id: "tem_1" });
    made.admit(admit("a", 100));
    made.settle(settle("b", 100));
    made.configure(settings({ version: 2, cost_center: "CC-2" }));
    made.settle(settle("a", 150));
    const booked = made.events
      .filter(({ type }) => type.startsWith("request."))
      .map((event) => ("cost_center" in event ? [event.type, event.cost_center, event.team_id] : []));
    expect(booked).toEqual([
      ["request.completed", "CC-1", "tem_1"],
      ["request.completed", "CC-2", null],
      ["request.adjusted", "CC-2", null],
    ]);
    expect(made.events.every((event) => eventSchema.safeParse(event).success)).toBe(true);
  });

  test("settings of the same version teach a wallet of before that was kept what it belongs to, and nothing else", () => {
    const made = wallet({ version: 5 });
    made.configure(settings({ version: 5, cost_center: "CC-1", frozen: true }));
    expect(made.read()).toMatchObject({ settings: { version: 5, cost_center: "CC-1", team_id: null, frozen: false } });
    made.configure(settings({ version: 5, cost_center: "CC-2" }));
    made.configure(settings({ version: 5 }));
    expect(made.read()).toMatchObject({ settings: { cost_center: "CC-1" } });
    expect(made.rows()).toEqual([["limit", 1_000_000]]);
  });

  // limits one after the other, with 300,000 spent after the first: rows, and the balance
  const limits: [(number | null)[], number[], number][] = [
    [[1_000_000, 1_500_000], [500_000], 1_200_000],
    [[1_000_000, 200_000], [-800_000], -100_000],
    [[1_000_000, 1_000_000], [], 700_000],
    [[1_000_000, null], [-1_000_000], -300_000],
    [[1_000_000, null, 400_000], [-1_000_000, 400_000], 100_000],
    [[null, 400_000], [400_000], 100_000],
  ];
  test.each(limits)("limits %j post %j", ([first = null, ...rest], amounts, balance) => {
    const made = wallet({ limit_nano_usd: first });
    made.settle(settle("a", 300_000));
    const rows = made.ledger.length;
    for (const [index, limit_nano_usd] of rest.entries())
      made.configure(settings({ version: index + 2, limit_nano_usd }));
    expect(made.ledger.slice(rows).map((row) => [row.kind, row.amount_nano_usd])).toEqual(
      amounts.map((amount) => ["limit", amount]),
    );
    expect(made.read()).toMatchObject({ balance_nano_usd: balance, spent_nano_usd: 300_000 });
  });

  test("a changed period keeps what was spent and ends at the next boundary of the new kind", () => {
    const made = wallet();
    made.settle(settle("a", 300_000));
    made.configure(settings({ version: 2, period: "day" }));
    expect(made.read()).toMatchObject({ spent_nano_usd: 300_000, resets_at: Date.UTC(2026, 2, 11) });
    made.configure(settings({ version: 3, period: "none" }));
    expect(made.read()).toMatchObject({ spent_nano_usd: 300_000, resets_at: null });
  });

  test("a period never ends before it began, also when it is changed while the clock is behind", () => {
    const made = wallet();
    made.now = APRIL;
    made.ring();
    made.now = NOON;
    made.configure(settings({ version: 2, period: "day" }));
    expect(made.read()).toMatchObject({ period_start: APRIL, resets_at: APRIL + 86_400_000 });
  });
});

describe("alerts", () => {
  test("each percentage fires once a period, and a raised limit does not make it fire again", () => {
    const made = wallet({ thresholds: [50, 80, 100] });
    made.settle(settle("a", 499_999));
    made.settle(settle("b", 1));
    made.settle(settle("c", 1));
    const percents = () => made.events.flatMap((event) => (event.type === "wallet.threshold" ? [event.percent] : []));
    expect(percents()).toEqual([50]);
    made.configure(settings({ version: 2, thresholds: [50, 80, 100], limit_nano_usd: 2_000_000 }));
    made.settle(settle("d", 600_000));
    expect(percents()).toEqual([50]);
    made.settle(settle("e", 900_000));
    expect(percents()).toEqual([50, 80, 100]);
    made.now = APRIL;
    made.settle(settle("f", 1_000_000));
    expect(percents()).toEqual([50, 80, 100, 50]);
  });

  test("what expiry charges counts towards them", () => {
    const made = wallet({ thresholds: [50] });
    made.admit(admit("a", 600_000, { committed_nano_usd: usd(500_000) }));
    made.now += TTL_MS;
    made.ring();
    expect(types(made)).toEqual(["wallet.posted", "request.completed", "wallet.threshold"]);
  });

  test("exhaustion fires once a period: when spending leaves nothing, or when a request is refused for it", () => {
    const made = wallet({ limit_nano_usd: 100_000 });
    made.admit(admit("a", 100_000));
    // A hold alone exhausts nothing: it may be released.
    expect(types(made)).not.toContain("wallet.exhausted");
    made.settle(settle("a", 100_000));
    expect(types(made).filter((type) => type === "wallet.exhausted")).toHaveLength(1);
    made.admit(admit("b", 1_000));
    made.now = APRIL;
    made.settle(settle("c", 99_500));
    expect(types(made).filter((type) => type === "wallet.exhausted")).toHaveLength(1);
    made.admit(admit("d", 1_000));
    made.admit(admit("e", 1_000));
    expect(types(made).filter((type) => type === "wallet.exhausted")).toHaveLength(2);
  });
});

describe("an idempotency key", () => {
  const answer = { status: 200, headers: { "content-type": "application/json" }, body: "{}" };

  test("is in flight, then finished with the answer that was kept", () => {
    const made = wallet();
    made.admit(admit("a", 1_000, keyed("k")));
    expect(made.admit(admit("b", 1_000, keyed("k")))).toEqual({ status: "duplicate_in_flight", request_id: "a" });
    expect(made.admit(admit("b", 1_000, keyed("k", "other")))).toEqual({ status: "duplicate_mismatch" });
    made.settle(settle("a", 900, { answer }));
    expect(made.admit(admit("b", 1_000, keyed("k")))).toEqual({
      status: "duplicate_finished",
      request_id: "a",
      answer,
    });
    expect(made.admit(admit("b", 1_000, keyed("k", "other")))).toEqual({ status: "duplicate_mismatch" });
  });

  test("is finished without an answer when there was none, or one too large to keep", () => {
    const made = wallet();
    made.admit(admit("a", 1_000, keyed("k1")));
    made.settle(settle("a", 900));
    made.admit(admit("b", 1_000, keyed("k2")));
    made.settle(settle("b", 900, { answer: { ...answer, body: "é".repeat(LIMITS.idempotent_answer_bytes / 2) } }));
    expect(made.admit(admit("c", 1_000, keyed("k1")))).toMatchObject({ status: "duplicate_finished", answer: null });
    expect(made.admit(admit("c", 1_000, keyed("k2")))).toMatchObject({ status: "duplicate_finished", answer: null });
  });

  test("is free again after a release, also one that comes after the expiry", () => {
    const made = wallet();
    made.admit(admit("a", 1_000, keyed("k")));
    made.release(release("a"));
    expect(made.admit(admit("b", 1_000, keyed("k"))).status).toBe("held");
    made.now += TTL_MS;
    expect(made.admit(admit("c", 1_000, keyed("k")))).toMatchObject({ status: "duplicate_finished", answer: null });
    made.release(release("b"));
    expect(made.admit(admit("c", 1_000, keyed("k"))).status).toBe("held");
  });

  test("gets the answer of a settle that comes after the expiry", () => {
    const made = wallet();
    made.admit(admit("a", 1_000, keyed("k")));
    made.now += TTL_MS;
    made.settle(settle("a", 900, { answer }));
    expect(made.admit(admit("b", 1_000, keyed("k")))).toMatchObject({ status: "duplicate_finished", answer });
  });

  test("is forgotten after its time", () => {
    const made = wallet();
    made.admit(admit("a", 1_000, keyed("k")));
    made.settle(settle("a", 900));
    made.now += LIMITS.idempotent_answer_ttl_ms;
    expect(made.admit(admit("b", 1_000, keyed("k"))).status).toBe("held");
  });
});

describe("decisions that are not stored yet", () => {
  test("are seen by those that follow, and leave no trace when the commit fails", () => {
    const made = wallet({ limit_nano_usd: 100_000 });
    made.auto_commit = false;
    made.admit(admit("a", 60_000, keyed("k")));
    expect(made.admit(admit("b", 60_000)).status).toBe("held_by_others");
    expect(made.admit(admit("c", 1, keyed("k"))).status).toBe("duplicate_in_flight");
    made.settle(settle("a", 70_000));
    expect(made.settle(settle("a", 70_000))).toMatchObject({ status: "already_ended", charged_nano_usd: 70_000 });
    expect(made.admit(admit("a", 60_000)).status).toBe("already_ended");
    made.fail_next_commit = true;
    expect(() => made.commit()).toThrow();
    expect(made.read()).toMatchObject({ balance_nano_usd: 100_000, held_nano_usd: 0 });
    expect(made.admit(admit("a", 100_000, keyed("k"))).status).toBe("held");
    made.commit();
    expect(made.rows()).toEqual([["limit", 100_000]]);
    made.release(release("a"));
    expect(made.admit(admit("b", 100_000, keyed("k"))).status).toBe("held");
  });
});
