import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ERRORS, type ErrorCode, type Refusal } from "../../../../schema/kernel/errors.ts";
import { eventSchema } from "../../../../schema/wire/events.ts";
import type { Env } from "../../../../workers/gateway/env.ts";
import { BLOCKED_WAIT_MS } from "../../../../workers/gateway/pipeline/blocked-gate.ts";
import { refuseKey } from "../../../../workers/gateway/pipeline/refuse-key.ts";
import type { KeyEntry } from "../../../../workers/gateway/stores/api-keys.ts";
import { effects, KEY, NOON, quietLogs, scope, standIn } from "../fixtures.ts";

const ROUTE = "/v1/chat/completions";

let logs: ReturnType<typeof quietLogs>;
beforeEach(() => {
  vi.useFakeTimers({ now: NOON });
  logs = quietLogs();
});
afterEach(() => {
  vi.useRealTimers();
});

let keys = 0;
/** A key of its own for each test: the isolate remembers how often each was refused. */
const newKey = (): KeyEntry => {
  keys += 1;
  return { ...KEY, key_id: `key_blocked_${keys}` };
};

/** A gateway with a queue that fails so often before it takes anything. */
function gateway({ failures = 0 } = {}) {
  const sent: unknown[] = [];
  const behind: Promise<unknown>[] = [];
  let left = failures;
  let ids = 0;
  const EVENTS = standIn<Queue>({
    send: async (event) => {
      left -= 1;
      if (left >= 0) throw new Error("queue is down");
      sent.push(event);
      return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
    },
  });
  const made = scope({
    env: standIn<Env>({ EVENTS }),
    ip: "203.0.113.7",
    effects: effects({
      now: () => Date.now(),
      newId: (kind) => {
        ids += 1;
        return `${kind}_${ids}`;
      },
    }),
    waitUntil: (promise) => behind.push(promise),
  });
  return {
    sent,
    behind,
    refuse: (
      code: ErrorCode,
      key: KeyEntry | undefined,
      model: string | null = "acme/m",
      more: Omit<Refusal, "code"> = {},
    ) => refuseKey({ refused: { code, ...more } }, made, { key, route: ROUTE, model }),
    drained: async () => {
      await vi.advanceTimersByTimeAsync(0);
    },
  };
}

describe("a refused request", () => {
  it("is answered, and told to the audit chain with everything that its entry needs", async () => {
    const { refuse, sent, drained } = gateway();
    const key = newKey();
    const answer = refuse("wallet_frozen", key);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ error: { code: "wallet_frozen" } });
    await drained();
    expect(sent).toEqual([
      {
        event_id: "audit_1",
        at: NOON,
        type: "request.blocked",
        org_id: "org_1",
        wallet_id: "wal_1",
        actor: { type: "key", id: key.key_id, name: "Demo app" },
        target: { type: "model", id: "acme/m" },
        request_id: "req_1",
        ip: "203.0.113.7",
        details: {
          code: "wallet_frozen",
          message: ERRORS.wallet_frozen.public_text,
          model: "acme/m",
          wallet_id: "wal_1",
          route: ROUTE,
          count: 1,
        },
      },
    ]);
    expect(eventSchema.parse(sent[0])).toEqual(sent[0]);
  });

  it("before its model was known has no target", async () => {
    const { refuse, sent, drained } = gateway();
    refuse("invalid_api_key", newKey(), null);
    await drained();
    expect(sent).toMatchObject([{ target: null, details: { model: null } }]);
  });

  it("is told with the figures that its caller read", async () => {
    const { refuse, sent, drained } = gateway();
    const details = {
      wallet_id: "wal_above",
      available_usd: "0.000000000",
      required_usd: "0.033046000",
      resets_at: null,
    };
    const answer = refuse("wallet_exhausted", newKey(), "acme/m", { details });
    expect(await answer.json()).toMatchObject({ error: details });
    await drained();
    expect(sent).toMatchObject([{ details: { wallet_id: "wal_1", refusal: details } }]);
    expect(eventSchema.parse(sent[0])).toEqual(sent[0]);
  });

  const told: readonly ErrorCode[] = [
    "forbidden",
    "wallet_frozen",
    "wallet_ended",
    "wallet_exhausted",
    "request_exceeds_wallet",
    "request_exceeds_maximum",
    "invalid_api_key",
    "policy_denied",
    "region_denied",
    "content_blocked",
  ];
  const codes: ErrorCode[] = Object.keys(ERRORS).filter((code): code is ErrorCode => code in ERRORS);

  it.each(codes.map((code) => [code, told.includes(code)] as const))("%s: told is %s", async (code, expected) => {
    const { refuse, sent, drained } = gateway();
    refuse(code, newKey());
    await drained();
    expect(sent).toHaveLength(expected ? 1 : 0);
  });

  it("of nobody we know is told to nobody", async () => {
    const { refuse, sent, behind } = gateway();
    expect(refuse("invalid_api_key", undefined).status).toBe(401);
    expect(behind).toEqual([]);
    expect(sent).toEqual([]);
  });

  it("is answered and tried once more when the queue fails, and a loss is logged", async () => {
    const once = gateway({ failures: 1 });
    once.refuse("wallet_frozen", newKey());
    await once.drained();
    expect(once.sent).toHaveLength(1);
    const down = gateway({ failures: 2 });
    expect(down.refuse("wallet_frozen", newKey()).status).toBe(403);
    await expect(Promise.all(down.behind)).resolves.toBeDefined();
    expect(JSON.stringify(logs.map(({ mock }) => mock.calls))).toContain("blocked_not_sent");
  });
});

describe("a client in a loop", () => {
  const countOf = (sent: readonly unknown[]): number =>
    sent
      .map((event) => eventSchema.parse(event))
      .reduce((sum, event) => sum + ("details" in event ? event.details.count : 0), 0);

  it("is told of in full with few entries: the rest is counted in one, ten seconds later at the latest", async () => {
    const { refuse, sent, drained } = gateway();
    const key = newKey();
    for (let nth = 0; nth < 1_000; nth += 1) refuse("wallet_exhausted", key);
    await drained();
    expect(sent).toHaveLength(50);
    await vi.advanceTimersByTimeAsync(BLOCKED_WAIT_MS);
    expect(sent).toHaveLength(51);
    expect(countOf(sent)).toBe(1_000);
  });

  it("does not keep another key's refusals from being told", async () => {
    const { refuse, sent, drained } = gateway();
    const loud = newKey();
    for (let nth = 0; nth < 200; nth += 1) refuse("wallet_exhausted", loud);
    refuse("wallet_exhausted", newKey());
    await drained();
    expect(sent).toHaveLength(51);
  });

  it("that goes on is told of again and again, one wait at a time", async () => {
    const { refuse, sent, behind } = gateway();
    const key = newKey();
    for (let second = 0; second < 30; second += 1) {
      for (let nth = 0; nth < 100; nth += 1) refuse("wallet_exhausted", key);
      await vi.advanceTimersByTimeAsync(1_000);
    }
    await vi.advanceTimersByTimeAsync(BLOCKED_WAIT_MS);
    expect(countOf(sent)).toBe(3_000);
    expect(sent.length).toBeLessThanOrEqual(50 + 300 + 4);
    // Besides the sends themselves, somebody waits at most once every ten seconds.
    expect(behind.length - sent.length).toBeLessThanOrEqual(4);
  });
});
