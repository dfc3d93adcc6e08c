import { describe, expect, it } from "vitest";
import { type Breaker, CLOSED } from "../../../../schema/health/breaker.ts";
import { type SharedHealth, sharedState } from "../../../../schema/health/shared-health.ts";
import { KnownHealth } from "../../../../workers/gateway/stores/known-health.ts";

const T = 1_000_000;
const UNHEARD = sharedState("unknown");

const shared = (at: number, model: Partial<Breaker>, provider: Partial<Breaker> = {}): SharedHealth => {
  const target = (change: Partial<Breaker>) => ({ ...UNHEARD.provider, breaker: { ...CLOSED, ...change } });
  return { at, state: "healthy", provider: target(provider), models: { m: target(model) } };
};
const OPEN: Partial<Breaker> = { state: "open", since: T, until: T + 5_000 };

function isolate() {
  const known = new KnownHealth();
  return {
    known,
    fail: (now: number, times = 1) => {
      for (let time = 0; time < times; time += 1)
        known.seen("o", "p", "m", { ok: false, retry_after_ms: null }, now, 0.5);
    },
    ok: (now: number) => known.seen("o", "p", "m", { ok: true, retry_after_ms: null }, now, 0.5),
    health: (now: number, published = UNHEARD) => known.health("o", "p", "m", published, now),
  };
}

describe("what an isolate knows of a model", () => {
  it("is open at once after five failures of its own, before the monitor has said a word", () => {
    const { fail, health } = isolate();
    fail(T, 4);
    expect(health(T)).toMatchObject({ state: "unknown", breaker: "closed" });
    fail(T);
    expect(health(T)).toMatchObject({ state: "down", breaker: "open" });
    expect(health(T + 5_000)).toMatchObject({ state: "degraded", breaker: "half_open", probe: false });
  });

  it("lets one request a second find out where the monitor has no doubts, and closes when that went well", () => {
    const { known, fail, ok, health } = isolate();
    fail(T, 5);
    expect(known.wantsPermit("o", "p", "m", UNHEARD, T + 5_000)).toBe(false);
    expect(health(T + 5_001).probe).toBe(true);
    known.takePermit("o", "p", "m");
    expect(health(T + 5_001).probe).toBe(false);
    expect(known.wantsPermit("o", "p", "m", UNHEARD, T + 5_500)).toBe(false);
    expect(health(T + 5_501).probe).toBe(false);
    ok(T + 5_600);
    expect(health(T + 5_600)).toMatchObject({ breaker: "closed", state: "unknown" });
  });

  it("begins with what is shared: a cold isolate knows what is open from its snapshot", () => {
    const { known, health } = isolate();
    const published = shared(T, OPEN);
    expect(health(T + 1, published)).toMatchObject({ state: "down", breaker: "open" });
    expect(health(T + 5_000, published)).toMatchObject({ state: "degraded", breaker: "half_open", probe: false });
    expect(known.wantsPermit("o", "p", "m", published, T + 5_000)).toBe(true);
    expect(known.wantsPermit("o", "p", "m", published, T + 5_999)).toBe(false);
    known.permit("o", "p", "m", T + 5_100);
    expect(health(T + 5_200, published).probe).toBe(true);
    expect(health(T + 10_101, published).probe).toBe(false);
  });

  it("is the later word of snapshot and monitor", () => {
    const { known, health } = isolate();
    known.learn("o", "p", shared(T + 10, OPEN));
    known.learn("o", "p", shared(T + 5, {}));
    expect(health(T + 11, shared(T, {})).breaker).toBe("open");
    expect(health(T + 21, shared(T + 20, {})).breaker).toBe("closed");
  });

  it("is open where its provider is", () => {
    const { health } = isolate();
    expect(health(T + 1, shared(T, {}, OPEN))).toMatchObject({ state: "down", breaker: "open" });
  });

  it("forgets its own doubts once the monitor has opened and closed since", () => {
    const { known, fail, health } = isolate();
    fail(T, 5);
    known.learn("o", "p", shared(T + 1, {}));
    expect(health(T + 2).breaker).toBe("open");
    known.learn("o", "p", shared(T + 3, { state: "closed", since: T + 3 }));
    expect(health(T + 4).breaker).toBe("closed");
  });

  it("has no figures where they are too old", () => {
    const { health } = isolate();
    const figures = { ...UNHEARD.provider, ok: 9, failed: 1, latency_p50_ms: 300 };
    const published: SharedHealth = { at: T, state: "healthy", provider: figures, models: { m: figures } };
    expect(health(T + 60_000, published)).toMatchObject({
      calls: 10,
      error_rate: 0.1,
      latency_p50_ms: 300,
      state: "degraded",
    });
    expect(health(T + 300_000, published)).toMatchObject({ calls: 0, error_rate: null, latency_p50_ms: null });
  });
});
