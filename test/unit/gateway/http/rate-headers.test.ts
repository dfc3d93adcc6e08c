import { describe, expect, it } from "vitest";
import { duration, rateHeaders } from "../../../../workers/gateway/http/rate-headers.ts";

describe("rate limit headers", () => {
  it.each([
    [0, "0s"],
    [0.2, "1ms"],
    [17, "17ms"],
    [1_000, "1s"],
    [8_640, "8.64s"],
    [60_000, "1m0s"],
    [360_000, "6m0s"],
    [3_630_000, "1h0m30s"],
  ])("write %i ms as OpenAI does: %s", (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it("are there for the limits that are set, and only for those", () => {
    expect(rateHeaders(undefined)).toEqual({});
    expect(rateHeaders({ requests: null, tokens: { limit: 0, remaining: 0, reset_ms: 0 } })).toEqual({
      "x-ratelimit-limit-tokens": "0",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "0s",
    });
  });
});
