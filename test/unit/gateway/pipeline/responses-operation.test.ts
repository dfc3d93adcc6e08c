import { beforeEach, describe, expect, it } from "vitest";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { inCallersPlace } from "../../../../workers/gateway/dialects/callers-place.ts";
import { openAiResponses } from "../../../../workers/gateway/dialects/openai-responses/openai-responses.ts";
import type { Env } from "../../../../workers/gateway/env.ts";
import { chatOperation } from "../../../../workers/gateway/pipeline/chat-operation.ts";
import { Exchange } from "../../../../workers/gateway/pipeline/exchange.ts";
import type { Attempt } from "../../../../workers/gateway/pipeline/plan.ts";
import { anthropic } from "../../../../workers/gateway/providers/anthropic/anthropic.ts";
import {
  ACCOUNT,
  attempt,
  CONTEXT,
  PRICE,
  quietLogs,
  scope,
  standIn,
  tokenizerOf,
  usd,
  walletOf,
} from "../fixtures.ts";

/** Responses asked of a provider that speaks them, and of one that does not. */

beforeEach(() => {
  quietLogs();
});

const NATIVE = attempt();
const TRANSLATED = attempt({ adapter: anthropic });
const SEARCHING = attempt({ price: { ...PRICE, rates: { ...PRICE.rates, search: 10_000_000_000_000 } } });

function parsedOf(change: object) {
  const body: JsonObject = JSON.parse(JSON.stringify({ model: "acme/m", input: "Hello", ...change }));
  const parsed = openAiResponses.parse(body);
  if (isRefused(parsed)) throw new Error(`refused: ${JSON.stringify(parsed.refused)}`);
  return { body, parsed };
}

function asked(change: object, on: Attempt = NATIVE) {
  const { body, parsed } = parsedOf(change);
  return chatOperation({ dialect: openAiResponses, parsed, body, headers: new Headers() }, on);
}

function operation(change: object, on?: Attempt) {
  const made = asked(change, on);
  if (isRefused(made)) throw new Error(`refused: ${JSON.stringify(made.refused)}`);
  return made;
}

const refusalOf = (change: object, on?: Attempt) => {
  const made = asked(change, on);
  const answer = isRefused(made) ? made : made.translate(made.estimate());
  if (!isRefused(answer)) return null;
  return inCallersPlace(answer.refused, parsedOf(change).parsed.pathOf ?? String);
};

const exchangeOf = (made: ReturnType<typeof operation>, prompt_tokens: number) =>
  new Exchange({
    scope: scope({ env: standIn<Env>({ TOKENIZER: tokenizerOf(prompt_tokens) }) }),
    operation: made,
    estimate: made.estimate(),
    context: CONTEXT,
    wallet: walletOf({}),
    available_nano_usd: usd(1_000),
    rate_headers: {},
  });

const SEARCH = { tools: [{ type: "web_search" }] };

describe("a Responses request", () => {
  it("goes on as it came only where the account has the dialect", () => {
    const urlOf = (on: Attempt) => {
      const made = operation({}, on);
      const translation = made.translate(made.estimate());
      return isRefused(translation) ? null : translation.call.url;
    };
    expect(urlOf(NATIVE)).toBe("https://upstream.example/v1/responses");
    const settings = { responses: "translated" };
    expect(urlOf(attempt({ account: { ...ACCOUNT, settings } }))).toBe("https://upstream.example/v1/chat/completions");
  });

  it("for searches is refused where they have no price, and held for by the piece where they have", () => {
    expect(refusalOf(SEARCH)).toMatchObject({
      code: "unsupported_parameter",
      param: "tools[0]",
      message: expect.stringContaining("search_usd"),
    });
    expect(refusalOf(SEARCH, SEARCHING)).toBeNull();
    const held = (max_tool_calls: number) =>
      operation({ ...SEARCH, max_tool_calls, max_output_tokens: 16 }, SEARCHING).estimate().hold_nano_usd;
    expect(held(3) - held(1)).toBe(20_000_000);
  });

  it("for a built-in tool is refused, by its name, where the provider is another", () => {
    expect(refusalOf({ tools: [{ type: "function", name: "f" }, { type: "local_shell" }] }, TRANSLATED)).toMatchObject({
      code: "unsupported_parameter",
      param: "tools[1]",
      message: expect.stringContaining("local_shell"),
    });
  });

  it("that another provider cannot take is refused by the caller's own path", () => {
    const input = [
      { role: "user", content: "Hello" },
      { type: "function_call", call_id: "c", name: "f", arguments: "no JSON" },
      { type: "function_call_output", call_id: "c", output: "x" },
    ];
    expect(refusalOf({ instructions: "Be brief.", input }, TRANSLATED)?.param).toBe("input[1].arguments");
    expect(refusalOf({ temperature: 1.5 }, TRANSLATED)?.param).toBe("temperature");
  });

  it("is held for with the answer's bound, the caller's or the model's", () => {
    expect(operation({ max_output_tokens: 100 }).estimate().output_tokens_max).toBe(100);
    expect(operation({}).estimate().output_tokens_max).toBe(16_384);
  });
});

describe("the bill of a stream that broke off behind a search", () => {
  it("has the search, and the tokens as they are counted", async () => {
    const exchange = exchangeOf(operation({ ...SEARCH, stream: true }, SEARCHING), 40);
    exchange.meter.observe([
      { type: "start", id: null, model: null },
      { type: "usage", usage: { search: 2 } },
      { type: "text", choice: 0, text: "Hello" },
    ]);
    const bill = await exchange.bill();
    expect(bill).toMatchObject({ source: "counted", usage: { search: 2, input: 40 } });
    expect(bill.usage.output).toBeGreaterThan(0);
  });
});
