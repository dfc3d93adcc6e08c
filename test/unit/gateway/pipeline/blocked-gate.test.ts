import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ErrorCode } from "../../../../schema/kernel/errors.ts";
import {
  BLOCKED_WAIT_MS,
  type Blocked,
  type BlockedEntry,
  flush,
  newGate,
  pass,
} from "../../../../workers/gateway/pipeline/blocked-gate.ts";
import { NOON } from "../fixtures.ts";

const BURST = 50;

const blocked = (change: Partial<Blocked> = {}): Blocked => ({
  at: NOON,
  org_id: "org_1",
  wallet_id: "wal_1",
  key_id: "key_1",
  key_name: "Demo app",
  code: "wallet_frozen",
  message: "The wallet is frozen.",
  model: "acme/m",
  route: "/v1/chat/completions",
  request_id: "req_1",
  ip: null,
  ...change,
});

/** A gate that is used up at `NOON`. */
function usedUp() {
  let gate = newGate(NOON);
  for (let nth = 0; nth < BURST; nth += 1) gate = pass(gate, blocked(), NOON).gate;
  return gate;
}

const told = (entries: readonly BlockedEntry[]) =>
  entries.map(({ blocked: { code, request_id }, count }) => ({ code, request_id, count }));

describe("the refusals of one key", () => {
  it("are an entry each, as many as a burst has", () => {
    let gate = newGate(NOON);
    for (let nth = 1; nth <= BURST; nth += 1) {
      const step = pass(gate, blocked({ request_id: `req_${nth}` }), NOON);
      expect(told(step.send)).toEqual([{ code: "wallet_frozen", request_id: `req_${nth}`, count: 1 }]);
      gate = step.gate;
    }
    expect(pass(gate, blocked(), NOON).send).toEqual([]);
  });

  it("are counted beyond that, and go with the next that finds room", () => {
    let { gate } = pass(usedUp(), blocked({ request_id: "req_a" }), NOON);
    ({ gate } = pass(gate, blocked({ request_id: "req_b" }), NOON + 99));
    const step = pass(gate, blocked({ request_id: "req_c" }), NOON + 100);
    expect(told(step.send)).toEqual([{ code: "wallet_frozen", request_id: "req_c", count: 3 }]);
    expect(step.gate.waiting).toEqual([]);
    expect(pass(step.gate, blocked(), NOON + 100).send).toEqual([]);
  });

  it("are counted by their code: one entry never tells of two", () => {
    let { gate } = pass(usedUp(), blocked({ code: "forbidden" }), NOON);
    ({ gate } = pass(gate, blocked(), NOON));
    const step = pass(gate, blocked(), NOON + 100);
    expect(told(step.send)).toEqual([{ code: "wallet_frozen", request_id: "req_1", count: 2 }]);
    expect(told(step.gate.waiting)).toEqual([{ code: "forbidden", request_id: "req_1", count: 1 }]);
  });

  it("do not wait for ever: what is left is sent whatever the bucket has", () => {
    const { gate } = pass(usedUp(), blocked({ request_id: "req_last" }), NOON);
    const step = flush(gate, NOON + BLOCKED_WAIT_MS);
    expect(told(step.send)).toEqual([{ code: "wallet_frozen", request_id: "req_last", count: 1 }]);
    expect(flush(step.gate, NOON + BLOCKED_WAIT_MS).send).toEqual([]);
  });

  it("have a whole burst again after a pause, and no more than that", () => {
    let gate = usedUp();
    let sent = 0;
    for (let nth = 0; nth < 2 * BURST; nth += 1) {
      const step = pass(gate, blocked(), NOON + 3_600_000);
      sent += step.send.length;
      gate = step.gate;
    }
    expect(sent).toBe(BURST);
  });

  it("gain nothing when the clock goes back", () => {
    const { gate } = pass(usedUp(), blocked(), NOON - 60_000);
    expect(gate.tokens).toBe(0);
  });

  it("are all told of, and in any time are no more entries than burst, rate and flushes allow", () => {
    const code = fc.constantFrom<ErrorCode>("forbidden", "wallet_frozen", "wallet_exhausted");
    const step = fc.record({ wait_ms: fc.integer({ min: 0, max: 300 }), code, flushes: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        let gate = newGate(NOON);
        let now = NOON;
        let [entries, counted, flushed] = [0, 0, 0];
        for (const { wait_ms, code: next, flushes } of steps) {
          now += wait_ms;
          const passed = pass(gate, blocked({ code: next }), now);
          const rest = flushes ? flush(passed.gate, now) : { gate: passed.gate, send: [] };
          gate = rest.gate;
          flushed += rest.send.length;
          entries += passed.send.length;
          for (const { count } of [...passed.send, ...rest.send]) counted += count;
        }
        for (const { count } of flush(gate, now).send) counted += count;
        expect(counted).toBe(steps.length);
        expect(entries).toBeLessThanOrEqual(BURST + ((now - NOON) * 10) / 1_000);
        expect(flushed).toBeLessThanOrEqual(3 * steps.filter(({ flushes }) => flushes).length);
      }),
    );
  });
});
