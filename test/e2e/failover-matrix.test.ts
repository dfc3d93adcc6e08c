import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { countTokens } from "../../schema/tokens/sandbox-tokens.ts";
import { type Cell, FAILOVER_MATRIX, type Failure } from "../failover-matrix.ts";
import { byKey, codeOf, type Founder, make, rowsOf, signUp } from "./support/console.ts";
import { EVENT_STREAM } from "./support/fake-upstream.ts";
import { eventually, settledBalance, usd } from "./support/money.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";
import { type ScriptedAnswer, type ScriptedUpstream, startScriptedUpstream } from "./support/scripted-upstream.ts";

/**
 * Each way a provider can fail, with a model that then answers, with another model, and with nothing else: what the caller
 * sees, and what the request's row and the ledger show, to the nano-dollar.
 */

const INPUT_NANO_USD = 1_000;
const OUTPUT_NANO_USD = 2_000;
const PROMPT = "Hello there!";
/** A message has one token of its own. */
const PROMPT_NANO_USD = (countTokens(PROMPT) + 1) * INPUT_NANO_USD;
const SENT = "one two three";
/** What the script's answer says that it used. */
const USAGE = { prompt_tokens: 10, completion_tokens: 1, total_tokens: 11 };

const event = (data: object | string): string => `data: ${typeof data === "string" ? data : JSON.stringify(data)}\n\n`;
const chunk = (delta: object, finish_reason: string | null = null) =>
  event({
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1,
    model: "m",
    choices: [{ index: 0, delta, finish_reason }],
  });
const ERROR = { error: { message: "no", type: "server_error", code: null } };

const ANSWER: ScriptedAnswer = {
  headers: EVENT_STREAM,
  body: [
    chunk({ role: "assistant", content: "fine" }),
    chunk({}, "stop"),
    event({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1, model: "m", choices: [], usage: USAGE }),
    event("[DONE]"),
  ].join(""),
};
const STARTED = chunk({ role: "assistant", content: SENT });

const refusal = (status: number, headers: Readonly<Record<string, string>> = {}): ScriptedAnswer => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(ERROR),
});

function inASecond(): Readonly<Record<string, string>> {
  const now = Date.now();
  return { date: new Date(now).toUTCString(), "retry-after": new Date(now + 1_000).toUTCString() };
}

const SCRIPT: { readonly [failure in Failure]: () => ScriptedAnswer } = {
  // Nobody is asked: see `base_url`.
  "no connection": () => ANSWER,
  "a connection that breaks before the headers": () => ({ bare: true, then: "break" }),
  "a time-out before the headers": () => ({ bare: true, then: "silence" }),
  "429 without Retry-After": () => refusal(429),
  "429, Retry-After in seconds": () => refusal(429, { "retry-after": "1" }),
  "429, Retry-After as a date": () => refusal(429, inASecond()),
  "429, retry-after-ms": () => refusal(429, { "retry-after-ms": "150" }),
  "429, Retry-After behind the deadline": () => refusal(429, { "retry-after": "600" }),
  "500": () => refusal(500),
  "503": () => refusal(503),
  "529": () => refusal(529),
  "an error as the first event": () => ({ headers: EVENT_STREAM, body: event(ERROR) }),
  "a stream that breaks off before its first event": () => ({ headers: EVENT_STREAM, then: "break" }),
  "an error in the middle of a stream": () => ({ headers: EVENT_STREAM, body: `${STARTED}${event(ERROR)}` }),
  "a stream that breaks off in the middle": () => ({ headers: EVENT_STREAM, body: STARTED, then: "break" }),
};

const WAYS = ["passes", "next", "lasts"] as const;
type Way = (typeof WAYS)[number];

const CASES = FAILOVER_MATRIX.flatMap((row, place) =>
  WAYS.flatMap((way): { failure: Failure; way: Way; model: string; cell: Cell }[] => {
    const cell = row[way];
    return cell === null ? [] : [{ failure: row.failure, way, model: `f${place}-${way}`, cell }];
  }),
);

let platform: TestPlatform;
let founder: Founder;
let upstream: ScriptedUpstream;
let app: string;

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"] });
  founder = await signUp(platform);
  upstream = await startScriptedUpstream(({ model, turn }) => {
    const found = CASES.find((one) => one.model === model);
    if (found === undefined || (found.way === "passes" && turn > 0)) return ANSWER;
    return SCRIPT[found.failure]();
  });
  const price = { input_usd_per_million: "1", output_usd_per_million: "2" };
  const priced = (id: string) => ({ id, price, encoding: "sandbox", capabilities: ["chat"] });
  const provider = (id: string, models: readonly string[], change: object = {}) =>
    make(founder, "/v1/providers", {
      id,
      kind: "openai-compatible",
      base_url: `${upstream.url}/v1`,
      models: models.map(priced),
      ...change,
    });
  const modelsOf = (id: string) => CASES.filter(({ failure }) => providerOf(failure) === id).map(({ model }) => model);
  await provider("up", [...modelsOf("up"), "fine"]);
  await provider("away", modelsOf("away"), { base_url: "http://127.0.0.1:9/v1" });
  await provider("slow", modelsOf("slow"), { timeouts: { first_byte_ms: 1_000 } });
  for (const { failure, way, model } of CASES) {
    if (way !== "next") continue;
    const then = { fallback: [`${providerOf(failure)}/${model}`, "up/fine"] };
    await make(founder, "/v1/routing/rules", { name: model, when: { model }, then });
  }
  const wallet = await make(founder, "/v1/wallets", { name: "matrix", limit_usd: "10" });
  wallet_id = wallet.id;
  app = z.string().parse((await make(founder, "/v1/keys", { name: "matrix", wallet_id })).key);
});
afterAll(async () => {
  await platform.dispose();
  await upstream.close();
});

let wallet_id: string;

const providerOf = (failure: Failure): string =>
  failure === "no connection" ? "away" : failure === "a time-out before the headers" ? "slow" : "up";

const CHARGES: { readonly [charged in Cell["charged"]]: number } = {
  nothing: 0,
  prompt: PROMPT_NANO_USD,
  sent: PROMPT_NANO_USD + countTokens(SENT) * OUTPUT_NANO_USD,
  answer: USAGE.prompt_tokens * INPUT_NANO_USD + USAGE.completion_tokens * OUTPUT_NANO_USD,
  "prompt, answer": PROMPT_NANO_USD + USAGE.prompt_tokens * INPUT_NANO_USD + USAGE.completion_tokens * OUTPUT_NANO_USD,
};

/** What the ledger has of the request, newest first. */
const LEDGER: { readonly [charged in Cell["charged"]]: readonly string[] } = {
  nothing: ["release"],
  prompt: ["charge"],
  sent: ["charge"],
  answer: ["charge"],
  "prompt, answer": ["charge", "attempt"],
};

const rowSchema = z.looseObject({
  model: z.string(),
  status: z.int(),
  error_code: z.string().nullish(),
  attempts: z.int(),
  cost_usd: z.string(),
  routing: z.object({
    tried: z
      .array(z.looseObject({ model: z.string(), provider_id: z.string(), waited_ms: z.int().optional() }))
      .optional(),
  }),
});

describe.concurrent("where a provider fails by", () => {
  it.each(CASES)("$failure: $way", async ({ failure, way, model, cell }) => {
    const full_name = `${providerOf(failure)}/${model}`;
    const answer = await byKey(platform, app).call("POST", "/v1/chat/completions", {
      model: way === "next" ? model : full_name,
      messages: [{ role: "user", content: PROMPT }],
      max_tokens: 50,
      stream: true,
    });
    const answered = cell.charged.endsWith("answer");
    expect([answer.status, cell.code === undefined ? undefined : codeOf(answer)]).toEqual([cell.status, cell.code]);
    expect(answer.headers.get("retry-after")).toBe(cell.retry_after ?? null);
    expect(answer.headers.get("x-ao-route") ?? "").toMatch(
      new RegExp(
        `^${way === "next" ? "rule_\\w+; how=fallback" : cell.calls > 1 ? "how=asked" : ""}${cell.calls > 1 ? `; attempts=${cell.calls}` : ""}$`,
      ),
    );
    if (cell.status !== 200) expect(answer.headers.get("x-should-retry")).toBe(String(cell.calls === 1));
    expect(answer.text.includes("fine")).toBe(answered);
    expect(answer.text.includes("[DONE]")).toBe(answered);
    expect(answer.text.includes(SENT)).toBe(cell.charged === "sent");
    expect(answer.text.includes('"error"')).toBe(!answered);

    const request_id = answer.headers.get("x-ao-request-id");
    const logged = await eventually(
      async () => rowsOf(await founder.call("GET", `/v1/requests?request_id=${request_id}`)),
      (rows) => rows.length > 0,
    );
    expect(logged).toHaveLength(1);
    const row = rowSchema.parse(logged[0]);
    expect([row.attempts, usd(row.cost_usd)]).toEqual([cell.calls, CHARGES[cell.charged]]);
    expect(row.model).toBe(way === "next" && cell.calls > 1 ? "up/fine" : full_name);
    const tried = row.routing.tried ?? [];
    expect(tried.map((one) => one.model)).toEqual(Array.from({ length: cell.calls - 1 }, () => full_name));
    // The same model is asked again after a pause, another one at once.
    expect(tried.every(({ waited_ms = 0 }) => (way === "next" ? waited_ms === 0 : waited_ms > 0))).toBe(true);

    const ledger = rowsOf(await founder.call("GET", `/v1/wallets/${wallet_id}/ledger?limit=100`));
    const charges = ledger.filter(({ ref }) => String(ref).startsWith(String(request_id)));
    const spent = charges.reduce((sum, { amount_usd }) => sum - usd(String(amount_usd)), 0);
    expect(spent).toBe(CHARGES[cell.charged]);
    expect(charges.map(({ kind }) => kind)).toEqual(LEDGER[cell.charged]);
    const called = upstream.calls.filter((call) => call.model === model).length;
    expect(called).toBe(failure === "no connection" ? 0 : way === "next" ? 1 : cell.calls);
  });
});

describe("afterwards", () => {
  it("the wallet holds nothing, and has spent what the cells say", async () => {
    const expected = CASES.reduce((sum, { cell }) => sum + CHARGES[cell.charged], 0);
    expect(await settledBalance(platform, app)).toMatchObject({ spent_nano_usd: expected, held_nano_usd: 0 });
    const audit = await founder.call("POST", `/v1/wallets/${wallet_id}/audit`);
    expect(audit.body).toMatchObject({ ok: true, problems: [] });
  });
});
