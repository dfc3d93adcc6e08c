import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Breaker, breakerAt, CLOSED, observe, type Recent, type Seen } from "../../../../schema/health/breaker.ts";
import { LIMITS } from "../../../../schema/kernel/limits.ts";

const T = 1_000_000;
const NONE: Recent = { ok: 0, failed: 0 };
const seen = (ok: number, failed: number, change: Partial<Seen> = {}): Seen => ({
  ok,
  failed,
  failed_last: ok === 0 ? failed : 0,
  retry_after_ms: null,
  ...change,
});
/** In the middle of the jitter. */
const even = 0.5;
const next = (breaker: Breaker, what: Seen, now = T, recent = NONE) => observe(breaker, what, recent, now, even);
const OPEN: Breaker = { state: "open", since: T, until: T + 5_000, failures_in_a_row: 0, openings: 1 };
const HALF: Breaker = { ...OPEN, state: "half_open", until: null };

describe("a breaker", () => {
  it.each([
    // from, ok, failed, failed last, calls and failures of two minutes, to
    [CLOSED, 0, 4, 4, 4, 4, "closed"],
    [CLOSED, 0, 5, 5, 5, 5, "open"],
    [{ ...CLOSED, failures_in_a_row: 4 }, 0, 1, 1, 5, 5, "open"],
    [{ ...CLOSED, failures_in_a_row: 4 }, 1, 1, 1, 5, 5, "closed"],
    [{ ...CLOSED, failures_in_a_row: 4 }, 1, 5, 5, 6, 5, "open"],
    // Half of the calls fail, never so many in a row.
    [CLOSED, 1, 1, 1, 19, 10, "closed"],
    [CLOSED, 1, 1, 1, 20, 9, "closed"],
    [CLOSED, 1, 1, 1, 20, 10, "open"],
    [CLOSED, 1, 0, 0, 20, 19, "closed"],
    [OPEN, 9, 0, 0, 9, 0, "open"],
    [OPEN, 0, 9, 9, 9, 9, "open"],
    [HALF, 1, 0, 0, 20, 19, "closed"],
    [HALF, 0, 1, 1, 1, 1, "open"],
    [HALF, 1, 1, 0, 2, 1, "open"],
    [HALF, 2, 1, 0, 3, 1, "closed"],
    [HALF, 0, 0, 0, 0, 0, "half_open"],
  ] as const)("%j with %i ok, %i failed (%i last) of %i with %i: %s", (from, ok, failed, last, calls, all, to) => {
    const recent = { ok: calls - all, failed: all };
    expect(next(from, seen(ok, failed, { failed_last: last }), T + 1, recent).state).toBe(to);
  });

  it("is half open once its cool-down is over, without being told", () => {
    expect(breakerAt(OPEN, T + 4_999)).toBe(OPEN);
    expect(breakerAt(OPEN, T + 5_000)).toEqual({ ...HALF, since: T + 5_000 });
  });

  it("cools down for twice as long each time that a probe fails, up to a bound", () => {
    let breaker = next(CLOSED, seen(0, 5));
    const waits: number[] = [];
    for (let turn = 0; turn < 8; turn += 1) {
      const now = breaker.until ?? Number.NaN;
      waits.push(now - breaker.since);
      breaker = next(breaker, seen(0, 1), now);
    }
    expect(waits).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 120_000, 120_000, 120_000]);
  });

  it("begins with the shortest cool-down again after it was well for a minute, not before", () => {
    const twice = next(breakerAt(next(CLOSED, seen(0, 5)), T + 5_000), seen(0, 1), T + 5_000);
    const closed = next(twice, seen(1, 0), T + 15_000);
    expect([closed.state, closed.openings]).toEqual(["closed", 2]);
    expect(next(closed, seen(0, 5), T + 20_000).openings).toBe(3);
    expect(next(closed, seen(0, 5), T + 15_000 + LIMITS.breaker_forgiven_ms).openings).toBe(1);
  });

  it("waits as long as the provider asks for, within reason", () => {
    const until = (retry_after_ms: number) => (next(CLOSED, seen(0, 5, { retry_after_ms })).until ?? 0) - T;
    expect([1_000, 30_000, 9e9].map(until)).toEqual([5_000, 30_000, LIMITS.breaker_retry_after_longest_ms]);
    expect(next(OPEN, seen(0, 1, { retry_after_ms: 60_000 }), T + 1_000).until).toBe(T + 61_000);
    expect(next(OPEN, seen(0, 1, { retry_after_ms: 10 }), T + 1_000).until).toBe(OPEN.until);
  });

  it("spreads the cool-downs of what opened together", () => {
    const waits = [0, 0.25, 0.999].map((chance) => observe(CLOSED, seen(0, 5), NONE, T, chance).until ?? 0);
    expect(waits.map((until) => until - T)).toEqual([4_000, 4_500, 5_998]);
  });

  it("is never open without an end, never closed by a failure alone, and never opened by a success alone", () => {
    const step = fc.record({
      wait: fc.nat(200_000),
      ok: fc.nat(3),
      failed: fc.nat(6),
      retry: fc.option(fc.nat(2_000_000), { nil: null }),
      chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let breaker = CLOSED;
        let now = T;
        for (const { wait, ok, failed, retry, chance } of steps) {
          now += wait;
          const before = breakerAt(breaker, now);
          breaker = observe(breaker, seen(ok, failed, { retry_after_ms: retry }), { ok, failed }, now, chance);
          if (breaker.state === "open") {
            const { until } = breaker;
            expect(until).toBeGreaterThan(now - 1);
            expect((until ?? 0) - now).toBeLessThanOrEqual(LIMITS.breaker_retry_after_longest_ms);
            if (before.state !== "open") expect((until ?? 0) - now).toBeGreaterThanOrEqual(4_000);
          } else expect(breaker.until).toBeNull();
          if (before.state !== "closed" && breaker.state === "closed") expect(ok).toBeGreaterThan(0);
          if (before.state !== "open" && breaker.state === "open") expect(failed).toBeGreaterThan(0);
        }
      }),
    );
  });

  it("closes again whatever has been, once calls go well for as long as the longest wait", () => {
    const step = fc.tuple(fc.nat(3), fc.nat(6), fc.nat(300_000));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        let now = T;
        let breaker = CLOSED;
        for (const [ok, failed, wait] of steps) {
          now += wait;
          breaker = next(breaker, seen(ok, failed), now, { ok, failed });
        }
        now += LIMITS.breaker_cool_down_longest_ms * 1.2 + 1;
        expect(next(breaker, seen(1, 0), now).state).toBe("closed");
      }),
    );
  });
});
