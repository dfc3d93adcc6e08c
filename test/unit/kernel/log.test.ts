import { afterEach, describe, expect, test, vi } from "vitest";
import { log, logLine } from "../../../schema/kernel/log.ts";

afterEach(() => void vi.restoreAllMocks());

describe("a log line", () => {
  test("is one line of JSON on the console of its level", () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    log("warn", "wallet_not_woken", { wallet_id: "wal_1", attempts: 2, ok: false, at: null, problem: "one\ntwo" });
    expect(warn.mock.calls).toEqual([
      [
        '{"level":"warn","event":"wallet_not_woken","wallet_id":"wal_1","attempts":2,"ok":false,"at":null,"problem":"one\\ntwo"}',
      ],
    ]);
  });

  test("has strings cut at 300 characters", () => {
    const line = JSON.parse(logLine("info", "e".repeat(400), { exact: "x".repeat(300), long: "x".repeat(301) }));
    expect(line.exact).toBe("x".repeat(300));
    expect(line.long).toBe(`${"x".repeat(299)}…`);
    expect(line.event).toHaveLength(300);
  });

  test.each([
    "api_key",
    "apiKey",
    "APIKey",
    "apikey",
    "key",
    "x-api-key",
    "token",
    "accessToken",
    "authorization",
    "authorization_header",
    "cookie",
    "set-cookie",
    "password",
    "client_secret",
    "secretValue",
    "credential",
    "AO_KEY_PEPPER",
    "prompt",
    "request_body",
    "content",
    "messages",
    "headers",
  ])("leaves out a field named %s and says so", (name) => {
    expect(JSON.parse(logLine("info", "e", { [name]: "canary" }))).toEqual({
      level: "info",
      event: "e",
      refused_fields: name,
    });
  });

  test.each(["key_id", "input_tokens", "token_count", "model", "idempotency_key_hash", "monkey", "content_bytes"])(
    "keeps a field named %s",
    (name) => {
      expect(JSON.parse(logLine("info", "e", { [name]: 1 }))[name]).toBe(1);
    },
  );

  test("leaves out what is no plain value, whatever a type let through", () => {
    const fields = JSON.parse('{"object":{"a":"canary"},"list":["canary"],"fine":1}');
    expect(JSON.parse(logLine("info", "e", fields))).toEqual({
      level: "info",
      event: "e",
      fine: 1,
      refused_fields: "object list",
    });
  });

  test("keeps its level and event whatever the fields are", () => {
    expect(JSON.parse(logLine("info", "e", { level: "error", event: "x" }))).toEqual({
      level: "info",
      event: "e",
      refused_fields: "level event",
    });
  });
});
