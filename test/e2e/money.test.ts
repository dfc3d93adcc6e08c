import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { countTokens } from "../../schema/tokens/sandbox-tokens.ts";
import { readStoredWallet } from "../../scripts/harness/stored-wallets.ts";
import {
  balance,
  chat,
  createWallet,
  eventually,
  settledBalance,
  settledLog,
  type TestWallet,
  usd,
} from "./support/money.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";

/** The sandbox's prices: 1 USD a million prompt tokens, 2 USD a million answer tokens. */
const INPUT_NANO_USD = 1_000;
const OUTPUT_NANO_USD = 2_000;
const HOLD_TTL_MS = 4_000;

const errorSchema = z.object({ error: z.looseObject({ code: z.string(), message: z.string() }) });
const usageSchema = z.object({ usage: z.object({ prompt_tokens: z.int(), completion_tokens: z.int() }) });

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startPlatform({
    vars: { AO_HOLD_TTL_MS: String(HOLD_TTL_MS), AO_HEARTBEAT_MS: "500" },
  });
  // Before anything is asked of the org: what the gateway knows of one stays as it is for a while.
  for (const [id, timeouts] of [
    ["hasty", { first_byte_ms: 400, idle_ms: 400, total_ms: 3_000 }],
    ["steady", { idle_ms: 400, total_ms: 60_000 }],
  ] as const) {
    await platform.query(
      "INSERT INTO providers (id, org_id, kind, name, timeouts, created_at) SELECT ?, id, 'sandbox', ?, ?, 0 FROM orgs",
      id,
      id,
      JSON.stringify(timeouts),
    );
  }
});

afterAll(() => platform.dispose());

const refusal = async (response: Response) => errorSchema.parse(await response.json()).error;
const wholeCost = (usage: { prompt_tokens: number; completion_tokens: number }): number =>
  usage.prompt_tokens * INPUT_NANO_USD + usage.completion_tokens * OUTPUT_NANO_USD;

/** What a client of a stream got: the text, and the last finish reason and `ao` field. */
interface Received {
  text: string;
  finish_reason: string | null;
  ao: Record<string, unknown> | null;
  error: boolean;
  done: boolean;
}

const chunkSchema = z.looseObject({
  choices: z
    .array(
      z.looseObject({ delta: z.looseObject({ content: z.string().nullish() }), finish_reason: z.string().nullish() }),
    )
    .optional(),
  ao: z.record(z.string(), z.unknown()).optional(),
  error: z.unknown().optional(),
});

/** Reads a stream until its end, or until `enough` says so or the connection breaks; counts only whole events. */
async function receive(response: Response, received: Received, enough: (so_far: Received) => boolean = () => false) {
  const decoder = new TextDecoder();
  let rest = "";
  if (response.body === null) return;
  for await (const bytes of response.body) {
    rest += decoder.decode(bytes, { stream: true });
    const events = rest.split("\n\n");
    rest = events.pop() ?? "";
    for (const event of events) take(event.replace(/^data: /, ""), received);
    if (enough(received)) return;
  }
}

function take(data: string, received: Received): void {
  if (data === "[DONE]") {
    received.done = true;
    return;
  }
  const chunk = chunkSchema.parse(JSON.parse(data));
  for (const choice of chunk.choices ?? []) {
    received.text += choice.delta.content ?? "";
    received.finish_reason = choice.finish_reason ?? received.finish_reason;
  }
  received.ao = chunk.ao ?? received.ao;
  received.error ||= chunk.error !== undefined;
}

const nothing = (): Received => ({ text: "", finish_reason: null, ao: null, error: false, done: false });

describe("the wallet changes by exactly the price", () => {
  test("of a whole answer, which the header, the balance and the log agree on", async () => {
    const wallet = await createWallet(platform, 1_000_000_000);
    const response = await chat(platform, wallet.key, { model: "sandbox/lorem" });
    const { usage } = usageSchema.parse(await response.json());
    const cost = wholeCost(usage);
    expect(usd(response.headers.get("x-ao-cost-usd") ?? "")).toBe(cost);
    expect(await balance(platform, wallet.key)).toEqual({
      spent_nano_usd: cost,
      held_nano_usd: 0,
      available_nano_usd: 1_000_000_000 - cost,
    });
    const { log } = await settledLog(platform, wallet, 1);
    expect(log[0]).toMatchObject({
      request_id: response.headers.get("x-ao-request-id"),
      outcome: "completed",
      estimated: 0,
    });
  });

  test("of a stream, before its client can ask for the balance", async () => {
    const wallet = await createWallet(platform, 1_000_000_000);
    const response = await chat(
      platform,
      wallet.key,
      { model: "sandbox/lorem", stream: true },
      { headers: { "x-ao-usage": "true" } },
    );
    const received = nothing();
    await receive(response, received);
    expect(received.done).toBe(true);
    const { spent_nano_usd } = await balance(platform, wallet.key);
    expect(spent_nano_usd).toBe(usd(z.string().parse(received.ao?.cost_usd)));
    expect(spent_nano_usd).toBe(
      countTokens("go") * INPUT_NANO_USD + INPUT_NANO_USD + countTokens(received.text) * OUTPUT_NANO_USD,
    );
  });

  test("and by nothing for a free model or a provider that refuses", async () => {
    const wallet = await createWallet(platform, 1_000_000_000);
    for (const model of [
      "sandbox/free",
      "sandbox/error-500",
      "sandbox/error-429",
      "sandbox/error-401",
      "sandbox/error-400",
    ]) {
      await (await chat(platform, wallet.key, { model }, { headers: { "x-ao-retries": "1" } })).text();
    }
    expect(await settledBalance(platform, wallet.key)).toMatchObject({ spent_nano_usd: 0 });
    await settledLog(platform, wallet, 5);
  });
});

describe("an empty or too small wallet answers 402, of three kinds", () => {
  test("exhausted: a wallet with a limit of 0 pays for nothing and says when it resets", async () => {
    const wallet = await createWallet(platform, 0);
    const response = await chat(platform, wallet.key, { model: "sandbox/echo", max_tokens: 5 });
    expect(response.status).toBe(402);
    expect(response.headers.get("x-should-retry")).toBe("false");
    const error = await refusal(response);
    expect(error.code).toBe("wallet_exhausted");
    expect(Date.parse(z.string().parse(error.resets_at))).toBeGreaterThan(Date.now());
    expect(await (await chat(platform, wallet.key, { model: "sandbox/free" })).json()).toHaveProperty("choices");
  });

  test("too big: the number of tokens it names fits, and one more does not", async () => {
    const wallet = await createWallet(platform, 10_000_000);
    const response = await chat(platform, wallet.key, { model: "sandbox/echo", max_tokens: 16_000 });
    expect(response.status).toBe(402);
    const error = await refusal(response);
    expect(error.code).toBe("request_exceeds_wallet");
    const affordable = z.int().parse(error.max_affordable_tokens);
    const over = await chat(platform, wallet.key, { model: "sandbox/echo", max_tokens: affordable + 1 });
    expect((await refusal(over)).code).toBe("request_exceeds_wallet");
    const fits = await chat(platform, wallet.key, { model: "sandbox/echo", max_tokens: affordable });
    expect(fits.status).toBe(200);
    await fits.text();
  });

  test("held: what other requests hold is said to come back, and does", async () => {
    const wallet = await createWallet(platform, 10_000_000);
    const abort = new AbortController();
    const first = await chat(
      platform,
      wallet.key,
      { model: "sandbox/endless", stream: true, max_tokens: 4_000, metadata: { delay_ms: "20" } },
      { signal: abort.signal },
    );
    const second = await chat(platform, wallet.key, { model: "sandbox/echo", max_tokens: 4_000 });
    expect(second.status).toBe(402);
    expect(Number(second.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(second.headers.get("x-should-retry")).toBe("false");
    expect((await refusal(second)).code).toBe("wallet_held");
    abort.abort();
    await first.text().catch(() => "");
    await settledBalance(platform, wallet.key);
    const third = await chat(platform, wallet.key, { model: "sandbox/echo", max_tokens: 4_000 });
    expect(third.status).toBe(200);
    await third.text();
  });

  test("a whole answer without a bound of its own gets the one that the wallet affords, and says so", async () => {
    const wallet = await createWallet(platform, 1_000_000);
    const response = await chat(platform, wallet.key, {
      model: "sandbox/lorem",
      metadata: { chunks: "5000", delay_ms: "0" },
    });
    expect(response.status).toBe(200);
    expect(response.headers.get("x-ao-warnings")).toMatch(/wallet covers at most \d+ output tokens/);
    const body = z.object({ choices: z.array(z.object({ finish_reason: z.string() })) }).parse(await response.json());
    expect(body.choices[0]?.finish_reason).toBe("length");
    const { spent_nano_usd } = await settledBalance(platform, wallet.key);
    expect(spent_nano_usd).toBeGreaterThan(800_000);
    expect(spent_nano_usd).toBeLessThanOrEqual(1_000_000);
  });
});

describe("no concurrency passes the limit", () => {
  test("of 300 parallel requests exactly as many are admitted as fit", async () => {
    const probe = await createWallet(platform, 0);
    const request = { model: "sandbox/slow", max_tokens: 100, metadata: { delay_ms: "0", first_byte_ms: "3000" } };
    const required = usd(z.string().parse((await refusal(await chat(platform, probe.key, request))).required_usd));
    const room = 12;
    const wallet = await createWallet(platform, required * room);
    const responses = await Promise.all(Array.from({ length: 300 }, () => chat(platform, wallet.key, request)));
    const admitted = responses.filter(({ status }) => status === 200);
    const codes = new Set<string>();
    for (const response of responses.filter(({ status }) => status !== 200)) {
      expect(response.status).toBe(402);
      codes.add((await refusal(response)).code);
    }
    // The safe bound is tried first and the counted prompt second, so a refusal is never false: what is left over after
    // the last admitted hold is less than one more would need.
    expect(admitted.length).toBeGreaterThanOrEqual(room);
    expect([...codes]).toEqual(["wallet_held"]);
    let cost = 0;
    for (const response of admitted) cost += wholeCost(usageSchema.parse(await response.json()).usage);
    const after = await settledBalance(platform, wallet.key);
    expect(after.spent_nano_usd).toBe(cost);
    expect(after.spent_nano_usd).toBeLessThanOrEqual(required * room);
    await settledLog(platform, wallet, admitted.length);
  });
});

describe("a stream without a bound", () => {
  test("is cut at what the wallet covers, not before and not behind", async () => {
    const limit = 20_000_000;
    const wallet = await createWallet(platform, limit);
    const response = await chat(platform, wallet.key, {
      model: "sandbox/endless",
      stream: true,
      metadata: { delay_ms: "0" },
    });
    const received = nothing();
    await receive(response, received);
    expect(received).toMatchObject({ finish_reason: "length", done: true, ao: { cut: "wallet_exhausted" } });
    const { spent_nano_usd } = await settledBalance(platform, wallet.key);
    const delivered = countTokens(received.text) * OUTPUT_NANO_USD;
    expect(spent_nano_usd).toBeLessThanOrEqual(limit);
    expect(spent_nano_usd).toBeGreaterThanOrEqual(delivered);
    // The bound of the prompt and a rest of a few tokens stay behind; nothing else does.
    expect(spent_nano_usd).toBeGreaterThan(limit * 0.85);
  });

  test("delivers nothing of an event that alone is more than the wallet covers", async () => {
    const limit = 12_000_000;
    const wallet = await createWallet(platform, limit);
    const response = await chat(platform, wallet.key, {
      model: "sandbox/big-line",
      stream: true,
      metadata: { size_bytes: "400000" },
    });
    const received = nothing();
    await receive(response, received);
    expect(countTokens(received.text) * OUTPUT_NANO_USD).toBeLessThanOrEqual(limit);
    expect(received).toMatchObject({ finish_reason: "length", done: true, ao: { cut: "wallet_exhausted" } });
    expect((await settledBalance(platform, wallet.key)).spent_nano_usd).toBeLessThanOrEqual(limit);
  });

  test("that runs to its end is charged its own usage, however often its hold grew", async () => {
    const wallet = await createWallet(platform, 1_000_000_000);
    const chunks = 6_000;
    const response = await chat(platform, wallet.key, {
      model: "sandbox/lorem",
      stream: true,
      metadata: { chunks: String(chunks), delay_ms: "0" },
    });
    const received = nothing();
    await receive(response, received);
    expect(received.finish_reason).toBe("stop");
    expect(countTokens(received.text)).toBe(chunks);
    const { spent_nano_usd } = await settledBalance(platform, wallet.key);
    expect(spent_nano_usd).toBe((1 + countTokens("go")) * INPUT_NANO_USD + chunks * OUTPUT_NANO_USD);
  });
});

const seenSchema = z.object({ data: z.array(z.looseObject({ state: z.string(), tokens_generated: z.int() })) });

/** What the provider itself says of the calls of one request. */
const seenBySandbox = async (request_id: string) =>
  seenSchema.parse(JSON.parse((await platform.sandbox(`/_seen?request_id=${request_id}`)).body)).data;

describe("a provider that does not answer in time", () => {
  test("ends in a 504, and the prompt is charged as an estimate: what the provider bills is not known", async () => {
    const wallet = await createWallet(platform, 1_000_000_000);
    const response = await chat(platform, wallet.key, { model: "hasty/hang", max_tokens: 10 });
    expect(response.status).toBe(504);
    expect((await refusal(response)).code).toBe("upstream_timeout");
    const { log, spent } = await settledLog(platform, wallet, 1);
    expect(log[0]).toMatchObject({ outcome: "upstream_timeout", estimated: 1, unsettled: 0 });
    expect(spent).toBe((1 + countTokens("go")) * INPUT_NANO_USD);
  });

  test("is told from a client that reads slowly: that one gets its whole answer", async () => {
    const wallet = await createWallet(platform, 10_000_000_000);
    const chunks = 40_000;
    const response = await chat(platform, wallet.key, {
      model: "steady/lorem",
      stream: true,
      metadata: { chunks: String(chunks), delay_ms: "0" },
    });
    const received = nothing();
    await eventually(
      () => balance(platform, wallet.key),
      ({ held_nano_usd }) => held_nano_usd > 0,
    );
    // More than the buffers on the way hold, so that the provider is not read for longer than it may be idle.
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    await receive(response, received);
    expect(received).toMatchObject({ finish_reason: "stop", done: true, error: false });
    expect((await settledLog(platform, wallet, 1)).log[0]?.outcome).toBe("completed");
  });

  test("in the middle of a stream ends it with an error and without [DONE], charged for what was delivered", async () => {
    const wallet = await createWallet(platform, 1_000_000_000);
    const response = await chat(platform, wallet.key, {
      model: "hasty/lorem",
      stream: true,
      metadata: { chunks: "5", delay_ms: "900" },
    });
    const received = nothing();
    await receive(response, received);
    expect(received).toMatchObject({ error: true, done: false });
    const { log, spent } = await settledLog(platform, wallet, 1);
    expect(log[0]?.outcome).toBe("upstream_timeout");
    expect(spent).toBe((1 + countTokens("go")) * INPUT_NANO_USD + countTokens(received.text) * OUTPUT_NANO_USD);
  });
});

describe("a client that leaves", () => {
  test("mid-stream pays for what was delivered at least, and for what was generated at most", async () => {
    const wallet = await createWallet(platform, 1_000_000_000);
    const abort = new AbortController();
    const response = await chat(
      platform,
      wallet.key,
      { model: "sandbox/endless", stream: true, metadata: { delay_ms: "5" } },
      { signal: abort.signal },
    );
    const received = nothing();
    await receive(response, received, ({ text }) => countTokens(text) >= 30);
    abort.abort();
    const delivered = countTokens(received.text);
    const { spent_nano_usd } = await settledBalance(platform, wallet.key);
    const prompt = (1 + countTokens("go")) * INPUT_NANO_USD;
    expect(spent_nano_usd).toBeGreaterThanOrEqual(prompt + delivered * OUTPUT_NANO_USD);
    const { log } = await settledLog(platform, wallet, 1);
    expect(log[0]).toMatchObject({ outcome: "cancelled", unsettled: 0 });
    const [seen] = await eventually(
      () => seenBySandbox(response.headers.get("x-ao-request-id") ?? ""),
      (requests) => requests.every(({ state }) => state !== "open"),
    );
    expect(seen?.state).toBe("cancelled");
    expect(spent_nano_usd).toBeLessThanOrEqual(prompt + (seen?.tokens_generated ?? 0) * OUTPUT_NANO_USD);
  });

  // The local runtime does not notice a client that leaves before the first byte, the deployed one does: either way the
  // provider was called, so the prompt is paid at least, and the whole answer when it was generated.
  test("before the first byte pays for what the provider did", async () => {
    const wallet = await createWallet(platform, 1_000_000_000);
    const abort = new AbortController();
    const pending = chat(platform, wallet.key, { model: "sandbox/slow", max_tokens: 10 }, { signal: abort.signal });
    await eventually(
      () => balance(platform, wallet.key),
      ({ held_nano_usd }) => held_nano_usd > 0,
    );
    abort.abort();
    await pending.catch(() => undefined);
    await settledBalance(platform, wallet.key);
    const { log, spent } = await settledLog(platform, wallet, 1);
    const prompt = (1 + countTokens("go")) * INPUT_NANO_USD;
    const expected = log[0]?.outcome === "cancelled" ? prompt : prompt + countTokens("go") * OUTPUT_NANO_USD;
    expect(spent).toBe(expected);
  });
});

describe("with AO_CLIENT_GONE=drain", () => {
  let draining: TestPlatform;

  beforeAll(async () => {
    draining = await startPlatform({ vars: { AO_CLIENT_GONE: "drain" } });
  });

  afterAll(() => draining.dispose());

  test("a stream whose client left is read to its end and charged by its provider's own usage", async () => {
    const wallet = await createWallet(draining, 1_000_000_000);
    const abort = new AbortController();
    const chunks = 120;
    const response = await chat(
      draining,
      wallet.key,
      { model: "sandbox/lorem", stream: true, metadata: { chunks: String(chunks), delay_ms: "10" } },
      { signal: abort.signal },
    );
    const received = nothing();
    await receive(response, received, ({ text }) => countTokens(text) >= 10);
    abort.abort();
    const { spent_nano_usd } = await settledBalance(draining, wallet.key);
    expect(spent_nano_usd).toBe((1 + countTokens("go")) * INPUT_NANO_USD + chunks * OUTPUT_NANO_USD);
    const { log } = await settledLog(draining, wallet, 1);
    expect(log[0]).toMatchObject({ outcome: "cancelled", estimated: 0, unsettled: 0 });
  });
});

describe("a kill of the whole runtime right behind finished requests", () => {
  test("loses no usage row, although the local queue dies with it", async () => {
    const wallet = await createWallet(platform, 1_000_000_000);
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => (await chat(platform, wallet.key, { model: "sandbox/echo" })).text()),
    );
    expect(answers).toHaveLength(20);
    const { spent_nano_usd } = await settledBalance(platform, wallet.key);
    await platform.kill9();
    await platform.restart();
    expect((await balance(platform, wallet.key)).spent_nano_usd).toBe(spent_nano_usd);
    await settledLog(platform, wallet, 20);
  });
});

describe("a kill of the whole runtime in the middle of 200 streams", () => {
  test("leaves every hold ended, the ledger equal to the usage rows, and no charge below what was delivered", async () => {
    const wallet: TestWallet = await createWallet(platform, 50_000_000_000);
    const streams = Array.from({ length: 200 }, () => ({ id: "", received: nothing() }));
    const running = streams.map(async (stream) => {
      const response = await chat(platform, wallet.key, {
        model: "sandbox/endless",
        stream: true,
        // Slow enough that a busy machine keeps up: a runtime behind with its work serves some streams and lets others wait.
        metadata: { delay_ms: "100" },
      });
      stream.id = response.headers.get("x-ao-request-id") ?? "";
      await receive(response, stream.received).catch(() => undefined);
    });
    await eventually(
      async () => streams.filter(({ received }) => received.text.length >= 200).length,
      (count) => count === streams.length,
      120_000,
    );
    await platform.kill9();
    await Promise.allSettled(running);
    await platform.restart();
    const after = await settledBalance(platform, wallet.key);
    const { log } = await settledLog(platform, wallet, streams.length);
    const by_id = new Map(log.map((row) => [row.request_id, row]));
    for (const { id, received } of streams) {
      const row = by_id.get(id);
      expect(row?.outcome).toBe("expired");
      expect(row?.unsettled).toBe(1);
      expect(row?.cost_nano_usd).toBeGreaterThanOrEqual(
        (1 + countTokens("go")) * INPUT_NANO_USD + countTokens(received.text) * OUTPUT_NANO_USD,
      );
    }
    // The disk, read without the platform's code.
    expect(await platform.stop()).toBe(0);
    const stored = readStoredWallet(platform.dataDir, wallet.wallet_id);
    expect(stored.open_holds).toBe(0);
    expect(stored.unsent_events).toBe(0);
    const charged = stored.ledger.filter(({ kind }) => kind !== "limit" && kind !== "reset");
    expect(new Set(charged.map(({ ref }) => ref)).size).toBe(streams.length);
    expect(-charged.reduce((total, { amount }) => total + amount, 0)).toBe(after.spent_nano_usd);
    // Two hundred streams, and a start of the platform, take two busy cores a while.
  }, 240_000);
});
