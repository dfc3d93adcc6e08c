import { beforeEach, describe, expect, it } from "vitest";
import type { Part } from "../../../../schema/canonical/parts.ts";
import type { Usage } from "../../../../schema/canonical/usage.ts";
import { requestRecordSchema } from "../../../../schema/wire/request-record.ts";
import type { SettleAnswer } from "../../../../schema/wire/wallet-rpc.ts";
import type { Env } from "../../../../workers/gateway/env.ts";
import { estimateChat } from "../../../../workers/gateway/pipeline/estimate.ts";
import { Exchange } from "../../../../workers/gateway/pipeline/exchange.ts";
import type { Attempt } from "../../../../workers/gateway/pipeline/plan.ts";
import {
  attempt,
  CONTEXT,
  effects,
  NOON,
  operation,
  PRICE,
  quietLogs,
  request,
  scope,
  standIn,
  tokenizerOf,
  unanswered,
  usd,
  walletOf,
} from "../fixtures.ts";

beforeEach(() => {
  quietLogs();
});

const text = (value: string): Part => ({ type: "text", choice: 0, text: value });
const usage = (value: Usage): Part => ({ type: "usage", usage: value });
const FINISH: Part = { type: "finish", choice: 0, reason: "stop", raw: "stop" };
const END: Part = { type: "end" };

const ENDED: SettleAnswer = { status: "settled", charged_nano_usd: usd(0), available_nano_usd: null };

interface Options {
  readonly asked?: object;
  readonly on?: Attempt;
  /** Tokens of the prompt as counted; null is a tokenizer that does not answer. */
  readonly prompt_tokens?: number | null;
  readonly answer?: () => Promise<SettleAnswer>;
  readonly available?: number | null;
}

/** An exchange that saw the given parts, and what its wallet was told. */
function exchangeOf(
  parts: readonly Part[],
  { asked = {}, on = attempt(), prompt_tokens = 5, answer, available = 1_000 }: Options = {},
) {
  const told: object[] = [];
  const end = (sent: object) => {
    told.push(sent);
    return (answer ?? (() => Promise.resolve(ENDED)))();
  };
  const exchange = new Exchange({
    scope: scope({
      env: standIn<Env>({ TOKENIZER: tokenizerOf(prompt_tokens) }),
      effects: effects({ now: () => NOON + 250 }),
    }),
    operation: operation(asked, on),
    estimate: estimateChat(request(asked), on),
    context: CONTEXT,
    wallet: walletOf({ settle: end, release: end }),
    available_nano_usd: available === null ? null : usd(available),
    rate_headers: {},
  });
  exchange.meter.observe(parts);
  return { exchange, told };
}
const billOf = (parts: readonly Part[], options?: Options) => exchangeOf(parts, options).exchange.bill();

describe("the bill", () => {
  it.each<[string, readonly Part[]]>([
    ["the terminal event was seen", [usage({ input: 10, output: 3 }), END]],
    ["a choice finished", [usage({ input: 10, output: 3 }), FINISH]],
    ["less text came than was billed, as with hidden reasoning", [text("x"), usage({ input: 10, output: 3 }), END]],
    [
      "more text came than was billed, which the provider counts its own way",
      [text("a b c d e f"), usage({ input: 10, output: 3 }), FINISH],
    ],
    ["an earlier report is replaced", [usage({ input: 10, output: 1 }), usage({ input: 10, output: 3 }), END]],
  ])("is the provider's usage at the pinned price when %s", async (_name, parts) => {
    expect(await billOf(parts)).toEqual({
      usage: { input: 10, output: 3 },
      source: "provider",
      cost_nano_usd: 16,
      unpriced: [],
      price_id: "prc_1",
    });
  });

  it("is the provider's usage before the end when it covers what was seen", async () => {
    expect(await billOf([usage({ input: 10, output: 4 }), text("one two")])).toMatchObject({
      usage: { input: 10, output: 4 },
      source: "provider",
    });
  });

  it("counts what came after the provider's last report, when there was no end", async () => {
    expect(await billOf([usage({ input: 10, output: 1 }), text("one two three four")])).toEqual({
      usage: { input: 10, output: 4 },
      source: "counted",
      cost_nano_usd: 18,
      unpriced: [],
      price_id: "prc_1",
    });
  });

  it("keeps the reasoning of such a report", async () => {
    expect(await billOf([usage({ input: 10, reasoning: 3 }), text("one two three four five")])).toMatchObject({
      usage: { input: 10, reasoning: 3, output: 2 },
    });
  });

  it.each<[string, readonly Part[]]>([
    ["no usage came", [text("one two three"), END]],
    ["the usage is impossible", [text("one two three"), usage({ input: -1_000_000, output: 1 }), END]],
    ["the usage is not a number", [text("one two three"), usage({ input: Number.NaN }), END]],
    ["the usage has no prompt", [text("one two three"), usage({ input: 0, output: 0 }), END]],
    [
      "one of its reports is impossible",
      [usage({ input: 10, output: 0.5 }), text("one two three"), usage({ input: 10 }), END],
    ],
  ])("is our own count of prompt and text when %s", async (_name, parts) => {
    expect(await billOf(parts)).toEqual({
      usage: { input: 5, output: 3 },
      source: "counted",
      cost_nano_usd: 11,
      unpriced: [],
      price_id: "prc_1",
    });
  });

  it("is counted when there is text and the provider reports no output tokens", async () => {
    expect(await billOf([text("one two three"), usage({ input: 10, output: 0 }), END])).toMatchObject({
      usage: { input: 10, output: 3 },
      source: "counted",
    });
  });

  it("is the provider's when there is neither text nor output, as of a blocked prompt", async () => {
    expect(await billOf([usage({ input: 10, output: 0 }), END])).toMatchObject({
      cost_nano_usd: 10,
      source: "provider",
    });
  });

  it("is the prompt when the call was made and nothing came", async () => {
    expect(await billOf([])).toMatchObject({ usage: { input: 5, output: 0 }, source: "counted", cost_nano_usd: 5 });
  });

  it("is at its bound, and says so, when nobody can count: never nothing", async () => {
    const { exchange } = exchangeOf([text("one two three")], { prompt_tokens: null });
    expect(await exchange.bill()).toMatchObject({
      usage: { input: exchange.estimate.input_tokens_bound, output: 13 },
      source: "bound",
    });
  });

  it("counts every kind of output", async () => {
    const parts: readonly Part[] = [
      { type: "reasoning", choice: 0, text: "one " },
      { type: "refusal", choice: 0, text: "two " },
      { type: "tool_call", choice: 0, index: 0, id: "a", name: "three " },
      { type: "tool_arguments", choice: 0, index: 0, json: "four" },
    ];
    expect(await billOf(parts)).toMatchObject({ usage: { output: 4 } });
  });

  it("has the fee for the call in its usage where the price has one", async () => {
    const on = attempt({ price: { ...PRICE, rates: { ...PRICE.rates, call: 50_000_000 } } });
    expect(await billOf([usage({ input: 10, output: 3 }), END], { on })).toMatchObject({
      usage: { input: 10, output: 3, call: 1 },
      cost_nano_usd: 66,
    });
  });

  it("names components that have no price, and charges them", async () => {
    const found = await billOf([usage({ input: 10, output: 3, audio_output: 4 }), END]);
    expect(found).toMatchObject({ unpriced: ["audio_output"] });
    expect(found.cost_nano_usd).toBeGreaterThan(16);
  });

  it("is the same when asked for twice", async () => {
    const { exchange } = exchangeOf([text("one two three")]);
    expect(await exchange.bill()).toEqual(await exchange.bill());
  });

  it("of an answer that was cut is at most what was held", async () => {
    const { exchange } = exchangeOf([text("x ".repeat(6_000))], { asked: { stream: true } });
    expect((await exchange.bill()).usage.output).toBe(6_000);
    expect((await exchange.billCut()).usage).toEqual({ input: 5, output: exchange.hold.held_tokens });
  });

  it("is there at once only when the provider's report is final", () => {
    expect(exchangeOf([usage({ input: 1, output: 1 }), END]).exchange.billNow()).not.toBeNull();
    expect(exchangeOf([usage({ input: 1, output: 1 })]).exchange.billNow()).toBeNull();
    expect(exchangeOf([END]).exchange.billNow()).toBeNull();
  });
});

const COMPLETED = { outcome: "completed", status: 200, error_code: null } as const;

describe("the end of an exchange", () => {
  it("settles the bill with a whole record", async () => {
    const start: Part = { type: "start", id: "up_1", model: "up-m" };
    const { exchange, told } = exchangeOf([start, usage({ input: 10, output: 3 }), FINISH, END]);
    exchange.first_byte_at = NOON + 100;
    const answer = { status: 200, headers: {}, body: "{}" };
    await exchange.settle(COMPLETED, await exchange.bill(), answer);
    expect(told).toEqual([
      {
        request_id: "req_1",
        attempt: 1,
        cost_nano_usd: 16,
        context: CONTEXT,
        answer,
        record: {
          ...COMPLETED,
          usage: { input: 10, output: 3 },
          usage_source: "provider",
          estimated: false,
          unpriced: [],
          price_id: "prc_1",
          upstream_model: "up-m",
          upstream_request_id: "up_1",
          finish_reason: "stop",
          attempts: 1,
          latency_ms: 250,
          first_byte_ms: 100,
        },
      },
    ]);
  });

  it("says of a bill that is not the provider's that it is estimated", async () => {
    const { exchange, told } = exchangeOf([text("one two")]);
    await exchange.settle({ outcome: "cancelled", status: 499, error_code: null }, await exchange.bill());
    expect(told).toMatchObject([{ record: { usage_source: "counted", estimated: true, outcome: "cancelled" } }]);
    expect(told[0]).not.toHaveProperty("answer");
  });

  it("releases without a charge", async () => {
    const { exchange, told } = exchangeOf([]);
    await exchange.release({ outcome: "upstream_error", status: 502, error_code: "upstream_error" });
    expect(told).toMatchObject([{ request_id: "req_1", record: { usage: {}, status: 502 } }]);
    expect(told[0]).not.toHaveProperty("cost_nano_usd");
  });

  it("happens once, whatever is called in whatever order", async () => {
    const { exchange, told } = exchangeOf([usage({ input: 10, output: 3 }), END]);
    const bill = await exchange.bill();
    await Promise.all([
      exchange.settle(COMPLETED, bill),
      exchange.release(COMPLETED),
      exchange.settle(COMPLETED, bill),
    ]);
    expect(told).toHaveLength(1);
    expect(exchange.ended).toBe(true);
  });

  it.each<[string, () => Promise<SettleAnswer>]>([
    ["does not answer", unanswered],
    ["answers unexpectedly", () => Promise.resolve({ ...ENDED, status: "invalid" })],
  ])("does not fail when the wallet %s: the deadline ends the hold", async (_name, answer) => {
    const { exchange } = exchangeOf([END], { answer });
    await expect(exchange.settle(COMPLETED, await exchange.bill())).resolves.toBeUndefined();
  });

  it("always has a record that its readers accept", async () => {
    const { exchange, told } = exchangeOf([text("one"), usage({ input: Number.NaN })]);
    await exchange.settle(COMPLETED, await exchange.bill());
    const [sent] = told;
    expect(requestRecordSchema.safeParse(sent !== undefined && "record" in sent ? sent.record : null).success).toBe(
      true,
    );
  });
});

describe("what the wallet has left afterwards", () => {
  it("is what it had beside the hold, and what of the hold was not spent", async () => {
    const { exchange } = exchangeOf([usage({ input: 10, output: 3 }), END]);
    expect(exchange.availableAfter(await exchange.bill())).toBe(1_000 + exchange.estimate.hold_nano_usd - 16);
  });

  it("is never negative, and unknown without a limit", async () => {
    const dear = exchangeOf([usage({ input: 1_000_000_000, output: 3 }), END], { available: 0 }).exchange;
    expect(dear.availableAfter(await dear.bill())).toBe(0);
    const free = exchangeOf([END], { available: null }).exchange;
    expect(free.availableAfter(await free.bill())).toBeNull();
  });
});

describe("a failure that the provider states inside its answer", () => {
  it("is shown without the credential that it may quote", () => {
    const account = { ...attempt().account, credential: { api_key: "our-very-own-credential" } };
    const error: Part = {
      type: "error",
      error: {
        class: "failed",
        status: 500,
        message: "no quota for our-very-own-credential",
        code: null,
        param: null,
        retry_after_ms: null,
      },
    };
    const { exchange } = exchangeOf([error], { on: attempt({ account }) });
    expect(exchange.failure?.message).toBe("no quota for [credential]");
    expect(exchangeOf([text("fine")]).exchange.failure).toBeNull();
  });
});
