import { describe, expect, it } from "vitest";
import { openai } from "../../../../workers/gateway/providers/openai/openai.ts";
import { errorFromBody } from "../../../../workers/gateway/providers/openai/read-error.ts";
import { recordedText, recordingPresent } from "./fixtures.ts";

const read = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  openai.readError(status, new Headers(headers), typeof body === "string" ? body : JSON.stringify(body));
const error = (code: unknown, type: unknown = null, message: unknown = "Because.") => ({
  error: { message, type, param: null, code },
});

describe("a refusal of the provider", () => {
  it.each([
    [400, error("invalid_value", "invalid_request_error"), "rejected"],
    [400, error("context_length_exceeded", "invalid_request_error"), "rejected"],
    [400, error("content_filter"), "content_filter"],
    [400, error("content_policy_violation", "image_generation_user_error"), "content_filter"],
    [401, error("invalid_api_key", "invalid_request_error"), "auth"],
    [403, error("unsupported_country_region_territory", "request_forbidden"), "auth"],
    [402, error(null, "billing"), "quota"],
    [403, error("billing_not_active"), "quota"],
    [400, error("billing_hard_limit_reached"), "quota"],
    [429, error("insufficient_quota", "insufficient_quota"), "quota"],
    [429, error(null, "insufficient_quota"), "quota"],
    [429, error("rate_limit_exceeded", "tokens"), "rate_limited"],
    [429, error(null, "requests"), "rate_limited"],
    [404, error("model_not_found", "invalid_request_error"), "not_found"],
    [408, error(null), "timeout"],
    [504, error(null), "timeout"],
    [413, error(null), "too_large"],
    [409, error(null), "rejected"],
    [422, { detail: [{ loc: ["body"], msg: "field required" }] }, "rejected"],
    [500, error("server_error", "server_error"), "failed"],
    [502, error(null), "failed"],
    [503, error("overloaded"), "overloaded"],
    [529, error(null), "overloaded"],
  ])("with status %d and %j is of its class", (status, body, expected) => {
    expect(read(status, body)).toMatchObject({ class: expected, status });
  });

  it("is never classed by the wording of its message", () => {
    const words = "You exceeded your current quota: rate limit, invalid api key, content_filter, timeout";
    expect(read(400, error(null, "invalid_request_error", words)).class).toBe("rejected");
    expect(read(500, error(null, null, words)).class).toBe("failed");
  });

  it("keeps text, code and parameter", () => {
    const body = { error: { message: "No such tool.", type: "invalid_request_error", param: "tools[0]", code: "x_y" } };
    expect(read(400, body)).toEqual({
      class: "rejected",
      status: 400,
      message: "No such tool.",
      code: "x_y",
      param: "tools[0]",
      retry_after_ms: null,
    });
  });

  it.each([
    ["HTML", "<html><head><title>502 Bad Gateway</title></head></html>"],
    ["nothing", ""],
    ["a list", "[1]"],
    ["null", "null"],
    ["text", "upstream connect error"],
    ["cut JSON", '{"error":{"message":"The provi'],
    ["another shape", '{"error":{"message":{"deep":1},"code":{"a":1},"param":[1]}}'],
    ["an empty message", '{"error":{"message":"","code":""}}'],
  ])("with a body of %s still has a class and a message of ours, and nothing of the body", (_name, body) => {
    expect(read(502, body)).toEqual({
      class: "failed",
      status: 502,
      message: "The provider answered with status 502.",
      code: null,
      param: null,
      retry_after_ms: null,
    });
  });

  it("has its code as text when it came as a number", () => {
    expect(read(429, error(429))).toMatchObject({ class: "rate_limited", code: "429" });
  });

  it.each([
    [{ "retry-after": "2" }, 2_000],
    [{ "retry-after-ms": "1500", "retry-after": "2" }, 1_500],
    [{ "retry-after": "Wed, 21 Oct 2026 07:28:30 GMT", date: "Wed, 21 Oct 2026 07:28:00 GMT" }, 30_000],
    [{ "retry-after": "soon" }, null],
    [{}, null],
  ])("says when to come back: %j", (headers, expected) => {
    expect(read(429, error("rate_limit_exceeded"), headers).retry_after_ms).toBe(expected);
  });

  it.skipIf(!recordingPresent("openai/reasoning-model-legacy-parameter-error.json"))("as recorded", () => {
    expect(read(400, recordedText("openai/reasoning-model-legacy-parameter-error.json"))).toMatchObject({
      class: "rejected",
      status: 400,
      code: "unsupported_parameter",
      param: "max_tokens",
    });
  });
});

describe("an error inside a stream, which has no status", () => {
  it.each([
    ["rate_limit_exceeded", "rate_limited", 429],
    ["insufficient_quota", "quota", 429],
    ["invalid_request_error", "rejected", 400],
    ["context_length_exceeded", "rejected", 400],
    ["invalid_api_key", "auth", 401],
    ["server_error", "failed", 500],
    ["brand_new", "failed", 500],
    // Some servers send the status as the code.
    [429, "rate_limited", 429],
    [400, "rejected", 400],
    [503, "overloaded", 503],
    ["502", "failed", 502],
    [200, "failed", 500],
    [null, "failed", 500],
  ])("gets that of its code %j", (code, expected, status) => {
    expect(errorFromBody(0, { error: { message: "m", code } }, null)).toMatchObject({ class: expected, status });
  });

  it("never names a status of 0", () => {
    expect(errorFromBody(0, { error: {} }, null).message).toBe("The provider answered with status 500.");
  });

  it("keeps its text when the error is only a text", () => {
    expect(errorFromBody(0, { error: "Model crashed." }, null).message).toBe("Model crashed.");
    expect(errorFromBody(400, { error: "No such model." }, null).message).toBe("No such model.");
  });
});
