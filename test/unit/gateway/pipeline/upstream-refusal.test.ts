import { describe, expect, it } from "vitest";
import type { UpstreamError } from "../../../../schema/canonical/parts.ts";
import { errorBody, errorResponse, errorStatus } from "../../../../schema/http/error-response.ts";
import type { Refusal } from "../../../../schema/kernel/errors.ts";
import { refusalOf } from "../../../../workers/gateway/pipeline/upstream-refusal.ts";

const error = (change: Partial<UpstreamError>): UpstreamError => ({
  class: "failed",
  status: 500,
  message: "Their words.",
  code: null,
  param: null,
  retry_after_ms: null,
  ...change,
});

describe("a provider's failure, as our caller sees it", () => {
  it.each<[Partial<UpstreamError>, Refusal["code"], number]>([
    [{ class: "rejected", status: 400 }, "upstream_rejected", 400],
    [{ class: "rejected", status: 422 }, "upstream_rejected", 422],
    [{ class: "rejected", status: 500 }, "upstream_rejected", 400],
    [{ class: "content_filter", status: 400 }, "upstream_rejected", 400],
    [{ class: "content_filter", status: 500 }, "upstream_rejected", 400],
    [{ class: "too_large", status: 413 }, "upstream_rejected", 413],
    [{ class: "not_found", status: 404 }, "upstream_rejected", 404],
    [{ class: "not_found", status: 410 }, "upstream_rejected", 404],
    [{ class: "auth", status: 401 }, "upstream_auth_failed", 502],
    [{ class: "auth", status: 403 }, "upstream_auth_failed", 502],
    [{ class: "quota", status: 429 }, "upstream_quota", 502],
    [{ class: "quota", status: 402 }, "upstream_quota", 502],
    [{ class: "rate_limited", status: 429 }, "provider_rate_limited", 429],
    [{ class: "overloaded", status: 503 }, "upstream_error", 503],
    [{ class: "overloaded", status: 529 }, "upstream_error", 503],
    [{ class: "timeout", status: 504 }, "upstream_timeout", 504],
    [{ class: "timeout", status: 408 }, "upstream_timeout", 504],
    [{ class: "failed", status: 500 }, "upstream_error", 502],
    [{ class: "failed", status: 302 }, "upstream_error", 502],
  ])("R8: %j is %s with %d", (change, code, status) => {
    const refusal = refusalOf(error(change));
    expect(refusal.code).toBe(code);
    expect(errorStatus(refusal)).toBe(status);
  });

  it("R8: keeps text, code, field and waiting time of what the caller can mend", () => {
    const stated = error({
      class: "rejected",
      status: 400,
      code: "context_length_exceeded",
      param: "messages",
      retry_after_ms: 5,
    });
    expect(errorBody(refusalOf(stated), "r").error).toMatchObject({
      message: "Their words.",
      code: "context_length_exceeded",
      param: "messages",
      type: "invalid_request_error",
    });
    expect(refusalOf(stated).retry_after_ms).toBe(5);
  });

  it.each(["rate_limited", "overloaded", "failed"] as const)(
    "W1: says of %s whose fault it is, and keeps the waiting time",
    (kind) => {
      const refusal = refusalOf(error({ class: kind, retry_after_ms: 34_600 }));
      expect(refusal.message).toMatch(/^The provider .*: Their words\.$/);
      expect(errorResponse(refusal, "r").headers.get("retry-after")).toBe("35");
    },
  );

  it.each(["auth", "quota"] as const)("says nothing of the account when it is %s: that is not the caller's", (kind) => {
    const text = JSON.stringify(
      errorBody(refusalOf(error({ class: kind, message: "key sk-abc of org X", code: "c" })), "r"),
    );
    expect(text).not.toContain("sk-abc");
    expect(text).toContain("administrator");
  });

  it.each(["auth", "quota", "rate_limited", "overloaded", "not_found", "timeout", "failed"] as const)(
    "is never a 401 or 402 when it is %s: those speak of the caller's own key and wallet",
    (kind) => {
      for (const status of [400, 401, 402, 403, 404, 408, 413, 429, 500, 503]) {
        expect([401, 402]).not.toContain(errorStatus(refusalOf(error({ class: kind, status }))));
      }
    },
  );
});
