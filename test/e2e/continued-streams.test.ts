import OpenAI, { APIError } from "openai";
import type { ChatCompletionChunk, ChatCompletionCreateParamsStreaming } from "openai/resources/chat/completions";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { GO_ON } from "../../workers/gateway/pipeline/continued-request.ts";
import { expectStatus, type Founder, make, rowsOf, signUp } from "./support/console.ts";
import { type FaultyUpstream, startFaultyUpstream } from "./support/faulty-upstream.ts";
import { eventually, settledBalance, usd } from "./support/money.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";
import { seen } from "./support/sandbox-log.ts";

/** Streams that break off behind what was delivered, and go on with the next model of a rule that says so. */

const RULES = "/v1/routing/rules";
const PRICE = { input_usd_per_million: "1", output_usd_per_million: "2" };

let platform: TestPlatform;
let org: Founder;
let turn = 0;
const wires = new Map<string, FaultyUpstream>();

beforeAll(async () => {
  platform = await startPlatform({ args: ["--no-demo"] });
  org = await signUp(platform);
  await make(org, "/v1/providers", { id: "dear", kind: "sandbox" });
  await make(org, "/v1/prices", {
    provider_id: "dear",
    model: "own-dear",
    upstream_id: "echo",
    rates: { input_usd_per_million: "1000000", output_usd_per_million: "1000000" },
  });
  for (const then of ["end", "break", "silence"] as const) {
    const wire = await startFaultyUpstream({ after: 5, then });
    wires.set(then, wire);
    await make(org, "/v1/providers", {
      id: `wire-${then}`,
      kind: "openai-compatible",
      base_url: `${wire.url}/v1`,
      timeouts: { first_byte_ms: 10_000, idle_ms: 600, total_ms: 30_000 },
      models: ["lorem", "tools"].map((id) => ({ id, price: PRICE })),
    });
  }
});

afterAll(async () => {
  await platform.dispose();
  for (const wire of wires.values()) await wire.close();
});

const rowSchema = z.object({
  model: z.string(),
  outcome: z.string(),
  attempts: z.int(),
  cost_usd: z.string(),
  charged_attempts: z.array(z.looseObject({ model: z.string(), outcome: z.string(), cost_usd: z.string() })),
  routing: z.looseObject({ tried: z.array(z.looseObject({ model: z.string(), failed: z.string() })).optional() }),
});

const aoSchema = z.looseObject({ cost_usd: z.string(), model: z.string(), continued: z.int().optional() });

interface Wanted extends Partial<ChatCompletionCreateParamsStreaming> {
  /** What the rule says. */
  readonly continues?: boolean | undefined;
}

/**
 * A key with a wallet of its own, and a name that a rule of its own sends to these models in order. The sandbox is another
 * provider each time: one that has failed often enough would be asked last.
 */
async function ruled(models: readonly string[], continues: boolean | undefined) {
  turn += 1;
  const model = `turn-${turn}`;
  await make(org, "/v1/providers", { id: `sandbox-${turn}`, kind: "sandbox" });
  const fallback = models.map((name) => name.replace("sandbox/", `sandbox-${turn}/`));
  const then = { fallback, ...(continues === undefined ? {} : { continue: continues }) };
  await make(org, RULES, { name: model, when: { model }, then });
  const { id } = await make(org, "/v1/wallets", { name: model, limit_usd: "10" });
  const key = z.string().parse((await make(org, "/v1/keys", { name: model, wallet_id: id })).key);
  const shown = (value: unknown): unknown =>
    JSON.parse(JSON.stringify(value).replaceAll(`"sandbox-${model.slice("turn-".length)}/`, '"sandbox/'));
  return { model, key, wallet_id: z.string().parse(id), shown };
}

/** Asks once with the official SDK, and holds the answer against the log, the ledger and the wallet. */
async function ask(models: readonly string[], { continues, ...body }: Wanted = { continues: true }) {
  const { model, key, wallet_id, shown } = await ruled(models, continues);
  const client = new OpenAI({
    baseURL: `${platform.url}/v1`,
    apiKey: key,
    maxRetries: 0,
    defaultHeaders: { "x-ao-usage": "true", "x-ao-retries": "0" },
  });
  const { data: stream, response } = await client.chat.completions
    .create({
      model,
      messages: [{ role: "user", content: "go" }],
      stream: true,
      stream_options: { include_usage: true },
      metadata: { after_chunks: "4", chunks: "6" },
      ...body,
    })
    .withResponse();
  const chunks: ChatCompletionChunk[] = [];
  let error: unknown = null;
  try {
    for await (const chunk of stream) chunks.push(chunk);
  } catch (thrown) {
    error = thrown;
  }
  const request_id = response.headers.get("x-ao-request-id");
  const rows = await eventually(
    async () => rowsOf(await org.call("GET", "/v1/requests?limit=100")).filter(({ id }) => id === request_id),
    (found) => found.length > 0,
  );
  expect(rows).toHaveLength(1);
  const row = rowSchema.parse(shown(rows[0]));
  const { spent_nano_usd, held_nano_usd } = await settledBalance(platform, key);
  expect([spent_nano_usd, held_nano_usd]).toEqual([usd(row.cost_usd), 0]);
  const ledger = rowsOf(await org.call("GET", `/v1/wallets/${wallet_id}/ledger`))
    .filter(({ ref }) => ref === request_id)
    .map(({ kind, amount_usd }) => ({ kind, nano_usd: usd(String(amount_usd)) }))
    .reverse();
  expect(ledger.reduce((sum, { nano_usd }) => sum + nano_usd, 0)).toBe(-usd(row.cost_usd));
  const audit = await org.call("POST", `/v1/wallets/${wallet_id}/audit`, {});
  expect(audit.body).toEqual({ ok: true, problems: [] });
  const choices = chunks.flatMap((chunk) => chunk.choices);
  const last = chunks.at(-1);
  return {
    request_id,
    error: error instanceof APIError ? error.code : error,
    row,
    ledger,
    ids: new Set(chunks.map(({ id }) => id)),
    names: new Set(chunks.map((chunk) => chunk.model)),
    roles: choices.filter(({ delta }) => delta.role !== undefined).length,
    finishes: choices.flatMap(({ finish_reason }) => finish_reason ?? []),
    texts: choices.flatMap(({ delta }) => delta.content || []),
    usages: chunks.flatMap(({ usage }) => usage ?? []),
    ao: last !== undefined && "ao" in last ? aoSchema.parse(shown(last.ao)) : null,
  };
}

/** What a client sees of one sound answer. */
function expectOneStream(answer: Awaited<ReturnType<typeof ask>>) {
  expect(answer.error).toBeNull();
  expect([answer.ids.size, answer.names.size, answer.roles]).toEqual([1, 1, 1]);
  expect(answer.finishes).toEqual(["stop"]);
  expect(answer.usages).toHaveLength(1);
  expect(answer.row.outcome).toBe("completed");
  expect(answer.ao?.cost_usd).toBe(answer.row.cost_usd);
}

describe("a stream that breaks off, where its rule says that it goes on,", () => {
  it("is one stream, with the sum of both attempts, each of which is charged", async () => {
    const answer = await ask(["sandbox/error-mid-stream", "sandbox/lorem"]);
    expectOneStream(answer);
    expect(answer.texts).toHaveLength(4 + 6);
    expect(answer.ao).toMatchObject({ continued: 1, model: "sandbox/lorem" });
    expect(answer.row).toMatchObject({ model: "sandbox/lorem", attempts: 2, routing: { continue: true } });
    expect(answer.row.routing.tried).toMatchObject([
      { model: "sandbox/error-mid-stream", failed: "failed", status: 500, delivered: true },
    ]);
    expect(answer.row.charged_attempts).toMatchObject([
      { attempt: 1, model: "sandbox/error-mid-stream", outcome: "upstream_error" },
    ]);
    const [attempt] = answer.row.charged_attempts.map(({ cost_usd }) => usd(cost_usd));
    expect(attempt).toBeGreaterThan(0);
    expect(answer.ledger).toEqual([
      { kind: "attempt", nano_usd: -(attempt ?? 0) },
      { kind: "charge", nano_usd: (attempt ?? 0) - usd(answer.row.cost_usd) },
    ]);
    expect(answer.usages[0]?.completion_tokens).toBe(4 + 6);
    const prompts = (await seen(platform, answer.request_id ?? "")).map(({ prompt_tokens }) => prompt_tokens);
    expect(answer.usages[0]?.prompt_tokens).toBe(prompts.reduce((sum, tokens) => sum + tokens, 0));
    expect(prompts[1]).toBeGreaterThan(prompts[0] ?? 0);
  });

  it("asks the next model to go on, with what is left of the caller's bound", async () => {
    const answer = await ask(["sandbox/error-mid-stream", "sandbox/echo"], { continues: true, max_tokens: 100 });
    expectOneStream(answer);
    expect(answer.texts.slice(4).join("")).toBe(GO_ON);
    const bounds = (await seen(platform, answer.request_id ?? "")).map(({ max_tokens }) => max_tokens);
    expect(bounds).toEqual([100, 96]);
  });

  it.each([
    ["wire-end", "incomplete", "failed"],
    ["wire-break", "upstream_error", "failed"],
    ["wire-silence", "upstream_timeout", "timeout"],
  ])("does so behind %s, in the words of the provider that began", async (wire, outcome, failed) => {
    const answer = await ask([`${wire}/lorem`, "sandbox/lorem"]);
    expectOneStream(answer);
    expect(answer.texts.length).toBeGreaterThan(6);
    expect(answer.row.charged_attempts).toMatchObject([{ model: `${wire}/lorem`, outcome }]);
    expect(answer.row.routing.tried).toMatchObject([{ model: `${wire}/lorem`, failed, delivered: true }]);
    expect(answer.ledger.map(({ kind }) => kind)).toEqual(["attempt", "charge"]);
  });

  it("passes over a model that fails at once, which owes nothing", async () => {
    const answer = await ask(["sandbox/error-mid-stream", "sandbox/error-500", "sandbox/lorem"]);
    expectOneStream(answer);
    expect(answer.ao).toMatchObject({ continued: 2 });
    expect(answer.row.attempts).toBe(3);
    expect(answer.row.routing.tried?.map(({ model, delivered }) => [model, delivered])).toEqual([
      ["sandbox/error-mid-stream", true],
      ["sandbox/error-500", undefined],
    ]);
    expect(answer.ledger.map(({ kind }) => kind)).toEqual(["attempt", "charge"]);
  });

  it("passes over a model that the wallet does not cover", async () => {
    const answer = await ask(["sandbox/error-mid-stream", "dear/own-dear", "sandbox/lorem"], {
      continues: true,
      max_tokens: 100,
    });
    expectOneStream(answer);
    expect(answer.row.routing.tried?.map(({ model, failed }) => [model, failed])).toEqual([
      ["sandbox/error-mid-stream", "failed"],
      ["dear/own-dear", "wallet_refused"],
    ]);
  });

  it("goes on twice and no more", async () => {
    const answer = await ask([...Array(3).fill("sandbox/error-mid-stream"), "wire-end/lorem", "sandbox/lorem"]);
    expect(answer.error).toBe("upstream_error");
    expect(answer.finishes).toEqual([]);
    expect(answer.row.attempts).toBe(3);
  });

  it("goes on in /v1/completions, too", async () => {
    const { model, key } = await ruled(["sandbox/error-mid-stream", "sandbox/lorem"], true);
    const client = new OpenAI({ baseURL: `${platform.url}/v1`, apiKey: key, maxRetries: 0 });
    const stream = await client.completions.create({ model, prompt: "go [[chunks=6]]", stream: true });
    const choices = [];
    for await (const chunk of stream) choices.push(...chunk.choices);
    expect(choices.filter(({ text }) => text !== "").length).toBeGreaterThan(6);
    expect(choices.flatMap(({ finish_reason }) => finish_reason ?? [])).toEqual(["stop"]);
  });
});

describe("a stream that breaks off ends with its error", () => {
  /** As if there were no other model. */
  function expectEnded(answer: Awaited<ReturnType<typeof ask>>, model: string) {
    expect(answer.error).toBe("upstream_error");
    expect(answer.finishes).toEqual([]);
    expect(answer.row).toMatchObject({ model, attempts: 1 });
    expect(answer.row.routing.tried).toBeUndefined();
    expect(usd(answer.row.cost_usd)).toBeGreaterThan(0);
  }

  it.each([undefined, false])("where the rule says %s", async (continues) => {
    const answer = await ask(["sandbox/error-mid-stream", "sandbox/lorem"], { continues });
    expectEnded(answer, "sandbox/error-mid-stream");
    expect(answer.ledger.map(({ kind }) => kind)).toEqual(["charge"]);
  });

  it("where the wallet does not cover the next model, charged once", async () => {
    const answer = await ask(["sandbox/error-mid-stream", "dear/own-dear"], { continues: true, max_tokens: 100 });
    expectEnded(answer, "sandbox/error-mid-stream");
    expect(answer.ledger).toEqual([
      { kind: "attempt", nano_usd: -usd(answer.row.cost_usd) },
      { kind: "charge", nano_usd: 0 },
    ]);
  });

  it("where a tool call was begun", async () => {
    const answer = await ask(["wire-break/tools", "sandbox/lorem"], {
      continues: true,
      tools: [
        {
          type: "function",
          function: {
            name: "look_up",
            parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
          },
        },
      ],
    });
    expectEnded(answer, "wire-break/tools");
  });

  it.each<[string, Partial<ChatCompletionCreateParamsStreaming>]>([
    ["JSON is wanted", { response_format: { type: "json_object" } }],
    ["several answers are wanted", { n: 2 }],
    ["log probabilities are wanted", { logprobs: true }],
  ])("where %s", async (_what, body) => {
    expectEnded(
      await ask(["sandbox/error-mid-stream", "sandbox/echo"], { continues: true, ...body }),
      "sandbox/error-mid-stream",
    );
  });
});

describe("a rule", () => {
  it("says so where it is explained", async () => {
    const { model } = await ruled(["sandbox/lorem", "sandbox/echo"], true);
    const request = { model, messages: [{ role: "user", content: "Hello!" }] };
    const explained = await eventually(
      () => org.call("POST", "/v1/routing/explain", { request }),
      ({ body }) => body.how === "fallback",
    );
    expect(explained.body).toMatchObject({ continue: true, then: [expect.stringMatching(/\/echo$/)] });
  });

  it("has it with `fallback` and `cheapest` alone", async () => {
    const rule = (then: object) => org.call("POST", RULES, { name: "x", when: { model: "x" }, then });
    expectStatus(await rule({ cheapest: ["dear/lorem", "dear/echo"], continue: true }), 201);
    const refused = await rule({ model: "dear/lorem", continue: true });
    expectStatus(refused, 400);
    expect(refused.text).toContain("then.continue");
  });
});
