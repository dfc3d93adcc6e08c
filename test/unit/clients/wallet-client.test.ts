import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  type WalletBindings,
  type WalletNamespace,
  WalletUnavailable,
  walletClient,
} from "../../../schema/clients/wallet-client.ts";
import type { WalletRpc, WalletState } from "../../../schema/wire/wallet-rpc.ts";
import { effects, NOON, quietLogs, standIn, usd } from "../gateway/fixtures.ts";

beforeEach(() => {
  quietLogs();
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const OWN = {
  wallet_id: "wal_1",
  org_id: "org_1",
  name: "Team",
  version: 3,
  limit_nano_usd: 1_000,
  hard: 1,
  overdraft_percent: 0,
  period: "month",
  time_zone: "UTC",
  start_day: 1,
  carry_over: 0,
  thresholds: "[50,100]",
  maximum_per_request_nano_usd: null,
  frozen: 0,
  parent_id: null,
  cost_center: null,
  team_id: null,
  ends_at: null,
  rate_limits: { requests_per_minute: null, tokens_per_minute: null, concurrent_requests: null },
};
const ROW = { ...OWN, ladder: '[{"percent":80,"recipients":["team"]},{"percent":50,"recipients":["team"]}]' };
/** The percentages of the ladder stand among the wallet's own. */
const SETTINGS = { ...OWN, hard: true, carry_over: false, thresholds: [50, 80, 100], frozen: false };

type FirstRow = () => Promise<object | null>;

/** A database whose one statement answers with that row. The statement's values are bound, never written into it. */
function database(row: FirstRow) {
  const queries: { readonly text: string; readonly bound: readonly unknown[] }[] = [];
  const db = standIn<D1Database>({
    prepare: (text) => {
      let bound: readonly unknown[] = [];
      const statement: D1PreparedStatement = standIn<D1PreparedStatement>({
        bind: (...values) => {
          bound = values;
          return statement;
        },
        first: async () => {
          queries.push({ text, bound });
          return JSON.parse(JSON.stringify(await row()));
        },
      });
      return statement;
    },
  });
  return { db, queries };
}

interface Options {
  readonly row?: FirstRow;
  /** A wallet of its own for each test: ids are remembered. */
  readonly wallet_id?: string;
}

/** A client whose wallet object behaves anew with each stub that is made. */
function clientOf(
  stub: (attempt: number) => Partial<WalletRpc>,
  { row = () => Promise.resolve(ROW), wallet_id = "wal_1" }: Options = {},
) {
  const named: string[] = [];
  let stubs = 0;
  const WALLET: WalletNamespace = {
    idFromName: (name) => {
      named.push(name);
      return { toString: () => name, equals: () => false, name };
    },
    get: () => {
      stubs += 1;
      return standIn<WalletRpc>(stub(stubs));
    },
  };
  const { db, queries } = database(row);
  // Without `wait`: the client's own timers, which the tests move.
  const { randomBytes } = effects();
  const client = walletClient(standIn<WalletBindings>({ WALLET, DB: db }), { randomBytes }, wallet_id);
  return {
    client,
    queries,
    named,
    get stubs() {
      return stubs;
    },
  };
}

const PING: WalletRpc["ping"] = () => Promise.resolve({ ok: true });
/** A call that answers with a status, as all of those do that go through `call`. */
const ping = async (wallet: WalletRpc) => ({ status: (await wallet.ping()).ok ? "ok" : "no" });
const reset = (): Promise<never> => Promise.reject(new Error("Durable Object reset"));
const overloaded = (): Promise<never> => Promise.reject(Object.assign(new Error("too much"), { overloaded: true }));

/** Runs what may wait between attempts, to its end. */
async function settled<T>(promise: Promise<T>): Promise<{ readonly value: T } | { readonly error: unknown }> {
  const outcome = promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  await vi.runAllTimersAsync();
  return await outcome;
}

describe("a call to a wallet", () => {
  it("is made once when it is answered", async () => {
    const c = clientOf(() => ({ ping: PING }));
    expect(await c.client.call(ping)).toEqual({ status: "ok" });
    expect(c.stubs).toBe(1);
    expect(c.queries).toEqual([]);
  });

  it("is repeated on a new stub, since one that failed keeps failing", async () => {
    const c = clientOf((attempt) => ({ ping: attempt < 3 ? reset : PING }));
    expect(await settled(c.client.call(ping))).toEqual({ value: { status: "ok" } });
    expect(c.stubs).toBe(3);
  });

  it("waits longer before each repetition, and never in step with others", async () => {
    const c = clientOf(() => ({ ping: reset }));
    const running = c.client.call(ping).catch(() => "failed");
    await vi.advanceTimersByTimeAsync(24);
    expect(c.stubs).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(c.stubs).toBe(2);
    await vi.advanceTimersByTimeAsync(49);
    expect(c.stubs).toBe(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(c.stubs).toBe(3);
    expect(await running).toBe("failed");
  });

  it("is given up after a few, saying that the wallet is unavailable and nothing of why to callers", async () => {
    const c = clientOf(() => ({ ping: reset }));
    expect(await settled(c.client.call(ping))).toEqual({ error: expect.any(WalletUnavailable) });
    expect(c.stubs).toBe(3);
  });

  it("is never repeated to an object that is overloaded", async () => {
    const c = clientOf(() => ({ ping: overloaded }));
    expect(await settled(c.client.call(ping))).toEqual({ error: expect.any(WalletUnavailable) });
    expect(c.stubs).toBe(1);
  });

  it("that ends a hold is repeated for longer, since nobody waits for it", async () => {
    const c = clientOf((attempt) => ({ ping: attempt < 9 ? reset : PING }));
    expect(await settled(c.client.end(ping))).toEqual({ value: { status: "ok" } });
    expect(c.stubs).toBe(9);
  });

  it("that ends a hold is given up too, and not repeated to an object that is overloaded", async () => {
    const failing = clientOf(() => ({ ping: reset }));
    expect(await settled(failing.client.end(ping))).toEqual({ error: expect.any(WalletUnavailable) });
    expect(failing.stubs).toBe(9);
    const busy = clientOf(() => ({ ping: overloaded }));
    await settled(busy.client.end(ping));
    expect(busy.stubs).toBe(1);
  });

  it("goes to the object of the wallet's name, which is derived once", async () => {
    const c = clientOf(() => ({ ping: PING }), { wallet_id: "wal_named" });
    await c.client.call(ping);
    await c.client.call(ping);
    expect(c.named).toEqual(["wal_named"]);
  });
});

describe("a wallet object that is new", () => {
  const newObject = (seen: unknown[]) => {
    let configured = false;
    return (): Partial<WalletRpc> => ({
      configure: (settings) => {
        seen.push(settings);
        configured = true;
        return Promise.resolve(STATE);
      },
      state: () => Promise.resolve(configured ? STATE : null),
      checkpoint: () => Promise.resolve(configured ? { status: "renewed", deadline: 1 } : { status: "unknown" }),
    });
  };
  const STATE: WalletState = {
    settings: { ...SETTINGS, period: "month" },
    balance_nano_usd: usd(1_000),
    spent_nano_usd: usd(0),
    held_nano_usd: usd(0),
    leased_nano_usd: usd(0),
    transferring_nano_usd: usd(0),
    available_nano_usd: usd(1_000),
    overdraft_used_nano_usd: usd(0),
    period_start: NOON,
    resets_at: null,
    open_holds: 0,
    outbox_pending: 0,
  };
  const checkpoint = async (wallet: WalletRpc) => {
    const answer = await wallet.checkpoint({ request_id: "req_1", committed_nano_usd: usd(1) });
    return answer.status === "unknown" ? { status: "not_configured" } : answer;
  };

  it.each(["call", "end"] as const)(
    "is given its settings from the database, and then asked again (%s)",
    async (method) => {
      const seen: unknown[] = [];
      const c = clientOf(newObject(seen));
      expect(await c.client[method](checkpoint)).toEqual({ status: "renewed", deadline: 1 });
      expect(seen).toEqual([SETTINGS]);
      expect(c.queries).toEqual([{ text: expect.stringContaining("?1"), bound: ["wal_1"] }]);
      expect(c.queries[0]?.text).not.toContain("wal_1");
    },
  );

  it("tells its state after it was given its settings", async () => {
    const seen: unknown[] = [];
    const c = clientOf(newObject(seen));
    expect(await c.client.state()).toEqual(STATE);
    expect(await c.client.state()).toEqual(STATE);
    expect(seen).toHaveLength(1);
  });

  it.each<[string, FirstRow]>([
    ["there is no such wallet", () => Promise.resolve(null)],
    ["the database does not answer", () => Promise.reject(new Error("D1 is down"))],
    ["the row cannot be read", () => Promise.resolve({ ...ROW, thresholds: "not json" })],
    ["the row breaks its contract", () => Promise.resolve({ ...ROW, limit_nano_usd: -1 })],
  ])("is unavailable when %s", async (_name, row) => {
    const c = clientOf(newObject([]), { row });
    expect(await settled(c.client.call(checkpoint))).toEqual({ error: expect.any(WalletUnavailable) });
    expect(await settled(c.client.state())).toEqual({ error: expect.any(WalletUnavailable) });
  });

  it("that stays without settings is asked twice and not for ever", async () => {
    let asked = 0;
    const c = clientOf(() => ({
      configure: () => Promise.resolve(STATE),
      ping: () => {
        asked += 1;
        return Promise.resolve({ ok: true });
      },
    }));
    const answer = await c.client.call(async (wallet) => {
      await wallet.ping();
      return { status: "not_configured" };
    });
    expect(answer).toEqual({ status: "not_configured" });
    expect(asked).toBe(2);
  });
});
