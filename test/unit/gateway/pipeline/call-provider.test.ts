import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LIMITS } from "../../../../schema/kernel/limits.ts";
import type { Env } from "../../../../workers/gateway/env.ts";
import { callProvider, withoutCredentials } from "../../../../workers/gateway/pipeline/call-provider.ts";
import type { Attempt } from "../../../../workers/gateway/pipeline/plan.ts";
import type { ProviderAdapter, UpstreamCall } from "../../../../workers/gateway/providers/kit/provider.ts";
import { openai } from "../../../../workers/gateway/providers/openai/openai.ts";
import { attempt, config, effects, standIn } from "../fixtures.ts";

type Fetch = typeof fetch;

const CALL: UpstreamCall = {
  url: "https://upstream.example/v1/chat/completions",
  headers: { authorization: "Bearer canary-credential-1" },
  body: '{"model":"m"}',
};

interface Options {
  readonly call?: Partial<UpstreamCall>;
  readonly env?: Env;
  readonly variables?: Readonly<Record<string, string>>;
  readonly traceparent?: string | null;
  readonly abort?: AbortController;
  readonly on?: Partial<Attempt>;
}

/** Calls a provider that answers like `answer`, and says what was sent. */
async function call(
  answer: Fetch,
  { call: change = {}, env, variables, traceparent = null, abort = new AbortController(), on = {} }: Options = {},
) {
  const sent: { readonly url: string; readonly init: RequestInit }[] = [];
  const watched: Fetch = (input, init) => {
    sent.push({ url: String(input), init: init ?? {} });
    return answer(input, init);
  };
  const result = await callProvider(
    env ?? standIn<Env>({}),
    config(variables),
    effects({ fetch: watched }),
    attempt(on),
    { ...CALL, ...change },
    { request_id: "req_1", traceparent, abort },
  );
  return { sent, result };
}

const answering =
  (body: string | ReadableStream | null, init: ResponseInit = {}): Fetch =>
  () =>
    Promise.resolve(new Response(body, init));

/** A provider that never answers, until it is told that nobody waits. */
const hanging: Fetch = (_input, init) =>
  new Promise((_resolve, reject) => {
    init?.signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
  });

const JSON_ERROR = (message: string, more: object = {}) => JSON.stringify({ error: { message, ...more } });

describe("a call", () => {
  it("is a POST with the provider's headers, our own and nothing of the caller's", async () => {
    const { sent, result } = await call(answering("{}"), { traceparent: "00-t-s-01" });
    expect(result.status).toBe("answered");
    expect(sent).toMatchObject([{ url: CALL.url, init: { method: "POST", body: CALL.body, redirect: "manual" } }]);
    expect(Object.fromEntries(new Headers(sent[0]?.init.headers))).toEqual({
      authorization: "Bearer canary-credential-1",
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "user-agent": "ai-orchestrator/0.1",
      "x-request-id": "req_1",
      traceparent: "00-t-s-01",
    });
  });

  it("carries no trace where there is none", async () => {
    const { sent } = await call(answering("{}"));
    expect(new Headers(sent[0]?.init.headers).has("traceparent")).toBe(false);
  });

  it.each([301, 302, 303, 307, 308])(
    "that is answered with a redirect (%d) is a failure, and nobody follows it",
    async (status) => {
      const { sent, result } = await call(answering(null, { status, headers: { location: "https://evil.example/" } }));
      expect(sent).toHaveLength(1);
      expect(result).toMatchObject({ status: "refused", error: { class: "failed", status } });
    },
  );

  it.each([
    ["http://upstream.example/v1", "https://"],
    ["https://127.0.0.1/v1", "private"],
    ["https://169.254.169.254/latest/meta-data", "private"],
    ["https://localhost./v1", "private"],
    ["https://user:pass@upstream.example/v1", "user name"],
    ["not a url", "not a URL"],
  ])("to %s is never made", async (url, why) => {
    const { sent, result } = await call(answering("{}"), { call: { url } });
    expect(sent).toEqual([]);
    expect(result).toMatchObject({ status: "unreachable", error: { message: expect.stringContaining(why) } });
  });

  it("to a private address is made when that is allowed", async () => {
    const variables = { AO_ALLOW_PRIVATE_UPSTREAMS: "true" };
    const { sent, result } = await call(answering("{}"), { call: { url: "http://127.0.0.1:11434/v1" }, variables });
    expect(result.status).toBe("answered");
    expect(sent).toHaveLength(1);
  });

  it("to the local provider goes to its binding and never to the network", async () => {
    const SANDBOX = standIn<Fetcher>({ fetch: () => Promise.resolve(Response.json({ local: true })) });
    const url = "http://sandbox.binding.internal/v1/chat/completions";
    const { sent, result } = await call(answering("{}"), { call: { url }, env: standIn<Env>({ SANDBOX }) });
    expect(sent).toEqual([]);
    if (result.status !== "answered") throw new Error(result.status);
    expect(await result.response.json()).toEqual({ local: true });
  });

  it("to the local provider is refused where there is none", async () => {
    const url = "http://sandbox.binding.internal/v1/chat/completions";
    const { sent, result } = await call(answering("{}"), { call: { url }, env: JSON.parse("{}") });
    expect(sent).toEqual([]);
    expect(result).toMatchObject({ status: "unreachable", error: { message: expect.stringContaining("local") } });
  });
});

describe("a provider that refuses", () => {
  it("is read by its adapter, with its headers", async () => {
    const init = { status: 429, headers: { "retry-after": "3" } };
    const { result } = await call(answering(JSON_ERROR("Slow down.", { code: "rate_limit_exceeded" }), init));
    expect(result).toMatchObject({
      status: "refused",
      error: { class: "rate_limited", status: 429, message: "Slow down.", retry_after_ms: 3_000 },
    });
  });

  it("never repeats our credential, whole or in part", async () => {
    const message = "Incorrect API key provided: canary-credential-1 (sk-proj-abc*****xyz9). AKIAIOSFODNN7EXAMPLE";
    const { result } = await call(answering(JSON_ERROR(message, { code: "invalid_api_key" }), { status: 401 }));
    expect(result).toMatchObject({ error: { class: "auth" } });
    const text = JSON.stringify(result);
    for (const secret of ["canary", "abc*", "xyz9", "AKIAIOSF"]) expect(text).not.toContain(secret);
  });

  it("is classed by its status when its body is too large, empty or missing", async () => {
    for (const body of ["x".repeat(LIMITS.upstream_error_bytes + 1), "", null]) {
      const { result } = await call(answering(body, { status: 503 }));
      expect(result).toMatchObject({ status: "refused", error: { class: "overloaded", status: 503 } });
    }
  });
});

describe("a provider that does not answer", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is given up at its time for the first byte, and the call is aborted", async () => {
    const abort = new AbortController();
    const running = call(hanging, { abort });
    await vi.advanceTimersByTimeAsync(999);
    expect(abort.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect((await running).result).toMatchObject({ status: "timed_out", error: { class: "timeout", status: 504 } });
    expect(abort.signal.aborted).toBe(true);
  });

  it("is left when the caller leaves", async () => {
    const abort = new AbortController();
    const running = call(hanging, { abort });
    await vi.advanceTimersByTimeAsync(10);
    abort.abort();
    expect((await running).result).toEqual({ status: "caller_gone" });
  });

  it("cannot be reached: only the kind of failure is told", async () => {
    const failing: Fetch = () => Promise.reject(new TypeError("connect to canary.internal:443 refused"));
    const { result } = await call(failing);
    expect(result).toMatchObject({ status: "unreachable", error: { class: "failed", status: 502 } });
    expect(JSON.stringify(result)).toContain("TypeError");
    expect(JSON.stringify(result)).not.toContain("canary");
  });

  it("leaves no timer behind once it has answered, refused or failed", async () => {
    await call(answering("{}"));
    await call(answering("{}", { status: 500 }));
    await call(() => Promise.reject(new Error("x")));
    expect(vi.getTimerCount()).toBe(0);
  });

  it("that has answered in time is not aborted later by that timer", async () => {
    const abort = new AbortController();
    await call(answering("{}"), { abort });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(abort.signal.aborted).toBe(false);
  });
});

describe("what has to be authorised first", () => {
  const timeouts = { first_byte_ms: 100, idle_ms: 1_000, total_ms: 5_000 };
  const TOKEN_URL = "https://tokens.example/token";
  const adapter: ProviderAdapter = {
    ...openai,
    authorize: async (_call, _account, tools) => {
      const answer = await tools.fetch(TOKEN_URL, { method: "POST" });
      return { headers: { authorization: `Bearer ${await answer.text()}` } };
    },
  };

  it("is called with what came of it", async () => {
    const { sent } = await call(answering("token-1"), { on: { adapter } });
    expect(sent.map(({ url }) => url)).toEqual([TOKEN_URL, CALL.url]);
    expect(new Headers(sent[1]?.init.headers).get("authorization")).toBe("Bearer token-1");
  });

  it("is not sent when nobody gives a token in time, and the time-out is not taken for a wrong credential", async () => {
    const late: Fetch = (_input, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener("abort", () => reject(new DOMException("late", "TimeoutError")));
      });
    const { sent, result } = await call(late, { on: { adapter, timeouts } });
    expect(result).toMatchObject({ status: "unreachable", error: { class: "timeout", status: 504 } });
    expect(sent.map(({ url }) => url)).toEqual([TOKEN_URL]);
  });
});

describe("a message without credentials", () => {
  it.each([
    ["key secret-value-1 is wrong", "key [credential] is wrong"],
    ["twice secret-value-1 secret-value-1", "twice [credential] [credential]"],
    ["Incorrect API key: sk-abcdefgh1234.", "Incorrect API key: [credential]"],
    ["partly shown sk-ab**********yz", "partly shown [credential]"],
    ["gsk_abcdefgh12345678 and xai-abcdefgh12345678", "[credential] and [credential]"],
    ["AIzaSyA1234567890abcdef", "[credential]"],
    ["AKIAIOSFODNN7EXAMPLE", "[credential]"],
    // Ordinary words stay.
    ["skipping the unsupported parameters", "skipping the unsupported parameters"],
    ["a skateboarding pkcs12container", "a skateboarding pkcs12container"],
    ["task-1234567890 of disk-0123456789", "task-1234567890 of disk-0123456789"],
    ["the region eu-west is short", "the region eu-west is short"],
  ])("%s", (message, expected) => {
    expect(withoutCredentials(message, { api_key: "secret-value-1", region: "eu-west" })).toBe(expected);
  });

  it("is cut at a length that fits an answer, after the credentials are out", () => {
    const message = `${"x".repeat(1_995)}secret-value-1`;
    expect(withoutCredentials(message, { api_key: "secret-value-1" })).toBe(`${"x".repeat(1_995)}[cred`);
  });
});
