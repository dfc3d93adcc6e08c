import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type KeyLimits, NO_RATE_LIMITS, type RateLimits } from "../../../schema/wire/rate-limits.ts";
import type { AdmitAnswer, AdmitRequest } from "../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import { admit, context, keyed, NOON, record, release, settings, settle } from "./make.ts";
import { MemoryWallet } from "./memory-wallet.ts";

/** How long a minute's worth is refilled. */
const MINUTE_MS = 60_000;
const HOLD = 10;

const limits = (change: Partial<RateLimits>): RateLimits => ({ ...NO_RATE_LIMITS, ...change });
const keyLimits = (change: Partial<KeyLimits>): KeyLimits => ({ ...NO_RATE_LIMITS, version: 1, ...change });

function walletWith(rate_limits: Partial<RateLimits>, change: Partial<WalletSettings> = {}): MemoryWallet {
  const made = new MemoryWallet(NOON);
  made.configure(settings({ limit_nano_usd: null, rate_limits: limits(rate_limits), ...change }));
  return made;
}

let ids = 0;
/** A request of its own id. Its hold is long, so that no clock of a test ends it by itself unless that is asked for. */
function ask(wallet: MemoryWallet, change: Partial<AdmitRequest> = {}) {
  ids += 1;
  const request_id = `req_${ids}`;
  return { request_id, answer: wallet.admit(admit(request_id, HOLD, { ttl_ms: 3_600_000, ...change })) };
}
const passes = (wallet: MemoryWallet, change: Partial<AdmitRequest> = {}): boolean =>
  ask(wallet, change).answer.status === "held";
const burst = (wallet: MemoryWallet, count: number, change: Partial<AdmitRequest> = {}): number =>
  Array.from({ length: count }, () => passes(wallet, change)).filter(Boolean).length;
const ofTokens = (count: number): Partial<AdmitRequest> => ({
  tokens: { tokens_least: count, tokens_estimate: count },
});
const ofKey = (key_id: string, key_limits: KeyLimits): Partial<AdmitRequest> => ({
  context: context({ key_id }),
  key_limits,
});
const refusedBy = (answer: AdmitAnswer) =>
  answer.status === "rate_limited" ? [answer.scope.type, answer.limit, answer.retry_after_ms] : answer.status;

interface Taken {
  readonly at: number;
  readonly count: number;
}

/** Whether what was taken keeps to burst + rate × window, in each window between two of the takings. Exact integers. */
function expectWithin(limit: number, taken: readonly Taken[], elapsed = (from: number, to: number) => to - from): void {
  for (let from = 0; from < taken.length; from += 1) {
    let sum = 0;
    for (let to = from; to < taken.length; to += 1) {
      sum += taken[to]?.count ?? 0;
      const window_ms = elapsed(taken[from]?.at ?? 0, taken[to]?.at ?? 0);
      expect(sum * MINUTE_MS).toBeLessThanOrEqual(limit * MINUTE_MS + limit * window_ms);
    }
  }
}

describe("requests a minute", () => {
  test("of a wallet that has spent nothing: the limit at once, then one by one as they are refilled", () => {
    const wallet = walletWith({ requests_per_minute: 60 });
    expect(burst(wallet, 1_000)).toBe(60);
    wallet.now += 999;
    expect(passes(wallet)).toBe(false);
    wallet.now += 1;
    expect(burst(wallet, 2)).toBe(1);
    wallet.now += 10 * MINUTE_MS;
    expect(burst(wallet, 1_000)).toBe(60);
  });

  test("the first request of a wallet that costs nothing is not refused", () => {
    const wallet = walletWith({ requests_per_minute: 1, tokens_per_minute: 1 }, { limit_nano_usd: 0 });
    const { answer } = { answer: wallet.admit(admit("free", 0, ofTokens(1))) };
    expect(answer.status).toBe("held");
  });

  test("accepted in any window is at most burst + rate × window, and what fits is never refused", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 40 }),
        fc.array(fc.integer({ min: 0, max: 6_000 }), { maxLength: 150 }),
        (limit, pauses) => {
          const wallet = walletWith({ requests_per_minute: limit });
          const taken: Taken[] = [];
          // An independent account of it, in sixty-thousandths.
          let debt = 0;
          for (const pause of pauses) {
            wallet.now += pause;
            debt = Math.max(0, debt - pause * limit);
            const fits = debt + MINUTE_MS <= limit * MINUTE_MS;
            expect(passes(wallet)).toBe(fits);
            if (!fits) continue;
            debt += MINUTE_MS;
            taken.push({ at: wallet.now, count: 1 });
          }
          expectWithin(limit, taken);
        },
      ),
    );
  });

  test("one who comes back when told is let in, and not a millisecond before", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 0, max: 5 }), (limit, later) => {
        const wallet = walletWith({ requests_per_minute: limit });
        for (let index = 0; index < Math.min(limit, 50); index += 1) passes(wallet);
        if (limit > 50) return;
        wallet.now += later;
        const { answer } = ask(wallet);
        if (answer.status !== "rate_limited") return;
        const wait_ms = answer.retry_after_ms ?? 0;
        wallet.now += wait_ms - 1;
        expect(passes(wallet)).toBe(false);
        wallet.now += 1;
        expect(passes(wallet)).toBe(true);
      }),
    );
  });

  test("the clock may jump: going back adds nothing, and nobody waits for it longer than a minute", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 }),
        fc.array(
          fc.oneof(
            fc.integer({ min: 0, max: 5_000 }),
            fc.integer({ min: -90_000, max: -1 }),
            fc.constantFrom(3_600_000, -3_600_000),
          ),
          { maxLength: 80 },
        ),
        (limit, steps) => {
          const wallet = walletWith({ requests_per_minute: limit });
          const taken: Taken[] = [];
          let forward = 0;
          for (const step of steps) {
            wallet.now += step;
            forward += Math.max(0, step);
            if (passes(wallet)) taken.push({ at: forward, count: 1 });
          }
          expectWithin(limit, taken);
          wallet.now += 2 * MINUTE_MS;
          expect(burst(wallet, limit + 1)).toBe(limit);
        },
      ),
    );
  });

  test("a limit that is lowered or raised binds the next request", () => {
    const wallet = walletWith({ requests_per_minute: 60 });
    expect(burst(wallet, 10)).toBe(10);
    const change = (version: number, requests_per_minute: number | null) =>
      wallet.configure(settings({ limit_nano_usd: null, version, rate_limits: limits({ requests_per_minute }) }));
    change(2, 5);
    expect(burst(wallet, 10)).toBe(0);
    change(3, 100);
    expect(burst(wallet, 200)).toBe(90);
    change(4, 0);
    wallet.now += 10 * MINUTE_MS;
    expect(burst(wallet, 10)).toBe(0);
    change(5, null);
    expect(burst(wallet, 200)).toBe(200);
  });
});

describe("0 refuses everything, null nothing", () => {
  test.each(["requests_per_minute", "tokens_per_minute", "concurrent_requests"] as const)("%s", (name) => {
    const refused = ask(walletWith({ [name]: 0 }), ofTokens(0)).answer;
    expect(refused).toMatchObject({ status: "rate_limited", allowed: 0, retry_after_ms: null });
    const by_key = ask(walletWith({}), ofKey("key_0", keyLimits({ [name]: 0 }))).answer;
    expect(by_key).toMatchObject({ status: "rate_limited", scope: { type: "key", id: "key_0" }, retry_after_ms: null });
    expect(burst(walletWith({ [name]: null }), 500, ofTokens(1_000_000))).toBe(500);
  });
});

describe("tokens a minute", () => {
  test("the estimate is reserved, and the difference to what was used is given back or taken", () => {
    const wallet = walletWith({ tokens_per_minute: 1_000 });
    const first = ask(wallet, ofTokens(900));
    expect(first.answer.status).toBe("held");
    expect(refusedBy(ask(wallet, ofTokens(200)).answer)).toEqual(["wallet", "tokens", expect.any(Number)]);
    // 30 used of 900: the rest is there again.
    wallet.settle(settle(first.request_id, HOLD));
    expect(wallet.standing(admit("x", HOLD)).tokens).toEqual({ limit: 1_000, remaining: 970, reset_ms: 1_800 });
    const second = ask(wallet, ofTokens(970));
    // More than reserved: the debt delays others, and nothing that was admitted is taken back.
    wallet.settle(settle(second.request_id, HOLD, { record: record({ usage: { input: 1_000, cached_read: 2_000 } }) }));
    expect(wallet.standing(admit("x", HOLD)).tokens).toMatchObject({ remaining: 0, reset_ms: 181_800 });
    wallet.now += 121_800 - 1;
    expect(passes(wallet, ofTokens(1))).toBe(false);
    wallet.now += 1 + 60;
    expect(passes(wallet, ofTokens(1))).toBe(true);
  });

  test("a guess larger than the limit needs all of it; a bound larger than the limit is refused for good", () => {
    const wallet = walletWith({ tokens_per_minute: 1_000 });
    expect(passes(wallet, { tokens: { tokens_least: 10, tokens_estimate: 9_000 } })).toBe(true);
    const { answer } = ask(wallet, ofTokens(1_001));
    expect(answer).toMatchObject({ status: "rate_limited", limit: "tokens", requested: 1_001, retry_after_ms: null });
  });

  test("a released request has used none; one that expired has used what it reserved", () => {
    const wallet = walletWith({ tokens_per_minute: 1_000, requests_per_minute: 10 });
    const { request_id } = ask(wallet, ofTokens(1_000));
    wallet.release(release(request_id));
    const standing = wallet.standing(admit("x", HOLD));
    expect(standing.tokens?.remaining).toBe(1_000);
    // An admitted request counts as one, also when it came to nothing.
    expect(standing.requests?.remaining).toBe(9);
    ask(wallet, { ...ofTokens(1_000), ttl_ms: 10 });
    wallet.now += 11;
    wallet.ring();
    expect(wallet.standing(admit("x", HOLD)).tokens?.remaining).toBe(0);
  });

  test("a long request blocks others for a minute at most", () => {
    const wallet = walletWith({ tokens_per_minute: 1_000 });
    const long = ask(wallet, ofTokens(1_000));
    wallet.now += 59_999;
    expect(passes(wallet, ofTokens(1))).toBe(false);
    // From then on its reservation is drained like anything used, also while nobody is let in.
    wallet.now += 30_000;
    expect(passes(wallet, ofTokens(500))).toBe(false);
    wallet.now += 1;
    expect(passes(wallet, ofTokens(500))).toBe(true);
    wallet.now += 30_000;
    // Drained already: there is nothing to give back, and only what exceeds it is taken.
    const usage = { output: 1_250 };
    wallet.settle(settle(long.request_id, HOLD, { record: record({ usage }) }));
    expect(wallet.standing(admit("x", HOLD)).tokens?.remaining).toBe(250);
  });

  test("used in any window is at most burst + rate × window, however long requests run", () => {
    const step = fc.record({
      pause: fc.integer({ min: 0, max: 20_000 }),
      tokens: fc.integer({ min: 1, max: 400 }),
      /** Of the open requests, which one ends then, and with how much of its reservation. */
      ends: fc.option(fc.record({ which: fc.nat(50), used_percent: fc.integer({ min: 0, max: 100 }) })),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), fc.array(step, { maxLength: 60 }), (limit, steps) => {
        const wallet = walletWith({ tokens_per_minute: limit });
        const taken: { request_id: string; at: number; count: number }[] = [];
        const open: typeof taken = [];
        for (const { pause, tokens, ends } of steps) {
          wallet.now += pause;
          if (ends !== null && open.length > 0) {
            const [ended] = open.splice(ends.which % open.length, 1);
            if (ended !== undefined) {
              ended.count = Math.floor((ended.count * ends.used_percent) / 100);
              const usage = { output: ended.count };
              wallet.settle(settle(ended.request_id, HOLD, { record: record({ usage }) }));
            }
          }
          const { request_id, answer } = ask(wallet, ofTokens(tokens));
          if (answer.status !== "held") continue;
          const made = { request_id, at: wallet.now, count: tokens };
          taken.push(made);
          open.push(made);
        }
        expectWithin(limit, taken);
      }),
    );
  });
});

describe("requests at a time", () => {
  test.each([
    ["settled", (wallet: MemoryWallet, id: string) => wallet.settle(settle(id, HOLD))],
    ["released", (wallet: MemoryWallet, id: string) => wallet.release(release(id))],
    [
      "expired",
      (wallet: MemoryWallet) => {
        wallet.now += 3_600_001;
      },
    ],
  ])("of a wallet, and freed when one is %s", (_how, end) => {
    const wallet = walletWith({ concurrent_requests: 2 });
    const { request_id } = ask(wallet);
    expect(burst(wallet, 5)).toBe(1);
    expect(refusedBy(ask(wallet).answer)).toEqual(["wallet", "concurrent", 1_000]);
    end(wallet, request_id);
    expect(passes(wallet)).toBe(true);
  });

  test("of a key, counting those that were open before it was limited", () => {
    const wallet = walletWith({});
    expect(burst(wallet, 3, { context: context({ key_id: "key_a" }) })).toBe(3);
    const two = keyLimits({ concurrent_requests: 4 });
    expect(burst(wallet, 3, ofKey("key_a", two))).toBe(1);
    expect(burst(wallet, 5, ofKey("key_b", two))).toBe(4);
  });
});

describe("what is refused by one limit takes nothing of another", () => {
  const remaining = (wallet: MemoryWallet, change: Partial<AdmitRequest> = {}) =>
    wallet.standing(admit("x", HOLD, change)).requests?.remaining;

  test("refused by the key, the wallet's is whole, and the other way round", () => {
    const wallet = walletWith({ requests_per_minute: 10 });
    const one = ofKey("key_a", keyLimits({ requests_per_minute: 1 }));
    expect(burst(wallet, 100, one)).toBe(1);
    expect(remaining(wallet)).toBe(9);
    expect(burst(wallet, 100)).toBe(9);
    const many = ofKey("key_b", keyLimits({ requests_per_minute: 100 }));
    expect(burst(wallet, 100, many)).toBe(0);
    wallet.configure(settings({ version: 2, limit_nano_usd: null }));
    expect(remaining(wallet, many)).toBe(100);
  });

  test("refused for money, no rate is taken; refused for a rate, no money is held", () => {
    const wallet = walletWith({ requests_per_minute: 3 }, { limit_nano_usd: 2 * HOLD });
    expect(burst(wallet, 2)).toBe(2);
    for (let index = 0; index < 50; index += 1) expect(ask(wallet).answer.status).toBe("held_by_others");
    expect(remaining(wallet)).toBe(1);
    wallet.configure(
      settings({ version: 2, limit_nano_usd: 100 * HOLD, rate_limits: limits({ requests_per_minute: 3 }) }),
    );
    expect(burst(wallet, 50)).toBe(1);
    expect(wallet.read()?.held_nano_usd).toBe(3 * HOLD);
    // Both in the way: the rate is what is said.
    wallet.configure(settings({ version: 3, limit_nano_usd: 0, rate_limits: limits({ requests_per_minute: 3 }) }));
    expect(ask(wallet).answer.status).toBe("rate_limited");
  });

  test("refused for tokens, no request is taken", () => {
    const wallet = walletWith({ requests_per_minute: 10, tokens_per_minute: 100 });
    expect(burst(wallet, 100, ofTokens(101))).toBe(0);
    expect(remaining(wallet)).toBe(10);
  });

  test("a repeat takes nothing, whether it is held, ended or a duplicate", () => {
    const wallet = walletWith({ requests_per_minute: 10 });
    const request = admit("once", HOLD, keyed("idem"));
    expect(wallet.admit(request).status).toBe("held");
    expect(wallet.admit(request).status).toBe("already_held");
    expect(wallet.admit(admit("other", HOLD, keyed("idem"))).status).toBe("duplicate_in_flight");
    wallet.settle(settle("once", HOLD));
    expect(wallet.admit(request).status).toBe("already_ended");
    expect(wallet.admit(admit("other", HOLD, keyed("idem"))).status).toBe("duplicate_finished");
    expect(remaining(wallet)).toBe(9);
  });

  test("a repeat is answered also when the limit is used up", () => {
    const wallet = walletWith({ requests_per_minute: 1 });
    const request = admit("once", HOLD);
    expect(wallet.admit(request).status).toBe("held");
    expect(wallet.admit(request).status).toBe("already_held");
  });
});

describe("the limits of a key", () => {
  test("are those of its newest version, whoever knows it", () => {
    const wallet = walletWith({});
    const sent = (version: number, requests_per_minute: number | null) =>
      ofKey("key_a", keyLimits({ version, requests_per_minute }));
    expect(burst(wallet, 5, sent(1, null))).toBe(5);
    wallet.limitKey("key_a", keyLimits({ version: 3, requests_per_minute: 2 }));
    expect(burst(wallet, 5, sent(1, null))).toBe(2);
    wallet.limitKey("key_a", keyLimits({ version: 2, requests_per_minute: 100 }));
    expect(burst(wallet, 5, sent(1, null))).toBe(0);
    expect(burst(wallet, 5, sent(4, null))).toBe(5);
  });

  test("of two keys are two counts", () => {
    const wallet = walletWith({});
    for (const key_id of ["key_a", "key_b"]) {
      expect(burst(wallet, 9, ofKey(key_id, keyLimits({ requests_per_minute: 4 })))).toBe(4);
    }
  });

  test("that break the contract are refused as such", () => {
    const wallet = walletWith({});
    expect(ask(wallet, { key_limits: keyLimits({ requests_per_minute: -1 }) }).answer.status).toBe("invalid");
    expect(ask(wallet, { tokens: { tokens_least: 2, tokens_estimate: 1 } }).answer.status).toBe("invalid");
    expect(ask(wallet, ofTokens(0.5)).answer.status).toBe("invalid");
  });
});

test("what is left is that of the scope with least left, of each kind", () => {
  const wallet = walletWith({ requests_per_minute: 10, tokens_per_minute: 100 });
  const mine = { ...ofKey("key_a", keyLimits({ requests_per_minute: 60, tokens_per_minute: 50 })), ...ofTokens(20) };
  ask(wallet, mine);
  expect(wallet.standing(admit("x", HOLD, mine))).toEqual({
    requests: { limit: 10, remaining: 9, reset_ms: 6_000 },
    tokens: { limit: 50, remaining: 30, reset_ms: 24_000 },
  });
  expect(walletWith({}).standing(admit("x", HOLD))).toEqual({ requests: null, tokens: null });
});
