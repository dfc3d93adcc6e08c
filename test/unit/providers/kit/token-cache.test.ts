import { expect, it, vi } from "vitest";
import { createTokenCache, type FetchedToken } from "../../../../workers/gateway/providers/kit/token-cache.ts";
import { upstreamFailure } from "../../../../workers/gateway/providers/kit/upstream-failure.ts";

const MINUTE = 60_000;
const token = (name: string, expires_at: number) => async (): Promise<FetchedToken> => ({ token: name, expires_at });
const nobody = async (): Promise<FetchedToken> => {
  throw new Error("asked for a token that is at hand");
};

it("a token is used until a minute before it expires, and no longer", async () => {
  const cache = createTokenCache();
  expect(await cache.get("k", 0, token("a", 10 * MINUTE))).toEqual({ token: "a" });
  expect(await cache.get("k", 9 * MINUTE - 1, nobody)).toEqual({ token: "a" });
  expect(await cache.get("k", 9 * MINUTE, token("b", 20 * MINUTE))).toEqual({ token: "b" });
  expect(await cache.get("other", 0, token("c", 10 * MINUTE))).toEqual({ token: "c" });
});

it("a token is fetched once however many ask at a time", async () => {
  const cache = createTokenCache();
  let fetched = 0;
  let answer: (value: FetchedToken) => void = () => undefined;
  const slow = (): Promise<FetchedToken> => {
    fetched += 1;
    return new Promise((resolve) => {
      answer = resolve;
    });
  };
  const all = Promise.all([cache.get("k", 0, slow), cache.get("k", 1, slow), cache.get("k", 2, slow)]);
  answer({ token: "a", expires_at: 10 * MINUTE });
  expect(await all).toEqual([{ token: "a" }, { token: "a" }, { token: "a" }]);
  expect(fetched).toBe(1);
});

it("nobody waits for ever for a fetch that died with the request that began it", async () => {
  vi.useFakeTimers();
  try {
    const cache = createTokenCache();
    void cache.get("k", 0, () => new Promise(() => undefined));
    const second = cache.get("k", 0, token("a", 10 * MINUTE));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await second).toEqual({ token: "a" });
    expect(await cache.get("k", 0, nobody)).toEqual({ token: "a" });
  } finally {
    vi.useRealTimers();
  }
});

it("a failure is told to all who waited, and is not kept", async () => {
  const cache = createTokenCache();
  const failed = { failed: upstreamFailure("no", "auth") };
  expect(await Promise.all([cache.get("k", 0, async () => failed), cache.get("k", 0, nobody)])).toEqual([
    failed,
    failed,
  ]);
  await expect(cache.get("k", 0, nobody)).rejects.toThrow("at hand");
  expect(await cache.get("k", 0, token("a", 10 * MINUTE))).toEqual({ token: "a" });
});

it("it is bounded: of too many the oldest go", async () => {
  const cache = createTokenCache();
  for (let n = 0; n < 1_500; n += 1) await cache.get(`k${n}`, 0, token(`t${n}`, 10 * MINUTE));
  expect(await cache.get("k0", 0, token("again", 10 * MINUTE))).toEqual({ token: "again" });
  expect(await cache.get("k1499", 0, nobody)).toEqual({ token: "t1499" });
});
