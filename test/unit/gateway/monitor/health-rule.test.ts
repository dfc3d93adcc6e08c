import { describe, expect, it } from "vitest";
import { judgeHealth } from "../../../../workers/gateway/monitor/health-rule.ts";
import { latencyBucket, percentile } from "../../../../workers/gateway/stores/latency-buckets.ts";

describe("the state of a provider", () => {
  it.each([
    // last probe ok, failed in a row, live ok, live failed, breaker
    [null, 0, 0, 0, "closed", "unknown"],
    [true, 0, 0, 0, "closed", "healthy"],
    [null, 0, 1, 0, "closed", "healthy"],
    [false, 1, 0, 0, "closed", "degraded"],
    [false, 2, 0, 0, "closed", "degraded"],
    [false, 3, 0, 0, "closed", "down"],
    [false, 3, 9, 0, "closed", "down"],
    // Enough calls go well: the list of models may just be closed to this key.
    [false, 3, 10, 0, "closed", "degraded"],
    [true, 0, 5, 5, "closed", "degraded"],
    [true, 0, 90, 10, "closed", "degraded"],
    [true, 0, 91, 9, "closed", "healthy"],
    [true, 0, 0, 0, "open", "down"],
    [true, 0, 90, 0, "open", "down"],
    [true, 0, 90, 0, "half_open", "degraded"],
    [false, 3, 0, 0, "half_open", "down"],
  ] as const)(
    "probe %s, %i failed in a row, %i live ok, %i live failed, breaker %s: %s",
    (ok, row, live_ok, live_failed, breaker, state) => {
      expect(judgeHealth({ last_probe_ok: ok, failed_probes_in_a_row: row, live_ok, live_failed, breaker })).toBe(
        state,
      );
    },
  );
});

describe("latencies in buckets", () => {
  it("are found again within 9.1 %", () => {
    for (let ms = 6; ms < 600_000; ms = Math.ceil(ms * 1.03)) {
      const found = percentile(new Map([[latencyBucket(ms), 1]]), 0.5) ?? Number.NaN;
      expect(Math.abs(found - ms)).toBeLessThanOrEqual(ms * 0.091 + 0.5);
    }
  });

  it("have no percentile when there is none", () => {
    expect(percentile(new Map(), 0.95)).toBeNull();
  });
});
