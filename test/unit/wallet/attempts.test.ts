import { describe, expect, test } from "vitest";
import { eventSchema } from "../../../schema/wire/events.ts";
import type { ChargeAttemptRequest } from "../../../schema/wire/wallet-rpc.ts";
import { admit, charge, context, keyed, NOON, record, release, settings, settle, TTL_MS, usd } from "./make.ts";
import { MemoryWallet } from "./memory-wallet.ts";

function wallet(change: Parameters<typeof settings>[0] = {}): MemoryWallet {
  const made = new MemoryWallet(NOON);
  made.configure(settings(change));
  return made;
}

const posted = (made: MemoryWallet) => made.rows().slice(1);

describe("an attempt that failed and may be billed is charged by itself", () => {
  type Act = ["charge", number, number, number] | ["settle", number] | ["release"] | ["expire"];
  // Of a hold of 50,000, 5,000 of it committed; a next attempt commits a tenth of its hold.
  const table: [Act[], [string, number][], number][] = [
    [
      [
        ["charge", 1, 7_000, 50_000],
        ["settle", 20_000],
      ],
      [
        ["attempt", -7_000],
        ["charge", -20_000],
      ],
      20_000,
    ],
    [
      [
        ["charge", 1, 7_000, 50_000],
        ["charge", 2, 8_000, 90_000],
        ["settle", 90_001],
      ],
      [
        ["attempt", -7_000],
        ["attempt", -8_000],
        ["charge", -90_000],
        ["overage", -1],
      ],
      90_001,
    ],
    [
      [["charge", 1, 7_000, 50_000], ["release"]],
      [
        ["attempt", -7_000],
        ["release", 0],
      ],
      0,
    ],
    [
      [["charge", 1, 7_000, 60_000], ["expire"]],
      [
        ["attempt", -7_000],
        ["expire", -6_000],
      ],
      6_000,
    ],
    [
      [["charge", 1, 7_000, 60_000], ["expire"], ["settle", 1_000]],
      [
        ["attempt", -7_000],
        ["expire", -6_000],
        ["correction", 5_000],
      ],
      1_000,
    ],
    [
      [["charge", 1, 7_000, 60_000], ["expire"], ["release"]],
      [
        ["attempt", -7_000],
        ["expire", -6_000],
        ["correction", 6_000],
      ],
      0,
    ],
    [
      [
        ["charge", 1, 0, 0],
        ["settle", 3],
      ],
      [
        ["attempt", 0],
        ["charge", -3],
      ],
      3,
    ],
  ];
  test.each(table)("%j leaves %j", (acts, rows, ended_with) => {
    const made = wallet();
    made.admit(admit("a", 50_000));
    let attempts = 0;
    for (const act of acts) {
      if (act[0] === "charge") {
        attempts += act[2];
        expect(made.chargeAttempt(charge("a", act[1], act[2], act[3])).status).toBe("held");
      } else if (act[0] === "expire") {
        made.now += TTL_MS;
        made.ring();
      } else if (act[0] === "settle") {
        expect(made.settle(settle("a", act[1], { attempt: 9 })).charged_nano_usd).toBe(act[1]);
      } else expect(made.release(release("a")).charged_nano_usd).toBe(0);
    }
    expect(posted(made)).toEqual(rows);
    expect(made.read()).toMatchObject({ held_nano_usd: 0, spent_nano_usd: attempts + ended_with });
    for (const event of made.events) expect(eventSchema.safeParse(event).error).toBeUndefined();
    expect(made.events).toHaveLength(made.ledger.length);
  });

  test("its event has its own model, and how it failed", () => {
    const made = wallet();
    made.admit(admit("a", 50_000));
    made.chargeAttempt(charge("a", 1, 7_000, 50_000));
    expect(made.events.at(-1)).toMatchObject({
      type: "request.adjusted",
      reason: "attempt",
      request_id: "a",
      cost_nano_usd: 7_000,
      context: { model: "sandbox/echo" },
      record: { outcome: "upstream_timeout", attempts: 1 },
    });
    expect(made.ledger.at(-1)).toMatchObject({ kind: "attempt", ref: "a", attempt: 1 });
  });
});

describe("the hold goes on as the next attempt's", () => {
  test("the charge is taken out of it, and it grows where the next one is dearer than what is left", () => {
    const made = wallet();
    made.admit(admit("a", 50_000));
    made.now += 1_000;
    const held = { status: "held", hold_nano_usd: 43_000, deadline: made.now + TTL_MS };
    expect(made.chargeAttempt(charge("a", 1, 7_000, 20_000))).toEqual(held);
    expect(made.chargeAttempt(charge("a", 2, 3_000, 90_000))).toEqual({ ...held, hold_nano_usd: 90_000 });
    expect(made.read()).toMatchObject({ held_nano_usd: 90_000, available_nano_usd: 900_000, open_holds: 1 });
  });

  test("what cost more than was held leaves nothing of it, and is charged whole", () => {
    const made = wallet();
    made.admit(admit("a", 50_000));
    expect(made.chargeAttempt(charge("a", 1, 60_000, 0))).toMatchObject({ status: "held", hold_nano_usd: 0 });
    expect(posted(made)).toEqual([["attempt", -60_000]]);
  });

  test("expiry tells of the attempt that was running", () => {
    const made = wallet();
    made.admit(admit("a", 50_000));
    made.chargeAttempt(charge("a", 1, 7_000, 40_000));
    made.checkpoint({ request_id: "a", committed_nano_usd: usd(9_000) });
    made.now += TTL_MS;
    made.ring();
    expect(made.events.at(-1)).toMatchObject({
      type: "request.completed",
      cost_nano_usd: 9_000,
      hold_nano_usd: 43_000,
      unsettled: true,
      context: { model: "other/2" },
      record: { price_id: "prc_2" },
    });
  });

  test("a wallet that does not cover the next one books the charge all the same, and keeps what is left of the hold", () => {
    const made = wallet({ limit_nano_usd: 100_000 });
    made.admit(admit("a", 50_000));
    made.admit(admit("other", 40_000));
    const request = charge("a", 1, 7_000, 53_001);
    expect(made.chargeAttempt(request)).toEqual({ status: "refused", hold_nano_usd: 43_000 });
    expect(posted(made)).toEqual([["attempt", -7_000]]);
    // Asked again, once there is room.
    made.release(release("other"));
    expect(made.chargeAttempt(request)).toMatchObject({ status: "held", hold_nano_usd: 53_001 });
    expect(made.read()).toMatchObject({ spent_nano_usd: 7_000, held_nano_usd: 53_001 });
  });

  test("all attempts of a request together keep within the maximum of one request", () => {
    const made = wallet({ maximum_per_request_nano_usd: 60_000 });
    made.admit(admit("a", 50_000));
    expect(made.chargeAttempt(charge("a", 1, 7_000, 53_000)).status).toBe("held");
    expect(made.chargeAttempt(charge("a", 2, 1_000, 52_001)).status).toBe("refused");
    const more = { request_id: "a", hold_nano_usd: usd(52_001), committed_nano_usd: usd(0) };
    expect(made.extend(more).status).toBe("refused");
    expect(made.extend({ ...more, hold_nano_usd: usd(52_000) }).status).toBe("held");
  });

  test("a frozen wallet lets the next attempt have what is held, and nothing new", () => {
    const made = wallet();
    made.admit(admit("a", 50_000));
    made.configure(settings({ version: 2, frozen: true }));
    expect(made.chargeAttempt(charge("a", 1, 7_000, 43_000)).status).toBe("held");
    expect(made.chargeAttempt(charge("a", 2, 7_000, 36_001)).status).toBe("refused");
  });

  test("tokens of all attempts count against limits on tokens", () => {
    const limited = { requests_per_minute: null, tokens_per_minute: 6_000, concurrent_requests: null };
    const left = (made: MemoryWallet) => made.standing(admit("probe", 0))?.tokens?.remaining;
    const made = wallet({ rate_limits: limited });
    made.admit(admit("a", 50_000, { tokens: { tokens_least: 100, tokens_estimate: 100 } }));
    made.chargeAttempt(charge("a", 1, 7_000, 50_000, { record: record({ usage: { input: 1_000 } }) }));
    made.settle(settle("a", 1_000, { record: record({ usage: { input: 500, output: 500 } }) }));
    expect(left(made)).toBe(4_000);
  });
});

describe("each attempt is charged once", () => {
  test("a repeat is answered again and changes nothing, another amount is refused", () => {
    const made = wallet();
    made.admit(admit("a", 50_000));
    const first = made.chargeAttempt(charge("a", 1, 7_000, 50_000));
    expect(made.chargeAttempt(charge("a", 1, 7_000, 50_000))).toEqual(first);
    expect(made.chargeAttempt(charge("a", 1, 7_001, 50_000))).toEqual({ status: "conflict" });
    expect(posted(made)).toEqual([["attempt", -7_000]]);
  });

  test("a late repeat of an earlier one leaves the hold of the running one alone", () => {
    const made = wallet();
    made.admit(admit("a", 50_000));
    made.chargeAttempt(charge("a", 1, 7_000, 50_000));
    made.chargeAttempt(charge("a", 2, 7_000, 1_000));
    expect(made.chargeAttempt(charge("a", 1, 7_000, 500_000))).toMatchObject({ status: "held", hold_nano_usd: 43_000 });
  });

  test("a settlement of an attempt that was charged adds nothing, and its tokens are told once", () => {
    const made = wallet();
    made.admit(admit("a", 50_000));
    made.chargeAttempt(charge("a", 1, 7_000, 50_000));
    expect(made.settle(settle("a", 7_000, { attempt: 1 }))).toMatchObject({ status: "settled", charged_nano_usd: 0 });
    expect(posted(made)).toEqual([
      ["attempt", -7_000],
      ["charge", 0],
    ]);
    expect(made.events.at(-1)).toMatchObject({ type: "request.completed", cost_nano_usd: 0, record: { usage: {} } });
  });

  test("a settlement whose attempt was never charged, or charged after the end, is the charge", () => {
    const made = wallet();
    made.admit(admit("a", 50_000));
    expect(made.settle(settle("a", 7_000, { attempt: 1 }))).toMatchObject({ charged_nano_usd: 7_000 });
    expect(made.chargeAttempt(charge("a", 1, 7_000, 50_000))).toEqual({ status: "already_ended" });
    expect(posted(made)).toEqual([["charge", -7_000]]);
  });

  test("after an expiry a settlement of the charged attempt takes back what the next one was charged", () => {
    const made = wallet();
    made.admit(admit("a", 50_000));
    made.chargeAttempt(charge("a", 1, 7_000, 50_000));
    made.now += TTL_MS;
    expect(made.settle(settle("a", 7_000, { attempt: 1 }))).toMatchObject({ status: "corrected", charged_nano_usd: 0 });
    expect(made.read()).toMatchObject({ spent_nano_usd: 7_000 });
  });

  test("a failing write leaves neither charge nor hold", () => {
    const made = wallet();
    made.admit(admit("a", 50_000));
    const before = made.read();
    made.fail_next_commit = true;
    expect(() => made.chargeAttempt(charge("a", 1, 7_000, 90_000))).toThrow();
    expect(made.read()).toEqual(before);
    expect(posted(made)).toEqual([]);
  });
});

describe("the idempotency key of a request that has cost something is used", () => {
  test.each(["released", "expired and released"])("when it is %s", (how) => {
    const made = wallet();
    made.admit(admit("a", 50_000, keyed("key")));
    made.chargeAttempt(charge("a", 1, 7_000, 50_000));
    if (how !== "released") made.now += TTL_MS;
    made.release(release("a"));
    expect(made.admit(admit("b", 50_000, keyed("key")))).toMatchObject({ status: "duplicate_finished", answer: null });
  });

  test("and free where the attempt cost nothing", () => {
    const made = wallet();
    made.admit(admit("a", 50_000, keyed("key")));
    made.chargeAttempt(charge("a", 1, 0, 50_000));
    made.release(release("a"));
    expect(made.admit(admit("b", 50_000, keyed("key"))).status).toBe("held");
  });
});

describe("what breaks the contract is refused before any change", () => {
  const valid = charge("a", 1, 7_000, 50_000);
  const table: [string, ChargeAttemptRequest][] = [
    ["no attempt", { ...valid, attempt: 0 }],
    ["a fraction of an attempt", { ...valid, attempt: 1.5 }],
    ["too many attempts", { ...valid, attempt: 1_001 }],
    ["a negative cost", { ...valid, cost_nano_usd: usd(-1) }],
    ["no amount as what is next", { ...valid, next: { ...valid.next, hold_nano_usd: JSON.parse("0.5") } }],
    ["more committed than held", { ...valid, next: { ...valid.next, committed_nano_usd: usd(50_001) } }],
    ["a next attempt of another key", { ...valid, next: { ...valid.next, context: context({ key_id: "key_2" }) } }],
    ["a context of another shape", { ...valid, context: JSON.parse("{}") }],
  ];
  test.each(table)("%s", (_name, request) => {
    const made = wallet();
    made.admit(admit("a", 50_000));
    const before = made.read();
    expect(made.chargeAttempt(request)).toEqual({ status: "invalid", problem: expect.stringMatching(/\w/) });
    expect(made.read()).toEqual(before);
    expect(posted(made)).toEqual([]);
  });

  test("attempts are charged in order", () => {
    const made = wallet();
    made.admit(admit("a", 50_000));
    made.chargeAttempt(charge("a", 3, 7_000, 50_000));
    expect(made.chargeAttempt(charge("a", 2, 7_000, 50_000)).status).toBe("invalid");
  });

  test("nothing is charged without a hold", () => {
    const made = wallet();
    expect(made.chargeAttempt(charge("never", 1, 7_000, 50_000))).toEqual({ status: "unknown" });
    expect(posted(made)).toEqual([]);
  });
});
