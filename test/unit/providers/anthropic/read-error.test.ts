import { describe, expect, it } from "vitest";
import { anthropic } from "../../../../workers/gateway/providers/anthropic/anthropic.ts";
import { eventOf, foldParts } from "./fixtures.ts";

const read = (status: number, error: object, headers: Record<string, string> = {}) =>
  anthropic.readError(status, new Headers(headers), JSON.stringify({ type: "error", error, request_id: "req_1" }));

const TYPES = [
  ["invalid_request_error", 400, "rejected"],
  ["authentication_error", 401, "auth"],
  ["billing_error", 402, "quota"],
  ["permission_error", 403, "auth"],
  ["not_found_error", 404, "not_found"],
  ["request_too_large", 413, "too_large"],
  ["rate_limit_error", 429, "rate_limited"],
  ["api_error", 500, "failed"],
  ["timeout_error", 504, "timeout"],
  ["overloaded_error", 529, "overloaded"],
] as const;

describe("an error's class follows from its type", () => {
  it.each(TYPES)("R8: %s with status %d is %s, its text kept", (type, status, expected) => {
    expect(read(status, { type, message: "what happened" })).toEqual({
      class: expected,
      status,
      message: "what happened",
      code: type,
      param: null,
      retry_after_ms: null,
    });
  });

  it.each(TYPES)("%s inside a stream stands for status %d and is %s", (type, status, expected) => {
    const parts = foldParts([eventOf({ type: "error", error: { type, message: "m" } })]);
    expect(parts).toEqual([{ type: "error", error: expect.objectContaining({ class: expected, status }) }]);
  });

  it("and from the status where the type is new", () => {
    expect(read(429, { type: "of_tomorrow", message: "m" })).toMatchObject({
      class: "rate_limited",
      code: "of_tomorrow",
    });
    expect(foldParts([eventOf({ type: "error", error: {} })])[0]).toMatchObject({
      error: { class: "failed", status: 500 },
    });
  });
});

describe("the account's money having ended", () => {
  it.each([
    [
      400,
      {
        type: "invalid_request_error",
        message: "You have reached your specified API usage limits. You will regain access on 2026-12-01.",
      },
    ],
    [400, { type: "invalid_request_error", message: "Your credit balance is too low to access the Anthropic API." }],
    [402, { type: "billing_error", message: "x" }],
    [429, { type: "rate_limit_error", message: "x", details: { error_code: "enforced_spend_limit_reached" } }],
    [403, { type: "permission_error", message: "x", details: { error_code: "contract_spend_limit_reached" } }],
  ])("R9: is quota and no mistake of the caller's: %d %j", (status, error) => {
    expect(read(status, error)).toMatchObject({ class: "quota", status });
  });

  it("is not seen in a text that only speaks of it", () => {
    const message = 'messages.0: "You have reached your specified API usage limits" is not valid';
    expect(read(400, { type: "invalid_request_error", message }).class).toBe("rejected");
  });

  it("is not the pace of growth: that limit passes", () => {
    const error = { type: "rate_limit_error", message: "x", details: { error_code: "ramp_limit_exceeded" } };
    expect(read(429, error, { "retry-after": "3" })).toMatchObject({
      class: "rate_limited",
      code: "ramp_limit_exceeded",
      retry_after_ms: 3_000,
    });
  });
});

describe("a body that is not the API's", () => {
  it.each([
    [400, "rejected"],
    [401, "auth"],
    [402, "quota"],
    [403, "auth"],
    [404, "not_found"],
    [408, "timeout"],
    [413, "too_large"],
    [422, "rejected"],
    [429, "rate_limited"],
    [302, "failed"],
    [500, "failed"],
    [502, "failed"],
    [503, "overloaded"],
    [504, "timeout"],
    [529, "overloaded"],
  ])("with status %d is %s, and its text is not repeated", (status, expected) => {
    for (const body of ["<html><h1>internal-host-7</h1></html>", "", "null", '{"error":"internal-host-7"}', "[]"]) {
      const error = anthropic.readError(status, new Headers(), body);
      expect(error).toMatchObject({ class: expected, status, code: null });
      expect(error.message).toBe(`The provider answered with status ${status}.`);
    }
  });
});
