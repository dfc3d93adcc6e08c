import { describe, expect, it } from "vitest";
import { parseRetryAfter } from "../../../schema/http/retry-after.ts";

const DATE = "Wed, 21 Oct 2026 07:28:00 GMT";
const AT = Date.UTC(2026, 9, 21, 7, 28, 0);

describe("how long a provider asks us to wait", () => {
  it.each([
    [{ "retry-after": "12" }, 12_000],
    [{ "retry-after": " 0 " }, 0],
    [{ "retry-after": "1.5" }, 1_500],
    [{ "retry-after": "0.0001" }, 1],
    [{ "retry-after-ms": "250" }, 250],
    [{ "retry-after-ms": "250.2" }, 251],
    [{ "retry-after-ms": "250", "retry-after": "12" }, 250],
    [{ "retry-after-ms": "soon", "retry-after": "12" }, 12_000],
  ])("W1: %j is %d ms", (headers, expected) => {
    expect(parseRetryAfter(new Headers(headers))).toBe(expected);
  });

  it("is counted from the given time for a date", () => {
    expect(parseRetryAfter(new Headers({ "retry-after": DATE }), AT - 35_000)).toBe(35_000);
  });

  it("W1: is counted from the answer's own date when no time is given", () => {
    const headers = new Headers({ "retry-after": DATE, date: "Wed, 21 Oct 2026 07:27:30 GMT" });
    expect(parseRetryAfter(headers)).toBe(30_000);
  });

  it("is nothing for a date in the past, never negative", () => {
    expect(parseRetryAfter(new Headers({ "retry-after": DATE }), AT + 1)).toBe(0);
  });

  it.each(["", "soon", "-5", "1e400", "0x10", "NaN", "Wed, nonsense"])("is unknown for %j", (value) => {
    expect(parseRetryAfter(new Headers({ "retry-after": value }), AT)).toBeNull();
  });

  it("is unknown for a date when there is no time to count from, and without a header", () => {
    expect(parseRetryAfter(new Headers({ "retry-after": DATE }))).toBeNull();
    expect(parseRetryAfter(new Headers())).toBeNull();
  });
});
