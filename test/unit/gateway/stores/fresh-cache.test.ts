import { describe, expect, it } from "vitest";
import { FreshCache } from "../../../../workers/gateway/stores/fresh-cache.ts";

const FRESH = 1_000;
const STALE = 60_000;
const GIVEN_UP = 5_000;

/** A cache over a store that answers with what it is told, and what ran behind the answers. */
function cacheOf({ fresh_ms = FRESH, entries_max = 100 } = {}) {
  const cache = new FreshCache<string>({ fresh_ms, stale_ms: STALE, entries_max });
  const background: Promise<unknown>[] = [];
  let loads = 0;
  let next: string | Error = "first";
  const load = (): Promise<string> => {
    loads += 1;
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  return {
    store: (value: string | Error) => {
      next = value;
    },
    at: async (now: number, key = "k"): Promise<string> =>
      await cache.get(key, now, load, (job) => background.push(job)),
    reload: (now: number, key = "k"): Promise<string> => cache.reload(key, now, load),
    /** The answer without waiting for anything. */
    now: (now: number, key = "k") => cache.get(key, now, load, (job) => background.push(job)),
    get loads() {
      return loads;
    },
    drained: async () => {
      await Promise.all(background.splice(0));
    },
    background,
    cache,
  };
}

describe("a fresh value", () => {
  it("is loaded once and then answered without the store and without a wait", async () => {
    const c = cacheOf();
    expect(await c.at(0)).toBe("first");
    c.store("second");
    for (const now of [1, FRESH / 2, FRESH]) expect(c.now(now)).toBe("first");
    expect(c.loads).toBe(1);
    expect(c.background).toEqual([]);
  });

  it("is kept for its own key", async () => {
    const c = cacheOf();
    await c.at(0, "a");
    c.store("other");
    expect(await c.at(0, "b")).toBe("other");
    expect(c.now(0, "a")).toBe("first");
  });
});

describe("a value a little past its freshness", () => {
  it("is answered without a wait and refreshed behind the answer", async () => {
    const c = cacheOf();
    await c.at(0);
    c.store("second");
    expect(c.now(FRESH + 1)).toBe("first");
    expect(c.background).toHaveLength(1);
    await c.drained();
    expect(c.now(FRESH + 2)).toBe("second");
    expect(c.loads).toBe(2);
  });

  it("is refreshed by one request at a time, and by another when that one died", async () => {
    const c = cacheOf({ fresh_ms: 10_000 });
    await c.at(0);
    c.cache.get(
      "k",
      10_001,
      () => new Promise(() => undefined),
      () => undefined,
    );
    expect(c.now(10_002)).toBe("first");
    expect(c.now(10_001 + GIVEN_UP)).toBe("first");
    expect(c.loads).toBe(1);
    expect(c.now(10_001 + GIVEN_UP + 1)).toBe("first");
    expect(c.loads).toBe(2);
  });

  it("stays when its refresh fails, and the failure bothers nobody", async () => {
    const c = cacheOf();
    await c.at(0);
    c.store(new Error("store is down"));
    expect(c.now(FRESH + 1)).toBe("first");
    await expect(Promise.all(c.background)).resolves.toBeDefined();
    expect(c.now(FRESH + 2)).toBe("first");
  });
});

describe("an older value", () => {
  it("is not used while the store answers: a change is seen after twice the freshness at the latest", async () => {
    const c = cacheOf();
    await c.at(0);
    c.store("second");
    expect(await c.at(2 * FRESH + 1)).toBe("second");
    expect(c.now(2 * FRESH + 2)).toBe("second");
  });

  it("stands in while the store does not answer, to its age limit and no longer", async () => {
    const c = cacheOf();
    await c.at(0);
    c.store(new Error("store is down"));
    expect(await c.at(STALE)).toBe("first");
    await expect(c.at(STALE + 1)).rejects.toThrow("store is down");
    c.store("back");
    expect(await c.at(STALE + 2)).toBe("back");
  });
});

describe("a value that is asked for anew", () => {
  it("is what the store has now, and is remembered", async () => {
    const c = cacheOf();
    await c.at(0);
    c.store("second");
    expect(await c.reload(1)).toBe("second");
    expect(c.now(1)).toBe("second");
  });

  it("is the one at hand once twenty were asked for, and one more for each second: a loop is no load on the store", async () => {
    const c = cacheOf();
    await c.at(0);
    for (let count = 0; count < 100; count += 1) await c.reload(1);
    expect(c.loads).toBe(21);
    c.store("second");
    expect(await c.reload(500)).toBe("first");
    expect(await c.reload(1_001)).toBe("second");
    expect(c.loads).toBe(22);
  });

  it("is the one at hand when the store does not answer, and a failure when there is none", async () => {
    const c = cacheOf();
    await c.at(0);
    c.store(new Error("store is down"));
    expect(await c.reload(1)).toBe("first");
    await expect(c.reload(1, "other")).rejects.toThrow("store is down");
  });
});

describe("a missing value", () => {
  it("is waited for, and a failure is told and not remembered", async () => {
    const c = cacheOf();
    c.store(new Error("store is down"));
    await expect(c.at(0)).rejects.toThrow("store is down");
    c.store("first");
    expect(await c.at(1)).toBe("first");
  });

  it("is missing again once it was deleted", async () => {
    const c = cacheOf();
    await c.at(0);
    c.cache.delete("k");
    c.store("second");
    expect(await c.at(1)).toBe("second");
  });
});

describe("a full cache", () => {
  it("drops what was loaded longest ago, and only that", async () => {
    const c = cacheOf({ entries_max: 3 });
    for (const key of ["a", "b", "c"]) await c.at(0, key);
    // Refreshed, so that it is now the youngest.
    expect(c.now(FRESH + 1, "a")).toBe("first");
    await c.drained();
    await c.at(FRESH + 1, "d");
    expect(c.loads).toBe(5);
    for (const key of ["a", "d"]) expect(c.now(FRESH + 1, key)).toBe("first");
    expect(c.loads).toBe(5);
    expect(c.now(FRESH, "c")).toBe("first");
    await c.at(FRESH, "b");
    expect(c.loads).toBe(6);
  });
});
