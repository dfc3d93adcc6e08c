import { describe, expect, it } from "vitest";
import { errorBody, errorResponse, errorStatus } from "../../../schema/http/error-response.ts";
import { ERRORS, type ErrorCode, type ErrorRow, type Refusal } from "../../../schema/kernel/errors.ts";

const ROWS: readonly (readonly [ErrorCode, ErrorRow])[] = (Object.keys(ERRORS) as readonly string[])
  .filter((code): code is ErrorCode => Object.hasOwn(ERRORS, code))
  .map((code) => [code, ERRORS[code]] as const);

const headerOf = (refusal: Refusal, name: string): string | null => errorResponse(refusal, "req_1").headers.get(name);

describe.each(ROWS)("the error %s", (code, row) => {
  it("has a status, a sentence that is public, and a type that SDKs know", () => {
    expect(row.status).toBeGreaterThanOrEqual(400);
    expect(row.status).toBeLessThan(600);
    expect(row.public_text).toMatch(/^[A-Z].*\.$/);
    expect([
      "invalid_request_error",
      "authentication_error",
      "permission_error",
      "insufficient_quota",
      "idempotency_error",
      "rate_limit_error",
      "api_error",
    ]).toContain(row.type);
    expect(code).toMatch(/^[a-z][a-z_]+$/);
  });

  it("has an owner who fits its status", () => {
    if (row.owner === "us") expect(row.status).toBeGreaterThanOrEqual(500);
    if (row.status === 400) expect(row.owner).toBe("caller");
  });

  it("answers in the envelope, with the request id and never from a cache", async () => {
    const response = errorResponse({ code }, "req_1");
    expect(response.status).toBe(row.status);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      "x-request-id": "req_1",
    });
    expect(await response.json()).toEqual({
      error: { message: row.public_text, type: row.type, code, param: null, request_id: "req_1" },
    });
  });

  it("is repeated by SDKs only when that may help, and never for want of money", () => {
    const expected = row.status !== 402 && row.retry !== "never";
    expect(headerOf({ code }, "x-should-retry")).toBe(String(expected));
    expect(headerOf({ code, status: 402 }, "x-should-retry")).toBe("false");
    if (row.status === 402) expect(headerOf({ code, retry_after_ms: 1_000 }, "x-should-retry")).toBe("false");
  });

  it("asks for a key exactly when it is a 401", () => {
    expect(headerOf({ code }, "www-authenticate")).toBe(row.status === 401 ? 'Bearer realm="ai-orchestrator"' : null);
  });
});

describe("which errors are worth repeating", () => {
  it("is this list, and no other", () => {
    const worth = ROWS.filter(([code]) => headerOf({ code }, "x-should-retry") === "true").map(([code]) => code);
    expect(worth.sort()).toEqual([
      "idempotency_in_flight",
      "internal",
      "no_provider_available",
      "provider_rate_limited",
      "rate_limited",
      "store_unavailable",
      "upstream_error",
      "upstream_timeout",
      "wallet_unavailable",
    ]);
  });

  it("is never a failure of the provider's credential or money, however it is answered", () => {
    for (const code of ["upstream_auth_failed", "upstream_quota", "model_unpriced"] as const) {
      expect(headerOf({ code }, "x-should-retry")).toBe("false");
    }
  });
});

describe("retry-after", () => {
  it.each([
    [0, "1"],
    [1, "1"],
    [999, "1"],
    [1_000, "1"],
    [1_001, "2"],
    [34_600, "35"],
    [3_600_000, "3600"],
  ])("of %d ms is %s s, rounded up and never 0", (retry_after_ms, expected) => {
    expect(headerOf({ code: "rate_limited", retry_after_ms }, "retry-after")).toBe(expected);
  });

  it("is not sent when nobody knows", () => {
    expect(headerOf({ code: "rate_limited" }, "retry-after")).toBeNull();
  });
});

describe("what is particular to a case", () => {
  it("replaces the row's own", () => {
    const refusal: Refusal = {
      code: "upstream_rejected",
      message: "No such tool.",
      param: "tools[0]",
      status: 422,
      upstream_code: "x_y",
      details: { max_affordable_tokens: 7, available_usd: "0.000000001" },
    };
    expect(errorStatus(refusal)).toBe(422);
    expect(errorBody(refusal, "req_1")).toEqual({
      error: {
        message: "No such tool.",
        type: "invalid_request_error",
        code: "x_y",
        param: "tools[0]",
        request_id: "req_1",
        max_affordable_tokens: 7,
        available_usd: "0.000000001",
      },
    });
  });

  it("brings headers along, but never in place of the envelope's own", () => {
    const extra = { "x-ao-provider": "openai", "content-type": "text/html", "cache-control": "public" };
    const { headers } = errorResponse({ code: "upstream_error" }, "req_1", extra);
    expect(headers.get("x-ao-provider")).toBe("openai");
    expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(headers.get("cache-control")).toBe("no-store");
  });
});
