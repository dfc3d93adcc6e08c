import { beforeEach, describe, expect, it } from "vitest";
import { nanoUsd } from "../../../../../schema/kernel/money.ts";
import type { WalletRpc, WalletState } from "../../../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../../../schema/wire/wallet-settings.ts";
import type { Env } from "../../../../../workers/gateway/env.ts";
import { usedPercent, walletUse } from "../../../../../workers/gateway/pipeline/routing/wallet-use.ts";
import { config, NOON, quietLogs, scope, standIn } from "../../fixtures.ts";

beforeEach(() => quietLogs());

const stateOf = (limit_nano_usd: number | null, spent: number, parent_id: string | null = null): WalletState =>
  standIn<WalletState>({
    settings: standIn<WalletSettings>({ limit_nano_usd, parent_id }),
    spent_nano_usd: nanoUsd(spent),
  });

describe("how much of a limit is used", () => {
  it.each([
    [100, 0, 0],
    [100, 80, 80],
    [3, 1, 33.33],
    [9e15, 9e15 - 1, 99.99],
    [100, 250, 250],
    [100, -5, 0],
    [0, 0, 100],
    [null, 7, null],
  ])("of %s with %s spent: %s", (limit, spent, expected) => {
    expect(usedPercent(stateOf(limit, spent))).toBe(expected);
  });
});

interface Level {
  readonly limit: number | null;
  spent: number;
  readonly parent: string | null;
}

/** Wallets by id, one isolate's look at them, and how often they were asked. */
function isolate(wallets: Record<string, Level>) {
  const asked: string[] = [];
  let down = false;
  const stub = (id: string): WalletRpc =>
    standIn<WalletRpc>({
      state: async () => {
        asked.push(id);
        const wallet = wallets[id];
        if (down || wallet === undefined) throw new Error("away");
        return stateOf(wallet.limit, wallet.spent, wallet.parent);
      },
    });
  const env = standIn<Env>({
    WALLET: {
      idFromName: (name) => standIn<DurableObjectId>({ name }),
      get: ({ name = "" }) => stub(name),
    },
  });
  const shared = config();
  const background: Promise<unknown>[] = [];
  return {
    asked,
    setDown: (now: boolean) => {
      down = now;
    },
    use: async (id: string, now: number) => {
      const used = await walletUse(
        { ...scope({ env, config: shared, started_at: now }), waitUntil: (promise) => background.push(promise) },
        id,
      );
      await Promise.all(background);
      return used;
    },
  };
}

describe("the use of a wallet", () => {
  it("is that of the most used level that has a limit", async () => {
    const { use, asked } = isolate({
      use_low: { limit: 100, spent: 10, parent: "use_middle" },
      use_middle: { limit: null, spent: 99, parent: "use_top" },
      use_top: { limit: 200, spent: 150, parent: null },
      use_free: { limit: null, spent: 1, parent: null },
    });
    expect(await use("use_low", NOON)).toBe(75);
    expect(asked).toEqual(["use_low", "use_middle", "use_top"]);
    expect(await use("use_free", NOON)).toBeNull();
  });

  it("is asked for once in five seconds, and is never older than ten", async () => {
    const wallet = { limit: 100, spent: 10, parent: null };
    const { use, asked } = isolate({ use_aged: wallet });
    expect(await use("use_aged", NOON)).toBe(10);
    wallet.spent = 90;
    expect(await use("use_aged", NOON + 5_000)).toBe(10);
    expect(asked).toHaveLength(1);
    // Answered from memory, and renewed behind the request.
    expect(await use("use_aged", NOON + 5_001)).toBe(10);
    expect(await use("use_aged", NOON + 5_002)).toBe(90);
    wallet.spent = 95;
    expect(await use("use_aged", NOON + 20_000)).toBe(95);
  });

  it("is not known where a wallet does not answer, and is no reason to fail", async () => {
    const { use, setDown } = isolate({ use_away: { limit: 100, spent: 10, parent: null } });
    expect(await use("use_away", NOON)).toBe(10);
    setDown(true);
    expect(await use("use_away", NOON + 30_000)).toBeNull();
  });
});
