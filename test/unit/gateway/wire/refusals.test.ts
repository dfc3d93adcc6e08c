import { beforeEach, describe, expect, it } from "vitest";
import { errorResponse } from "../../../../schema/http/error-response.ts";
import { ERRORS, type ErrorCode } from "../../../../schema/kernel/errors.ts";
import type { AdmitAnswer } from "../../../../schema/wire/wallet-rpc.ts";
import { quietLogs, usd } from "../fixtures.ts";
import { wholeGateway } from "../whole-gateway.ts";

beforeEach(() => {
  quietLogs();
});

const ASK = { model: "p/gpt-4.1-nano", messages: [{ role: "user", content: "Hello" }] };

async function asked(options: Parameters<typeof wholeGateway>[0], body: object = ASK, path = "/v1/chat/completions") {
  const gateway = await wholeGateway(options);
  await gateway.addProvider({ id: "p" });
  const response = await gateway.post(path, body);
  const text = await response.text();
  await gateway.drained();
  return { ...gateway, response, error: JSON.parse(text).error };
}

describe("when to come back", () => {
  it.each([
    ["seconds", { "retry-after": "12" }, "12"],
    ["milliseconds", { "retry-after-ms": "34600" }, "35"],
    ["a date", { "retry-after": "Wed, 21 Oct 2026 07:28:00 GMT", date: "Wed, 21 Oct 2026 07:27:30 GMT" }, "30"],
  ])("W1: is told in seconds when the provider says it in %s", async (_form, headers, seconds) => {
    const refusal = { error: { message: "Slow down.", type: "requests", code: "rate_limit_exceeded" } };
    const upstream = () => Response.json(refusal, { status: 429, headers });
    const { response } = await asked({ upstream });
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe(seconds);
    expect(response.headers.has("retry-after-ms")).toBe(false);
  });

  it("W1: is told in seconds when it is the gateway that refuses", async () => {
    const admit: AdmitAnswer = {
      status: "rate_limited",
      scope: { type: "key", id: "key_1" },
      limit: "requests",
      allowed: 60,
      requested: 1,
      retry_after_ms: 34_600,
    };
    const { response, steps } = await asked({ admit });
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("35");
    expect(steps).not.toContain("upstream");
  });
});

const short = (status: "exhausted" | "held_by_others" | "exceeds_wallet"): AdmitAnswer => ({
  status,
  wallet_id: "wal_1",
  available_nano_usd: usd(0),
  free_nano_usd: usd(0),
  resets_at: null,
  retry_after_ms: null,
});

describe("what the organisation's own money and rules refuse", () => {
  it.each<[string, number, AdmitAnswer]>([
    ["an empty wallet", 402, short("exhausted")],
    ["a wallet that others hold", 402, short("held_by_others")],
    ["too large a request for the wallet", 402, short("exceeds_wallet")],
    ["too large a request for one", 402, { status: "exceeds_maximum", wallet_id: "w", maximum_nano_usd: usd(0) }],
    ["a frozen wallet", 403, { status: "frozen", wallet_id: "wal_1" }],
    ["a wallet that has ended", 403, { status: "ended", wallet_id: "wal_1" }],
  ])("W3: %s is a %d that no client repeats, and no provider is called", async (_what, status, admit) => {
    const { response, steps } = await asked({ admit });
    expect(response.status).toBe(status);
    expect(response.headers.get("x-should-retry")).toBe("false");
    expect(steps).not.toContain("upstream");
  });

  it("W3: a model that the key may not use is a 403 that no client repeats, and neither wallet nor provider is asked", async () => {
    const gateway = await wholeGateway();
    await gateway.addProvider({ id: "p" });
    gateway.d1.run("UPDATE api_keys SET models = '[\"other/*\"]' WHERE org_id = ?", gateway.org_id);
    const response = await gateway.post("/v1/chat/completions", ASK);
    expect(response.status).toBe(403);
    expect(response.headers.get("x-should-retry")).toBe("false");
    expect(gateway.steps).toEqual([]);
  });

  it("W3: every error of 402 and 403 says that a repeat is in vain", () => {
    const codes = Object.keys(ERRORS).filter((code): code is ErrorCode => code in ERRORS);
    const refusing = codes.filter((code) => [402, 403].includes(ERRORS[code].status));
    expect(refusing).toEqual(expect.arrayContaining(["wallet_exhausted", "policy_denied", "forbidden"]));
    for (const code of refusing) {
      expect(errorResponse({ code }, "r").headers.get("x-should-retry"), code).toBe("false");
    }
  });
});
