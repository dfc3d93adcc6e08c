import { describe, expect, it } from "vitest";
import { readRetries, retryPolicy } from "../../../../workers/gateway/pipeline/retry-policy.ts";

const USUAL = { retries: 2, deadline_ms: 30_000 };

describe("an org's retries", () => {
  it("are the usual ones where it sets nothing", () => {
    expect(retryPolicy(undefined)).toEqual(USUAL);
    expect(retryPolicy({ retries: null, deadline_ms: null })).toEqual(USUAL);
  });

  it("are its own figures, each by itself, and 0 is a figure", () => {
    expect(retryPolicy({ retries: 0, deadline_ms: null })).toEqual({ ...USUAL, retries: 0 });
    expect(retryPolicy({ retries: null, deadline_ms: 0 })).toEqual({ ...USUAL, deadline_ms: 0 });
    expect(retryPolicy({ retries: 10, deadline_ms: 600_000 })).toEqual({ retries: 10, deadline_ms: 600_000 });
  });
});

describe("x-ao-retries", () => {
  const read = (value?: string) =>
    readRetries(new Headers(value === undefined ? {} : { "x-ao-retries": value }), USUAL);

  it("takes retries away and never adds any", () => {
    expect(read()).toEqual({ policy: USUAL });
    expect(read("0")).toEqual({ policy: { ...USUAL, retries: 0 } });
    expect(read("1")).toEqual({ policy: { ...USUAL, retries: 1 } });
    expect(read("10")).toEqual({ policy: USUAL });
  });

  it.each(["11", "-1", "1.5", "many", "0x1", ""])("refuses %j", (value) => {
    expect(read(value)).toMatchObject({ refused: { code: "invalid_request", param: "x-ao-retries" } });
  });
});
