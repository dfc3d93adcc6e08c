import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import OpenAI, { APIError, BadRequestError, InternalServerError, RateLimitError } from "openai";
import type { ChatCompletionMessageParam, ChatCompletionTool } from "openai/resources/chat/completions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { ROOT } from "../../scripts/platform/paths.ts";
import { EVENT_STREAM, type FakeUpstream, startFakeUpstream } from "./support/fake-upstream.ts";
import { createKey, createWallet, demoOrg } from "./support/fixtures.ts";
import { settledBalance, usd } from "./support/money.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";

/** OpenAI's SDK on a provider that speaks the Messages API. The provider is played byte by byte. */

const CREDENTIAL = "sk-ant-api03-test-credential-that-must-not-leak-0123456789";
const MODEL = "anthropic/claude-sonnet-4-5";
/** Nano-dollars a token of claude-sonnet-4-5. */
const RATES = {
  input: 3_000,
  cached_read: 300,
  cached_write_5m: 3_750,
  cached_write_1h: 6_000,
  output: 15_000,
} as const;
const LIMIT_NANO_USD = 10_000_000_000;

let platform: TestPlatform;
let upstream: FakeUpstream;

beforeAll(async () => {
  [platform, upstream] = await Promise.all([startPlatform(), startFakeUpstream()]);
  await addProvider();
});

afterAll(async () => {
  await upstream.close();
  await platform.dispose();
});

/** As an administrator adds it: the project's own command, the key over standard input. */
async function addProvider(): Promise<void> {
  const child = spawn(
    process.execPath,
    [join(ROOT, "scripts", "provider.ts"), "add", "anthropic", "--key", "-", "--base-url", upstream.url],
    { cwd: ROOT, env: { ...process.env, AO_DATA: platform.dataDir } },
  );
  child.stdin.end(CREDENTIAL);
  const exit = once(child, "exit");
  const [errors] = await Promise.all([text(child.stderr), text(child.stdout)]);
  const [status] = await exit;
  expect(status, errors).toBe(0);
}

async function account() {
  const org_id = await demoOrg(platform);
  const wallet_id = await createWallet(platform, { org_id, limit_nano_usd: LIMIT_NANO_USD });
  const { key } = await createKey(platform, { org_id, wallet_id });
  const client = new OpenAI({ baseURL: `${platform.url}/v1`, apiKey: key, maxRetries: 0 });
  const spent = async () => (await settledBalance(platform, key)).spent_nano_usd;
  return { client, key, spent };
}

const HELLO: ChatCompletionMessageParam[] = [
  { role: "system", content: "Be brief." },
  { role: "user", content: "Hello" },
];

const TOOLS: ChatCompletionTool[] = [
  {
    type: "function",
    function: {
      name: "get_weather",
      description: "The weather of a city",
      parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
    },
  },
];

/** 300 tokens were written to the cache, 100 of them for an hour; 2,000 were read from it. */
const USAGE = {
  input_tokens: 1_000,
  cache_creation_input_tokens: 300,
  cache_read_input_tokens: 2_000,
  cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 100 },
  output_tokens: 50,
} as const;
const USAGE_COST =
  1_000 * RATES.input +
  2_000 * RATES.cached_read +
  200 * RATES.cached_write_5m +
  100 * RATES.cached_write_1h +
  50 * RATES.output;

const message = (content: readonly object[], stop_reason: string, usage: object = USAGE): string =>
  JSON.stringify({
    id: "msg_01Test",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-5-20250929",
    content,
    stop_reason,
    stop_sequence: null,
    usage,
  });

/** The events as the API sends them, each named by its type. */
const events = (items: readonly { readonly type: string }[]): readonly string[] =>
  items.map((item) => `event: ${item.type}\ndata: ${JSON.stringify(item)}\n\n`);

const started = (usage: object = { ...USAGE, output_tokens: 1 }) => ({
  type: "message_start",
  message: {
    id: "msg_01Test",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-5-20250929",
    content: [],
    stop_reason: null,
    usage,
  },
});
const blockStart = (index: number, content_block: object) => ({ type: "content_block_start", index, content_block });
const delta = (index: number, change: object) => ({ type: "content_block_delta", index, delta: change });
const blockStop = (index: number) => ({ type: "content_block_stop", index });
const messageDelta = (stop_reason: string, output_tokens: number) => ({
  type: "message_delta",
  delta: { stop_reason, stop_sequence: null },
  usage: { output_tokens },
});
const STOP = { type: "message_stop" } as const;

const textStream = (pieces: readonly string[]) => [
  started(),
  blockStart(0, { type: "text", text: "" }),
  { type: "ping" },
  ...pieces.map((piece) => delta(0, { type: "text_delta", text: piece })),
  blockStop(0),
  messageDelta("end_turn", 50),
  STOP,
];

const playStream = (items: readonly { readonly type: string }[]): void =>
  upstream.play({ headers: EVENT_STREAM, body: events(items) });

const sentBody = z.looseObject({ model: z.string(), max_tokens: z.number(), messages: z.array(z.unknown()) });
const lastSent = () => sentBody.parse(JSON.parse(upstream.requests.at(-1)?.body ?? "null"));

async function errorOf(call: Promise<unknown>): Promise<InstanceType<typeof APIError>> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof APIError)) return expect.unreachable(`not an APIError: ${String(error)}`);
  return error;
}

describe("a whole answer", () => {
  test("of text is a chat completion, with usage and a cost of exactly its components", async () => {
    const { client, spent } = await account();
    upstream.play({ body: message([{ type: "text", text: "Grüezi 👋" }], "end_turn") });
    const { data, response } = await client.chat.completions.create({ model: MODEL, messages: HELLO }).withResponse();
    expect(data).toMatchObject({
      object: "chat.completion",
      model: "claude-sonnet-4-5-20250929",
      choices: [{ index: 0, message: { role: "assistant", content: "Grüezi 👋" }, finish_reason: "stop" }],
      usage: {
        prompt_tokens: 3_300,
        completion_tokens: 50,
        total_tokens: 3_350,
        prompt_tokens_details: { cached_tokens: 2_000 },
      },
    });
    expect(usd(response.headers.get("x-ao-cost-usd") ?? "")).toBe(USAGE_COST);
    expect(await spent()).toBe(USAGE_COST);
    expect(upstream.requests).toHaveLength(1);
    expect(upstream.requests[0]).toMatchObject({ method: "POST", path: "/v1/messages" });
    expect(lastSent()).toMatchObject({
      model: "claude-sonnet-4-5",
      system: [{ type: "text", text: "Be brief." }],
      messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
    });
  });

  test("that calls tools has them as tool calls, and their results go back as tool results", async () => {
    const { client } = await account();
    upstream.play({
      body: message(
        [
          { type: "text", text: "Let me look." },
          { type: "tool_use", id: "toolu_1", name: "get_weather", input: { city: "Bern" } },
          { type: "tool_use", id: "toolu_2", name: "get_weather", input: { city: "Zürich" } },
        ],
        "tool_use",
      ),
    });
    const first = await client.chat.completions.create({ model: MODEL, messages: HELLO, tools: TOOLS });
    const [choice] = first.choices;
    expect(choice).toMatchObject({
      finish_reason: "tool_calls",
      message: {
        content: "Let me look.",
        tool_calls: [
          { id: "toolu_1", type: "function", function: { name: "get_weather", arguments: '{"city":"Bern"}' } },
          { id: "toolu_2", type: "function", function: { name: "get_weather", arguments: '{"city":"Zürich"}' } },
        ],
      },
    });
    expect(lastSent()).toMatchObject({ tools: [{ name: "get_weather", input_schema: { required: ["city"] } }] });

    if (choice === undefined) return expect.unreachable();
    upstream.play({ body: message([{ type: "text", text: "Sunny." }], "end_turn") });
    await client.chat.completions.create({
      model: MODEL,
      messages: [
        ...HELLO,
        choice.message,
        { role: "tool", tool_call_id: "toolu_1", content: "20 degrees" },
        { role: "tool", tool_call_id: "toolu_2", content: "21 degrees" },
      ],
      tools: TOOLS,
    });
    expect(lastSent().messages).toMatchObject([
      { role: "user" },
      { role: "assistant", content: [{ type: "text" }, { type: "tool_use", id: "toolu_1" }, { type: "tool_use" }] },
      {
        role: "user",
        content: [
          { type: "tool_result", tool_use_id: "toolu_1" },
          { type: "tool_result", tool_use_id: "toolu_2" },
        ],
      },
    ]);
  });

  test("is asked for with the caller's bound, and with the model's own where the caller has none", async () => {
    const { client } = await account();
    upstream.play({ body: message([{ type: "text", text: "ok" }], "max_tokens") });
    const bounded = await client.chat.completions.create({ model: MODEL, messages: HELLO, max_tokens: 77 });
    expect(bounded.choices[0]?.finish_reason).toBe("length");
    expect(lastSent().max_tokens).toBe(77);
    await client.chat.completions.create({ model: MODEL, messages: HELLO });
    expect(lastSent().max_tokens).toBe(64_000);
  });

  test("never has a figure that credits: impossible usage is counted by us instead", async () => {
    const { client, spent } = await account();
    upstream.play({ body: message([{ type: "text", text: "ok" }], "end_turn", { ...USAGE, input_tokens: -5_000 }) });
    await client.chat.completions.create({ model: MODEL, messages: HELLO });
    const charged = await spent();
    expect(charged).toBeGreaterThan(0);
    expect(charged).toBeLessThan(100 * RATES.output);
  });
});

describe("a stream", () => {
  test("of text comes piece by piece, with the usage of both its reports and its exact cost", async () => {
    const { client, spent } = await account();
    playStream(textStream(["Grü", "ezi ", "👋"]));
    const stream = await client.chat.completions.create(
      { model: MODEL, messages: HELLO, stream: true, stream_options: { include_usage: true } },
      { headers: { "x-ao-usage": "true" } },
    );
    const pieces: string[] = [];
    const finishes: string[] = [];
    let usage: OpenAI.CompletionUsage | null = null;
    let ao: unknown = null;
    for await (const chunk of stream) {
      const [choice] = chunk.choices;
      if (choice?.delta.content) pieces.push(choice.delta.content);
      if (choice?.finish_reason) finishes.push(choice.finish_reason);
      usage = chunk.usage ?? usage;
      ao = z.looseObject({ ao: z.unknown().optional() }).parse(chunk).ao ?? ao;
    }
    expect(pieces).toEqual(["Grü", "ezi ", "👋"]);
    expect(finishes).toEqual(["stop"]);
    expect(usage).toMatchObject({
      prompt_tokens: 3_300,
      completion_tokens: 50,
      prompt_tokens_details: { cached_tokens: 2_000 },
    });
    const { cost_usd } = z.object({ cost_usd: z.string() }).parse(ao);
    expect(usd(cost_usd)).toBe(USAGE_COST);
    expect(await spent()).toBe(USAGE_COST);
    expect(lastSent()).toMatchObject({ stream: true });
    expect(lastSent()).not.toHaveProperty("stream_options");
  });

  test("of parallel tool calls is put together by the SDK's helper", async () => {
    const { client, spent } = await account();
    playStream([
      started(),
      blockStart(0, { type: "tool_use", id: "toolu_1", name: "get_weather", input: {} }),
      delta(0, { type: "input_json_delta", partial_json: '{"ci' }),
      delta(0, { type: "input_json_delta", partial_json: 'ty":"Bern"}' }),
      blockStop(0),
      blockStart(1, { type: "tool_use", id: "toolu_2", name: "get_weather", input: {} }),
      delta(1, { type: "input_json_delta", partial_json: '{"city":"Zürich"}' }),
      blockStop(1),
      messageDelta("tool_use", 50),
      STOP,
    ]);
    const stream = client.chat.completions.stream({ model: MODEL, messages: HELLO, tools: TOOLS });
    const { choices } = await stream.finalChatCompletion();
    expect(choices[0]).toMatchObject({
      finish_reason: "tool_calls",
      message: {
        tool_calls: [
          { id: "toolu_1", function: { name: "get_weather", arguments: '{"city":"Bern"}' } },
          { id: "toolu_2", function: { name: "get_weather", arguments: '{"city":"Zürich"}' } },
        ],
      },
    });
    expect(await spent()).toBe(USAGE_COST);
  });

  test("that ends in an error event delivers what came, throws, and is charged for what came", async () => {
    const { client, spent } = await account();
    playStream([
      started(),
      blockStart(0, { type: "text", text: "" }),
      delta(0, { type: "text_delta", text: "Half an ans" }),
      { type: "error", ...{ error: { type: "overloaded_error", message: "Overloaded" } } },
    ]);
    const stream = await client.chat.completions.create({ model: MODEL, messages: HELLO, stream: true });
    let received = "";
    const error = await errorOf(
      (async () => {
        for await (const chunk of stream) received += chunk.choices[0]?.delta.content ?? "";
      })(),
    );
    expect(received).toBe("Half an ans");
    expect(error.message).toContain("Overloaded");
    const prompt = USAGE_COST - 50 * RATES.output;
    expect(await spent()).toBeGreaterThan(prompt);
    expect(await spent()).toBeLessThanOrEqual(prompt + "Half an ans".length * RATES.output);
  });

  test("that breaks off without its last event is an error and no success", async () => {
    const { client, spent } = await account();
    playStream(textStream(["cut"]).slice(0, 4));
    const stream = await client.chat.completions.create({ model: MODEL, messages: HELLO, stream: true });
    const finishes: unknown[] = [];
    const error = await errorOf(
      (async () => {
        for await (const chunk of stream) finishes.push(chunk.choices[0]?.finish_reason ?? null);
      })(),
    );
    expect(error.code).toBe("upstream_error");
    expect(finishes.filter((reason) => reason !== null)).toEqual([]);
    expect(await spent()).toBeGreaterThan(0);
  });

  test("that begins with an error is an HTTP error and costs nothing", async () => {
    const { client, spent } = await account();
    playStream([{ type: "error", ...{ error: { type: "overloaded_error", message: "Overloaded" } } }]);
    const error = await errorOf(client.chat.completions.create({ model: MODEL, messages: HELLO, stream: true }));
    expect(error).toBeInstanceOf(InternalServerError);
    expect(error.status).toBe(503);
    expect(await spent()).toBe(0);
  });
});

interface ErrorCase {
  readonly name: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly type: string;
  readonly says: string;
  readonly expected: {
    readonly class: new (...parts: never[]) => APIError;
    readonly status: number;
    readonly code: string;
    readonly text: string;
    readonly retry: "true" | "false";
  };
}

const ERRORS: readonly ErrorCase[] = [
  {
    name: "401 is our credential and not the caller's key",
    status: 401,
    type: "authentication_error",
    says: `invalid x-api-key: ${CREDENTIAL}`,
    expected: {
      class: InternalServerError,
      status: 502,
      code: "upstream_auth_failed",
      text: "not your API key",
      retry: "false",
    },
  },
  {
    name: "403 is our credential too",
    status: 403,
    type: "permission_error",
    says: "no permission",
    expected: {
      class: InternalServerError,
      status: 502,
      code: "upstream_auth_failed",
      text: "not your API key",
      retry: "false",
    },
  },
  {
    name: "400 is the caller's, with the provider's text",
    status: 400,
    type: "invalid_request_error",
    says: `messages: roles must alternate (key ${CREDENTIAL})`,
    expected: {
      class: BadRequestError,
      status: 400,
      code: "invalid_request_error",
      text: "roles must alternate",
      retry: "false",
    },
  },
  {
    name: "429 is a rate limit",
    status: 429,
    headers: { "retry-after": "7" },
    type: "rate_limit_error",
    says: "slow down",
    expected: { class: RateLimitError, status: 429, code: "provider_rate_limited", text: "slow down", retry: "true" },
  },
  {
    name: "529 is an overload",
    status: 529,
    type: "overloaded_error",
    says: "Overloaded",
    expected: { class: InternalServerError, status: 503, code: "upstream_error", text: "Overloaded", retry: "true" },
  },
  {
    name: "500 is the provider's",
    status: 500,
    type: "api_error",
    says: "Internal server error",
    expected: { class: InternalServerError, status: 502, code: "upstream_error", text: "Internal", retry: "true" },
  },
];

describe("the provider's errors", () => {
  test.each(ERRORS)("$name", async ({ status, headers, type, says, expected }) => {
    const { client, spent } = await account();
    upstream.play({
      status,
      headers: {
        "content-type": "application/json",
        "set-cookie": "session=theirs",
        "request-id": "req_theirs",
        ...headers,
      },
      body: JSON.stringify({ type: "error", error: { type, message: says } }),
    });
    for (const stream of [false, true]) {
      // Tried again here it would say that the client need not.
      const once = { headers: { "x-ao-retries": "0" } };
      const error = await errorOf(client.chat.completions.create({ model: MODEL, messages: HELLO, stream }, once));
      expect(error).toBeInstanceOf(expected.class);
      expect(error).toMatchObject({ status: expected.status, code: expected.code });
      expect(error.message).toContain(expected.text);
      expect(JSON.stringify(error.error)).not.toContain(CREDENTIAL);
      expect(error.headers?.get("x-should-retry")).toBe(expected.retry);
      expect(error.headers?.get("retry-after")).toBe(headers?.["retry-after"] ?? null);
      expect(error.headers?.get("set-cookie")).toBeNull();
    }
    expect(await spent()).toBe(0);
  });

  test.each([
    ["a web page", "<html>Bad gateway</html>"],
    ["an array", "[]"],
    ["an object that is no message", '{"type":"message"}'],
    ["an error with the status of a success", '{"type":"error","error":{"type":"api_error","message":"Sorry"}}'],
  ])("%s in place of a message is a 502", async (_name, body) => {
    const { client } = await account();
    upstream.play({ body });
    const error = await errorOf(client.chat.completions.create({ model: MODEL, messages: HELLO }));
    expect(error).toBeInstanceOf(InternalServerError);
    expect(error.status).toBe(502);
  });
});

describe("what the provider gets to see", () => {
  test("is its own credential and our headers, and nothing of the caller's", async () => {
    const { key } = await account();
    upstream.play({ body: message([{ type: "text", text: "ok" }], "end_turn") });
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const response = await fetch(`${platform.url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${key}`,
        "x-api-key": "sk-callers-own-key-of-another-kind",
        "api-key": key,
        "anthropic-version": "1999-01-01",
        "anthropic-beta": "callers-beta",
        "content-type": "application/json",
        cookie: "session=callers",
        forwarded: "for=192.0.2.1",
        "x-forwarded-for": "192.0.2.1",
        "x-ao-feature": "search",
        "x-ao-tags": "team=search",
        "x-ao-subject": "user-1",
        "x-request-id": "callers-id",
        "idempotency-key": "callers-idempotency",
        "x-stainless-lang": "js",
        traceparent,
      },
      body: JSON.stringify({ model: MODEL, messages: HELLO, user: "user-1" }),
    });
    expect(response.status).toBe(200);
    const { headers } = z.object({ headers: z.record(z.string(), z.unknown()) }).parse(upstream.requests[0]);
    // What the runtime and the connection add.
    const transport = ["accept-encoding", "cf-worker", "connection", "content-length", "transfer-encoding"];
    expect(
      Object.keys(headers)
        .filter((name) => !transport.includes(name))
        .sort(),
    ).toEqual([
      "accept",
      "anthropic-version",
      "content-type",
      "host",
      "traceparent",
      "user-agent",
      "x-api-key",
      "x-request-id",
    ]);
    expect(headers).toMatchObject({
      "x-api-key": CREDENTIAL,
      "anthropic-version": "2023-06-01",
      "x-request-id": response.headers.get("x-ao-request-id"),
      traceparent,
    });
    const everything = JSON.stringify(upstream.requests);
    for (const secret of [
      key,
      "callers-own-key",
      "callers-beta",
      "session=callers",
      "callers-id",
      "callers-idempotency",
    ]) {
      expect(everything).not.toContain(secret);
    }
  });

  test("is kept sealed: the database holds its credential in no readable form", async () => {
    const [row] = await platform.query("SELECT * FROM providers WHERE id = 'anthropic'");
    expect(row?.credential).toMatch(/^v1\.[\w-]+\.[\w-]+$/);
    const stored = JSON.stringify(row);
    expect(stored).not.toContain(CREDENTIAL);
    expect(stored).not.toContain(Buffer.from(CREDENTIAL).toString("base64url").slice(4, -4));
    expect(platform.lines.filter((line) => line.includes(CREDENTIAL))).toEqual([]);
  });
});

const RECORDINGS = join(ROOT, "..", "shared", "recordings", "anthropic");
const recorded = (name: string): Promise<string> => readFile(join(RECORDINGS, name), "utf8");

const recordedWhole = z.object({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional(), name: z.string().optional() })),
  usage: z.object({ input_tokens: z.number(), output_tokens: z.number() }),
});

// Skipped where the recorded answers of the provider are not on this machine; the tests above do not need them.
describe.skipIf(!existsSync(RECORDINGS))("recorded answers, through the SDK", () => {
  test.each(["anthropic-text.json", "anthropic-tool-no-args.json"])(
    "%s has its text, its calls and its price",
    async (name) => {
      const { client, spent } = await account();
      const body = await recorded(name);
      upstream.play({ body });
      const answer = recordedWhole.parse(JSON.parse(body));
      const completion = await client.chat.completions.create({ model: MODEL, messages: HELLO });
      const texts = answer.content.flatMap((block) => block.text ?? []).join("");
      expect(completion.choices[0]?.message.content).toBe(texts);
      expect(completion.choices[0]?.message.tool_calls?.length ?? 0).toBe(
        answer.content.filter(({ type }) => type === "tool_use").length,
      );
      const { input_tokens, output_tokens } = answer.usage;
      expect(await spent()).toBe(input_tokens * RATES.input + output_tokens * RATES.output);
    },
  );

  test.each(["anthropic-text.chunks.txt", "anthropic-tool-no-args.chunks.txt"])(
    "%s streams as it was recorded",
    async (name) => {
      const { client, spent } = await account();
      const lines = (await recorded(name)).split("\n").filter((line) => line !== "");
      upstream.play({ headers: EVENT_STREAM, body: lines.map((line) => `data: ${line}\n\n`) });
      const items = lines.map((line) =>
        z
          .looseObject({
            delta: z.looseObject({ text: z.string().optional() }).optional(),
            usage: z.looseObject({ input_tokens: z.number().optional(), output_tokens: z.number() }).optional(),
            content_block: z.looseObject({ type: z.string() }).optional(),
          })
          .parse(JSON.parse(line)),
      );
      const stream = client.chat.completions.stream({
        model: MODEL,
        messages: HELLO,
        stream_options: { include_usage: true },
      });
      const completion = await stream.finalChatCompletion();
      const [choice] = completion.choices;
      expect(choice?.message.content).toBe(items.map(({ delta: change }) => change?.text ?? "").join(""));
      expect(choice?.message.tool_calls?.length ?? 0).toBe(
        items.filter(({ content_block }) => content_block?.type === "tool_use").length,
      );
      const { prompt_tokens = 0, completion_tokens = 0 } = completion.usage ?? {};
      expect(completion_tokens).toBe(items.findLast(({ usage }) => usage !== undefined)?.usage?.output_tokens);
      expect(await spent()).toBe(prompt_tokens * RATES.input + completion_tokens * RATES.output);
    },
  );
});
