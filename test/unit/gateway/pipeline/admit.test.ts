import { beforeEach, describe, expect, it } from "vitest";
import { errorResponse } from "../../../../schema/http/error-response.ts";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import { formatUsd } from "../../../../schema/kernel/money.ts";
import type {
  AdmitAnswer,
  AdmitRequest,
  RatedAdmitAnswer,
  ReleaseRequest,
} from "../../../../schema/wire/wallet-rpc.ts";
import { type AdmitInput, abandon, admit } from "../../../../workers/gateway/pipeline/admit.ts";
import { estimateChat } from "../../../../workers/gateway/pipeline/estimate.ts";
import {
  attempt,
  CONTEXT,
  NOON,
  operation,
  quietLogs,
  request,
  tokenizerOf,
  unanswered,
  usd,
  walletOf,
} from "../fixtures.ts";

beforeEach(() => {
  quietLogs();
});

const inputOf = (change: object = {}, more: Partial<AdmitInput> = {}): AdmitInput => ({
  operation: operation(change),
  estimate: estimateChat(request(change), attempt()),
  request_id: "req_1",
  ttl_ms: 90_000,
  context: CONTEXT,
  idempotency: null,
  key_limits: null,
  ...more,
});

const HELD: AdmitAnswer = { status: "held", available_nano_usd: usd(7), deadline: 0 };

type Short = Extract<AdmitAnswer, { status: "exhausted" | "held_by_others" | "exceeds_wallet" }>;
const short = (status: Short["status"], available: number, more: Partial<Short> = {}): Short => ({
  status,
  wallet_id: "wal_1",
  available_nano_usd: usd(available),
  free_nano_usd: usd(available),
  resets_at: null,
  retry_after_ms: null,
  ...more,
});

/** A wallet that answers by the amount asked for, and what it was asked. */
function wallet(answer: (asked: AdmitRequest) => RatedAdmitAnswer) {
  const asked: AdmitRequest[] = [];
  const client = walletOf({
    admit: (sent) => {
      asked.push(sent);
      return Promise.resolve(answer(sent));
    },
  });
  return { asked, client };
}
/** A wallet with so much left. */
const walletWith = (available: number) =>
  wallet(({ hold_nano_usd }) => (hold_nano_usd <= available ? HELD : short("exceeds_wallet", available)));

const counting = (prompt_tokens: number | null) => {
  const calls: string[] = [];
  const tokenizer = tokenizerOf(prompt_tokens);
  return {
    calls,
    tokenizer: {
      ...tokenizer,
      countChat: (sent: Parameters<typeof tokenizer.countChat>[0]) => {
        calls.push(sent.encoding);
        return tokenizer.countChat(sent);
      },
    },
  };
};

describe("the way of a hold", () => {
  it("is one call when the safe bound fits, and no count", async () => {
    const input = inputOf({ max_tokens: 50 }, { idempotency: { key_hash: "k", fingerprint: "f" } });
    const { client, asked } = wallet(() => HELD);
    const { calls, tokenizer } = counting(5);
    expect(await admit(client, tokenizer, input)).toEqual({
      admitted: { estimate: input.estimate, available_nano_usd: 7 },
      rate_headers: {},
    });
    expect(asked).toEqual([
      {
        request_id: "req_1",
        hold_nano_usd: input.estimate.hold_nano_usd,
        committed_nano_usd: input.estimate.committed_nano_usd,
        ttl_ms: 90_000,
        context: CONTEXT,
        price_id: "prc_1",
        tokens: input.estimate.tokens,
        idempotency: { key_hash: "k", fingerprint: "f" },
      },
    ]);
    expect(calls).toEqual([]);
  });

  it("has no idempotency member where there is none", async () => {
    const { client, asked } = wallet(() => HELD);
    await admit(client, tokenizerOf(5), inputOf());
    expect(asked[0]).not.toHaveProperty("idempotency");
  });

  it("counts the prompt when the bound of its bytes does not fit, and holds for that", async () => {
    const input = inputOf({ max_tokens: 50 });
    // 5 counted tokens with their margin are 22, and 50 tokens of answer cost 100.
    const { client, asked } = walletWith(122);
    const { calls, tokenizer } = counting(5);
    expect(await admit(client, tokenizer, input)).toMatchObject({ admitted: { estimate: { input_tokens_bound: 22 } } });
    expect(asked.map(({ hold_nano_usd }) => hold_nano_usd)).toEqual([input.estimate.hold_nano_usd, 122]);
    expect(calls).toEqual(["o200k_base"]);
  });

  it("counts nothing, and keeps to the safe bound, where part of the prompt has no known size", async () => {
    const messages = [{ role: "user", content: [{ type: "file", file: { file_id: "file_1" } }] }];
    const input = inputOf({ max_tokens: 50, messages });
    const { client, asked } = walletWith(122);
    const { calls, tokenizer } = counting(5);
    expect(await admit(client, tokenizer, input)).toMatchObject({ refused: { code: "request_exceeds_wallet" } });
    expect(asked.map(({ hold_nano_usd }) => hold_nano_usd)).toEqual([input.estimate.hold_nano_usd]);
    expect(calls).toEqual([]);
  });

  it("never holds more for a counted prompt than for its bytes", async () => {
    const { client, asked } = walletWith(1);
    const input = inputOf({ max_tokens: 50 });
    const found = await admit(client, tokenizerOf(1_000_000), input);
    expect(asked.map(({ hold_nano_usd }) => hold_nano_usd)).toEqual([input.estimate.hold_nano_usd]);
    expect(found).toMatchObject({
      refused: { details: { required_usd: formatUsd(input.estimate.hold_nano_usd), max_affordable_tokens: 0 } },
    });
  });

  it.each([false, true])(
    "bounds the answer by what the wallet has left when the caller did not (stream: %s)",
    async (stream) => {
      const { client, asked } = walletWith(222);
      const found = await admit(client, tokenizerOf(5), inputOf({ stream }));
      expect(found).toMatchObject({
        admitted: { estimate: { imposed_max_tokens: 100, mode: "bounded", hold_nano_usd: 222 } },
      });
      expect(asked.at(-1)?.hold_nano_usd).toBe(222);
      expect(asked).toHaveLength(3);
    },
  );

  it("shares that bound among the choices", async () => {
    const { client } = walletWith(222);
    expect(await admit(client, tokenizerOf(5), inputOf({ n: 3 }))).toMatchObject({
      admitted: { estimate: { imposed_max_tokens: 33, output_tokens_max: 99 } },
    });
  });

  it.each([
    ["the caller set a bound", { max_tokens: 5_000 }, 222],
    ["the caller set one by the newer name", { max_completion_tokens: 5_000 }, 222],
    ["it would be hardly an answer", {}, 22 + 2 * 15],
    ["not even the prompt fits", {}, 5],
  ])("imposes none when %s", async (_name, change, available) => {
    const { client, asked } = walletWith(available);
    const found = await admit(client, tokenizerOf(5), inputOf(change));
    expect(isRefused(found) && found.refused.code).toBe("request_exceeds_wallet");
    expect(asked.every(({ hold_nano_usd }) => hold_nano_usd > available)).toBe(true);
    expect(asked).toHaveLength(2);
  });

  it("imposes one by the bytes of the prompt when nobody can count it", async () => {
    const input = inputOf();
    const { client } = walletWith(input.estimate.costWith(100));
    expect(await admit(client, tokenizerOf(null), input)).toMatchObject({
      admitted: { estimate: { imposed_max_tokens: 100, input_tokens_bound: input.estimate.input_tokens_bound } },
    });
  });

  it("asks under the same request id each time", async () => {
    const { client, asked } = walletWith(222);
    await admit(client, tokenizerOf(5), inputOf());
    expect(new Set(asked.map(({ request_id }) => request_id))).toEqual(new Set(["req_1"]));
  });

  it.each<AdmitAnswer["status"]>(["frozen", "key_revoked", "duplicate_in_flight", "duplicate_mismatch"])(
    "ends at once when the wallet says %s",
    async (status) => {
      const { client, asked } = wallet(() => answerOf(status));
      await admit(client, tokenizerOf(5), inputOf());
      expect(asked).toHaveLength(1);
    },
  );

  it("passes a wallet that does not answer on as a failure", async () => {
    await expect(admit(walletOf({ admit: unanswered }), tokenizerOf(5), inputOf())).rejects.toThrow("no answer");
  });
});

const RECORDED = { status: 200, headers: {}, body: "{}" };

/** One answer of each status. */
function answerOf(status: AdmitAnswer["status"]): AdmitAnswer {
  switch (status) {
    case "held":
    case "already_held":
      return { status, available_nano_usd: usd(7), deadline: 0 };
    case "exhausted":
    case "held_by_others":
    case "exceeds_wallet":
      return short(status, 322, { resets_at: NOON, retry_after_ms: 4_200 });
    case "exceeds_maximum":
      return { status, wallet_id: "wal_1", maximum_nano_usd: usd(322) };
    case "rate_limited":
      return {
        status,
        scope: { type: "key", id: "key_1" },
        limit: "requests",
        allowed: 60,
        requested: 1,
        retry_after_ms: 700,
      };
    case "too_many_holds":
      return { status, retry_after_ms: 700 };
    case "duplicate_in_flight":
      return { status, request_id: "req_0" };
    case "duplicate_finished":
      return { status, request_id: "req_0", answer: RECORDED };
    case "invalid":
      return { status, problem: "canary detail" };
    case "frozen":
    case "ended":
      return { status, wallet_id: "wal_1" };
    case "already_ended":
    case "duplicate_mismatch":
    case "key_revoked":
    case "not_configured":
      return { status };
  }
}

describe("each answer of the wallet", () => {
  // The prompt's bound is 22 as counted, the answer's 5,000 tokens cost 10,000: 322 covers 150 tokens.
  const ASKED = { max_tokens: 5_000 };
  const MONEY = {
    wallet_id: "wal_1",
    required_usd: "0.000010022",
    available_usd: "0.000000322",
    resets_at: "2026-03-10T12:00:00.000Z",
  };

  it.each<[AdmitAnswer["status"], object]>([
    [
      "exhausted",
      {
        code: "wallet_exhausted",
        message: expect.stringContaining("resets at 2026-03-10T12:00:00.000Z"),
        details: MONEY,
      },
    ],
    ["held_by_others", { code: "wallet_held", retry_after_ms: 4_200, details: MONEY }],
    [
      "exceeds_wallet",
      {
        code: "request_exceeds_wallet",
        message: expect.stringContaining("Send max_tokens of at most 150."),
        details: { ...MONEY, max_affordable_tokens: 150 },
      },
    ],
    ["frozen", { code: "wallet_frozen", details: { wallet_id: "wal_1" } }],
    ["ended", { code: "wallet_ended", details: { wallet_id: "wal_1" } }],
    ["key_revoked", { code: "invalid_api_key", message: "This API key was revoked." }],
    ["too_many_holds", { code: "rate_limited", retry_after_ms: 700, message: expect.any(String) }],
    ["duplicate_in_flight", { code: "idempotency_in_flight", retry_after_ms: 1_000 }],
    ["duplicate_mismatch", { code: "idempotency_mismatch", param: "idempotency-key" }],
    ["already_ended", { code: "wallet_unavailable" }],
    ["not_configured", { code: "wallet_unavailable" }],
    ["invalid", { code: "wallet_unavailable" }],
  ])("%s is its own refusal", async (status, refusal) => {
    const { client } = wallet(() => answerOf(status));
    expect(await admit(client, tokenizerOf(5), inputOf(ASKED))).toEqual({ refused: refusal, rate_headers: {} });
  });

  it("exceeds_maximum says the maximum and what would fit", async () => {
    const { client } = wallet(() => answerOf("exceeds_maximum"));
    const input = inputOf(ASKED);
    const fits = input.estimate.affordable(usd(322)) ?? 0;
    expect(await admit(client, tokenizerOf(5), input)).toEqual({
      refused: {
        code: "request_exceeds_maximum",
        details: {
          wallet_id: "wal_1",
          maximum_per_request_usd: "0.000000322",
          required_usd: expect.stringMatching(/^0\.00001\d{4}$/),
          max_affordable_tokens: fits,
        },
      },
      rate_headers: {},
    });
  });

  it.each(["held", "already_held"] as const)("%s is an admission", async (status) => {
    const { client } = wallet(() => answerOf(status));
    expect(await admit(client, tokenizerOf(5), inputOf())).toMatchObject({ admitted: { available_nano_usd: 7 } });
  });

  it("duplicate_finished is the first answer again, or a refusal when that was not kept", async () => {
    expect(await admit(wallet(() => answerOf("duplicate_finished")).client, tokenizerOf(5), inputOf())).toEqual({
      repeated: RECORDED,
      rate_headers: {},
    });
    const gone = wallet(() => ({ status: "duplicate_finished", request_id: "req_0", answer: null }));
    expect(await admit(gone.client, tokenizerOf(5), inputOf())).toEqual({
      refused: { code: "idempotency_answer_gone" },
      rate_headers: {},
    });
  });

  it("without a reset or a waiting time is still a whole refusal", async () => {
    const exhausted = wallet(() => short("exhausted", 0));
    expect(await admit(exhausted.client, tokenizerOf(5), inputOf())).toMatchObject({
      refused: { message: expect.stringContaining("does not reset by itself"), details: { resets_at: null } },
    });
    const held = wallet(() => short("held_by_others", 0));
    expect(await admit(held.client, tokenizerOf(5), inputOf())).toMatchObject({ refused: { retry_after_ms: 1_000 } });
  });

  it("names 0 affordable tokens and a way out when not even the prompt fits", async () => {
    const { client } = walletWith(5);
    expect(await admit(client, tokenizerOf(5), inputOf(ASKED))).toMatchObject({
      refused: { message: expect.stringContaining("Shorten the prompt"), details: { max_affordable_tokens: 0 } },
    });
  });

  it("names affordable tokens that then are admitted, and one more that is not", async () => {
    for (const available of [60, 100, 333, 5_000]) {
      const refused = await admit(walletWith(available).client, tokenizerOf(5), inputOf({ max_tokens: 16_000, n: 2 }));
      const tokens = isRefused(refused) ? Number(refused.refused.details?.max_affordable_tokens) : Number.NaN;
      const again = (max_tokens: number) =>
        admit(walletWith(available).client, tokenizerOf(5), inputOf({ max_tokens, n: 2 }));
      expect(isRefused(await again(tokens))).toBe(false);
      expect(isRefused(await again(tokens + 1))).toBe(true);
    }
  });

  it("rate_limited names the limit and whose it is, and when to come again", async () => {
    const { client, asked } = wallet(() => answerOf("rate_limited"));
    expect(await admit(client, tokenizerOf(5), inputOf(ASKED))).toMatchObject({
      refused: {
        code: "rate_limited",
        message: "The API key key_1 is limited to 60 requests a minute, and that is used up. Try again in 1 s.",
        retry_after_ms: 700,
        details: { scope: "key", scope_id: "key_1", limit: "requests", allowed: 60, requested: 1 },
      },
    });
    expect(asked).toHaveLength(1);
  });

  it("tells what is left of the limits, whatever came of the request", async () => {
    const rate = { requests: { limit: 60, remaining: 59, reset_ms: 1_000 }, tokens: null };
    const headers = {
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-remaining-requests": "59",
      "x-ratelimit-reset-requests": "1s",
    };
    for (const status of ["held", "exhausted", "frozen", "duplicate_finished", "rate_limited"] as const) {
      const { client } = wallet(() => ({ ...answerOf(status), rate }));
      expect((await admit(client, tokenizerOf(5), inputOf())).rate_headers).toEqual(headers);
    }
  });

  it("never tells an internal detail", async () => {
    const { client } = wallet(() => answerOf("invalid"));
    expect(JSON.stringify(await admit(client, tokenizerOf(5), inputOf()))).not.toContain("canary");
  });
});

describe("a limit on tokens", () => {
  /** A wallet that lets at most so many tokens through. */
  const letting = (tokens: number, retry_after_ms: number | null) =>
    wallet(({ tokens: wants }) =>
      (wants?.tokens_least ?? 0) <= tokens
        ? HELD
        : {
            status: "rate_limited",
            scope: { type: "wallet", id: "wal_1" },
            limit: "tokens",
            allowed: 100,
            requested: wants?.tokens_least ?? 0,
            retry_after_ms,
          },
    );

  it("is measured by the counted prompt before it refuses", async () => {
    const { client, asked } = letting(72, null);
    const input = inputOf({ max_tokens: 50 });
    expect(await admit(client, tokenizerOf(5), input)).toHaveProperty("admitted");
    expect(asked.map(({ tokens }) => tokens?.tokens_least)).toEqual([input.estimate.tokens.tokens_least, 72]);
  });

  it("refuses what is larger than it for good: no time to come again, and SDKs are told not to", async () => {
    const refused = await admit(letting(71, null).client, tokenizerOf(5), inputOf({ max_tokens: 50 }));
    expect(refused).toMatchObject({ refused: { code: "rate_limited", retry: "never", details: { requested: 72 } } });
    if (!isRefused(refused)) throw new Error("it was admitted");
    const response = errorResponse(refused.refused, "req_1");
    expect(response.status).toBe(429);
    expect(response.headers.get("x-should-retry")).toBe("false");
    expect(response.headers.has("retry-after")).toBe(false);
    expect(refused.refused.message).toContain("Lower `max_tokens`");
  });

  it("reserves a guess where the caller set no bound, and all of a bound", () => {
    const guessed = estimateChat(request(), attempt()).tokens;
    expect(guessed.tokens_estimate).toBeGreaterThan(guessed.tokens_least);
    const bound = estimateChat(request({ max_tokens: 50, n: 2 }), attempt()).tokens;
    expect(bound.tokens_least).toBe(guessed.tokens_least + 100);
    expect(bound.tokens_estimate).toBe(bound.tokens_least);
  });

  it("of the key goes with the request", async () => {
    const key_limits = { version: 3, requests_per_minute: 0, tokens_per_minute: null, concurrent_requests: null };
    const { client, asked } = wallet(() => HELD);
    await admit(client, tokenizerOf(5), inputOf({}, { key_limits }));
    expect(asked[0]?.key_limits).toEqual(key_limits);
  });
});

describe("a hold whose placing was not answered", () => {
  it("is released, so that its late arrival is refused", async () => {
    const released: ReleaseRequest[] = [];
    const client = walletOf({
      release: (sent) => {
        released.push(sent);
        return Promise.resolve({ status: "unknown_hold", charged_nano_usd: usd(0), available_nano_usd: null });
      },
    });
    await abandon(client, inputOf());
    expect(released).toMatchObject([
      {
        request_id: "req_1",
        context: CONTEXT,
        record: { outcome: "upstream_error", status: 503, error_code: "wallet_unavailable", usage: {}, attempts: 0 },
      },
    ]);
  });

  it("is left to its deadline when that is not answered either", async () => {
    await expect(abandon(walletOf({ release: unanswered }), inputOf())).resolves.toBeUndefined();
  });
});
