import OpenAI, {
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  ConflictError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
} from "openai";
import { zodResponseFormat } from "openai/helpers/zod";
import type {
  ChatCompletionChunk,
  ChatCompletionMessageParam,
  ChatCompletionTool,
} from "openai/resources/chat/completions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { countTokens } from "../../schema/tokens/sandbox-tokens.ts";
import { createKey, createOrg, createProvider, createWallet, demoOrg } from "./support/fixtures.ts";
import { balance, eventually, settledBalance, usd } from "./support/money.ts";
import { startPlatform, type TestPlatform } from "./support/platform.ts";
import { seen, upstreamCalls } from "./support/sandbox-log.ts";

/** The official SDK against the platform, with nothing changed but its base URL and key. */

const INPUT_NANO_USD = 1_000;
const OUTPUT_NANO_USD = 2_000;

let platform: TestPlatform;
let org_id: string;

beforeAll(async () => {
  platform = await startPlatform();
  org_id = await demoOrg(platform);
});

afterAll(() => platform.dispose());

interface Account {
  readonly client: OpenAI;
  readonly key: string;
  readonly wallet_id: string;
}

/** A client on a wallet of its own. */
async function account(limit_nano_usd: number | null = 1_000_000_000, org = org_id): Promise<Account> {
  const wallet_id = await createWallet(platform, { org_id: org, limit_nano_usd });
  const { key } = await createKey(platform, { org_id: org, wallet_id });
  return { client: new OpenAI({ baseURL: `${platform.url}/v1`, apiKey: key }), key, wallet_id };
}

const spent = async (key: string): Promise<number> => (await settledBalance(platform, key)).spent_nano_usd;

const say = (content: string): ChatCompletionMessageParam[] => [{ role: "user", content }];

/** What is asked for goes to the provider as it is, without the gateway's retries. */
const NO_RETRIES = { "x-ao-retries": "0" };
const ONCE = { maxRetries: 0, headers: NO_RETRIES };

const wholeCost = (usage: OpenAI.CompletionUsage | null | undefined): number =>
  (usage?.prompt_tokens ?? Number.NaN) * INPUT_NANO_USD + (usage?.completion_tokens ?? Number.NaN) * OUTPUT_NANO_USD;

async function collect(stream: AsyncIterable<ChatCompletionChunk>): Promise<readonly ChatCompletionChunk[]> {
  const chunks: ChatCompletionChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const textOf = (chunks: readonly ChatCompletionChunk[], choice = 0): string =>
  chunks
    .flatMap(({ choices }) => choices)
    .filter(({ index }) => index === choice)
    .map(({ delta }) => delta.content ?? "")
    .join("");

/** The error that a call ends with; a call that ends well fails the test. */
async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.unreachable("the call should have failed"),
    (error: unknown) => error,
  );
}

function assertApiError(error: unknown): asserts error is InstanceType<typeof APIError> {
  expect(error).toBeInstanceOf(APIError);
}

/** A client that counts how often it sends: the SDK's own fetch is wrapped and nothing else changes. */
function counting(
  key: string,
  options: { maxRetries?: number; defaultHeaders?: Readonly<Record<string, string>> } = {},
): { client: OpenAI; sent: () => number } {
  let sent = 0;
  const client = new OpenAI({
    baseURL: `${platform.url}/v1`,
    apiKey: key,
    ...options,
    fetch: (url, init) => {
      sent += 1;
      return fetch(url, init);
    },
  });
  return { client, sent: () => sent };
}

const logRow = z.object({ outcome: z.string(), status: z.number(), cost_nano_usd: z.number(), usage: z.string() });

/** The row of the request log, once the consumer has written it. */
async function logged(request_id: string) {
  const rows = await eventually(
    () =>
      platform.query("SELECT outcome, status, cost_nano_usd, usage FROM request_log WHERE request_id = ?", request_id),
    ({ length }) => length > 0,
  );
  const row = logRow.parse(rows[0]);
  return { ...row, usage: z.record(z.string(), z.number()).parse(JSON.parse(row.usage)) };
}

describe("a whole answer", () => {
  test("comes with its usage, its model, a request id, and costs exactly the price", async () => {
    const { client, key } = await account();
    const { data, response, request_id } = await client.chat.completions
      .create({ model: "sandbox/echo", messages: say("Hello, world!") })
      .withResponse();
    expect(data).toMatchObject({
      object: "chat.completion",
      choices: [{ index: 0, message: { role: "assistant", content: "Hello, world!" }, finish_reason: "stop" }],
    });
    expect(request_id).toMatch(/^req_[0-9a-z]{26}$/);
    // On every answer of the SDK, though its types tell of it on those of other routes only.
    expect(z.object({ _request_id: z.string() }).parse(data)._request_id).toBe(request_id);
    expect(response.headers.get("x-ao-provider")).toBe("sandbox");
    expect(response.headers.get("x-ao-model")).toBe("sandbox/echo");
    const cost = usd(response.headers.get("x-ao-cost-usd") ?? "");
    expect(cost).toBe(wholeCost(data.usage));
    expect(await spent(key)).toBe(cost);
    expect(usd(response.headers.get("x-ao-wallet-available-usd") ?? "")).toBe(1_000_000_000 - cost);
  });

  test("of two choices has both, and costs both", async () => {
    const { client, key } = await account();
    const answer = await client.chat.completions.create({ model: "sandbox/echo", messages: say("twice"), n: 2 });
    expect(answer.choices.map(({ index, message }) => [index, message.content])).toEqual([
      [0, "twice"],
      [1, "twice"],
    ]);
    expect(answer.usage?.completion_tokens).toBe(2 * countTokens("twice"));
    expect(await spent(key)).toBe(wholeCost(answer.usage));
  });

  test("is bounded by max_tokens and by max_completion_tokens", async () => {
    const { client } = await account();
    for (const bound of [{ max_tokens: 3 }, { max_completion_tokens: 3 }]) {
      const answer = await client.chat.completions.create({ model: "sandbox/lorem", messages: say("go"), ...bound });
      expect(answer.choices[0]?.finish_reason).toBe("length");
      expect(answer.usage?.completion_tokens).toBe(3);
    }
  });

  test("in a JSON schema is parsed by the SDK's zod helper", async () => {
    const { client } = await account();
    const Weather = z.object({ city: z.string(), celsius: z.number(), sunny: z.boolean() });
    const answer = await client.chat.completions.parse({
      model: "sandbox/echo",
      messages: say("The weather, please."),
      response_format: zodResponseFormat(Weather, "weather"),
    });
    expect(Weather.parse(answer.choices[0]?.message.parsed)).toEqual(answer.choices[0]?.message.parsed);
  });

  test("of a cached prompt is charged at the cached price", async () => {
    const { client, key } = await account();
    const answer = await client.chat.completions.create({
      model: "sandbox/echo",
      messages: say("one two three four five six seven eight"),
      metadata: { cached_tokens: "5" },
    });
    const cached = answer.usage?.prompt_tokens_details?.cached_tokens ?? 0;
    expect(cached).toBe(5);
    expect(await spent(key)).toBe(wholeCost(answer.usage) - cached * (INPUT_NANO_USD - 100));
  });
});

describe("a stream", () => {
  test("is the same text, ends with its reason, and has no usage that was not asked for", async () => {
    const { client, key } = await account();
    const stream = await client.chat.completions.create({
      model: "sandbox/echo",
      messages: say("Hello, wörld! 👋"),
      stream: true,
    });
    const chunks = await collect(stream);
    expect(textOf(chunks)).toBe("Hello, wörld! 👋");
    expect(chunks[0]?.choices[0]?.delta.role).toBe("assistant");
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe("stop");
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks.filter((chunk) => "usage" in chunk || "ao" in chunk)).toEqual([]);
    expect(await spent(key)).toBe(
      (countTokens("Hello, wörld! 👋") + 1) * INPUT_NANO_USD + countTokens("Hello, wörld! 👋") * OUTPUT_NANO_USD,
    );
  });

  test("with include_usage ends in one chunk of usage, which is what was charged", async () => {
    const { client, key } = await account();
    const stream = await client.chat.completions.create({
      model: "sandbox/lorem",
      messages: say("go"),
      stream: true,
      stream_options: { include_usage: true },
      metadata: { chunks: "37" },
    });
    const chunks = await collect(stream);
    const last = chunks.at(-1);
    expect(last?.choices).toEqual([]);
    expect(last?.usage?.completion_tokens).toBe(37);
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    expect(await spent(key)).toBe(wholeCost(last?.usage));
  });

  test("W8: says in its last chunk what it cost, to a client that asks", async () => {
    const { client, key } = await account();
    const stream = await client.chat.completions.create(
      { model: "sandbox/lorem", messages: say("go"), stream: true },
      { headers: { "x-ao-usage": "true" } },
    );
    const last = (await collect(stream)).at(-1);
    const { ao } = z
      .looseObject({ ao: z.looseObject({ cost_usd: z.string(), wallet_available_usd: z.string() }) })
      .parse(last);
    const charged = await spent(key);
    expect(usd(ao.cost_usd)).toBe(charged);
    expect(usd(ao.wallet_available_usd)).toBe(1_000_000_000 - charged);
    expect(ao).toMatchObject({ provider: "sandbox", model: "sandbox/lorem", usage_source: "provider" });
  });

  test("of two choices keeps them apart", async () => {
    const { client } = await account();
    const stream = await client.chat.completions.create({
      model: "sandbox/echo",
      messages: say("apart from each other"),
      n: 2,
      stream: true,
    });
    const chunks = await collect(stream);
    expect([textOf(chunks, 0), textOf(chunks, 1)]).toEqual(["apart from each other", "apart from each other"]);
  });

  test("feeds the SDK's stream helper: events as they come, and the final completion", async () => {
    const { client, key } = await account();
    const deltas: string[] = [];
    const stream = client.chat.completions
      .stream({ model: "sandbox/echo", messages: say("piece by piece"), stream_options: { include_usage: true } })
      .on("content.delta", ({ delta }) => deltas.push(delta));
    const completion = await stream.finalChatCompletion();
    expect(deltas.length).toBeGreaterThan(1);
    expect(deltas.join("")).toBe("piece by piece");
    expect(completion.choices[0]?.message.content).toBe("piece by piece");
    expect(completion.choices[0]?.finish_reason).toBe("stop");
    expect(await stream.totalUsage()).toMatchObject({ completion_tokens: countTokens("piece by piece") });
    expect(await spent(key)).toBe(wholeCost(completion.usage));
  });

  test("in a JSON schema is parsed by the stream helper", async () => {
    const { client } = await account();
    const Answer = z.object({ steps: z.array(z.string()), final: z.int() });
    const stream = client.chat.completions.stream({
      model: "sandbox/echo",
      messages: say("count"),
      response_format: zodResponseFormat(Answer, "answer"),
    });
    const completion = await stream.finalChatCompletion();
    expect(Answer.safeParse(completion.choices[0]?.message.parsed).success).toBe(true);
  });

  test("that the provider breaks off with an error delivers what came and then throws it", async () => {
    const { client } = await account();
    const stream = await client.chat.completions.create({
      model: "sandbox/error-mid-stream",
      messages: say("go"),
      stream: true,
      metadata: { after_chunks: "4" },
    });
    const received: ChatCompletionChunk[] = [];
    const error = await errorOf(
      (async () => {
        for await (const chunk of stream) received.push(chunk);
      })(),
    );
    assertApiError(error);
    expect(error.code).toBe("upstream_error");
    expect(received.flatMap(({ choices }) => choices).filter(({ delta }) => delta.content).length).toBe(4);
    expect(received.some(({ choices }) => choices[0]?.finish_reason)).toBe(false);
  });
});

const TOOLS: ChatCompletionTool[] = ["get_weather", "get_time"].map((name) => ({
  type: "function",
  function: {
    name,
    description: `Looks it up: ${name}`,
    parameters: {
      type: "object",
      properties: { city: { type: "string" }, unit: { type: "string", enum: ["metric", "imperial"] } },
      required: ["city", "unit"],
      additionalProperties: false,
    },
  },
}));

const argumentsSchema = z.object({ city: z.string(), unit: z.enum(["metric", "imperial"]) });

describe("tools", () => {
  test("are called in parallel, with arguments that fit", async () => {
    const { client } = await account();
    const answer = await client.chat.completions.create({
      model: "sandbox/tools",
      messages: say("Weather and time?"),
      tools: TOOLS,
    });
    const [choice] = answer.choices;
    expect(choice?.finish_reason).toBe("tool_calls");
    const calls = (choice?.message.tool_calls ?? []).filter((call) => call.type === "function");
    expect(calls.map((call) => call.function.name)).toEqual(["get_weather", "get_time"]);
    for (const call of calls) argumentsSchema.parse(JSON.parse(call.function.arguments));
    expect(new Set(calls.map(({ id }) => id)).size).toBe(2);
  });

  test("stream as they are called: the helper tells of each, and its final message is the whole answer's", async () => {
    const { client } = await account();
    const request = { model: "sandbox/tools", messages: say("Weather and time?"), tools: TOOLS };
    const whole = await client.chat.completions.create(request);
    const done: string[] = [];
    const stream = client.chat.completions
      .stream(request)
      .on("tool_calls.function.arguments.done", ({ name, arguments: json }) => done.push(`${name} ${json}`));
    const final = await stream.finalMessage();
    const named = (message: OpenAI.ChatCompletionMessage | undefined) =>
      (message?.tool_calls ?? []).map((call) =>
        call.type === "function" ? `${call.function.name} ${call.function.arguments}` : call.type,
      );
    expect(named(final)).toEqual(named(whole.choices[0]?.message));
    expect(done).toEqual(named(final));
  });

  test("one at a time when parallel calls are switched off, and the one that is named", async () => {
    const { client } = await account();
    const request = { model: "sandbox/tools", messages: say("Weather?"), tools: TOOLS };
    const single = await client.chat.completions.create({ ...request, parallel_tool_calls: false });
    expect(single.choices[0]?.message.tool_calls).toHaveLength(1);
    const named = await client.chat.completions.create({
      ...request,
      tool_choice: { type: "function", function: { name: "get_time" } },
    });
    expect(named.choices[0]?.message.tool_calls).toMatchObject([{ function: { name: "get_time" } }]);
  });

  test.each([
    ["whole", false],
    ["streamed", true],
  ] as const)("run in the SDK's own loop until the model has its answer, %s", async (_how, streamed) => {
    const { client, key } = await account();
    const asked: string[] = [];
    const tools = TOOLS.flatMap((tool) =>
      tool.type !== "function"
        ? []
        : [
            {
              type: "function" as const,
              function: {
                name: tool.function.name,
                description: tool.function.description ?? "",
                parameters: tool.function.parameters ?? {},
                parse: (json: string) => argumentsSchema.parse(JSON.parse(json)),
                function: ({ unit }: z.infer<typeof argumentsSchema>) => {
                  asked.push(unit);
                  return `${tool.function.name} answers`;
                },
              },
            },
          ],
    );
    const request = { model: "sandbox/tools", messages: say("Weather and time?"), tools };
    const runner = streamed
      ? client.chat.completions.runTools({ ...request, stream: true, stream_options: { include_usage: true } })
      : client.chat.completions.runTools(request);
    expect(await runner.finalContent()).toBe(
      'The tools answered: get_weather said "get_weather answers"; get_time said "get_time answers".',
    );
    expect(asked).toHaveLength(2);
    const usage = await runner.totalUsage();
    expect(await spent(key)).toBe(wholeCost(usage));
  });
});

describe("a caller that leaves in the middle of a stream", () => {
  const LONG = {
    model: "sandbox/lorem",
    messages: say("go"),
    stream: true,
    metadata: { chunks: "2000", delay_ms: "10" },
  } as const;

  test.each([
    ["through its AbortController", "signal"],
    ["through stream.controller", "controller"],
    ["by leaving the loop", "break"],
  ] as const)("%s ends the provider's work and pays for what was delivered", async (_name, way) => {
    const { client, key } = await account();
    const before = await balance(platform, key);
    const controller = new AbortController();
    const { data: stream, response } = await client.chat.completions
      .create({ ...LONG }, { signal: controller.signal })
      .withResponse();
    const request_id = response.headers.get("x-ao-request-id") ?? "";
    let delivered = 0;
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) delivered += 1;
      if (delivered < 8) continue;
      if (way === "break") break;
      if (way === "signal") controller.abort();
      else stream.controller.abort();
    }
    const [call] = await eventually(
      () => seen(platform, request_id),
      ([first]) => first?.state !== "open",
    );
    expect(call).toMatchObject({ state: "cancelled", include_usage: true });
    const row = await logged(request_id);
    expect(row.outcome).toBe("cancelled");
    expect(delivered).toBeGreaterThanOrEqual(8);
    expect(row.usage.output).toBeGreaterThanOrEqual(delivered);
    expect(row.usage.output).toBeLessThanOrEqual(call?.tokens_generated ?? 0);
    expect(row.usage.output).toBeLessThan(2_000);
    expect(row.cost_nano_usd).toBe((row.usage.input ?? 0) * INPUT_NANO_USD + (row.usage.output ?? 0) * OUTPUT_NANO_USD);
    expect(row.usage.input).toBe(call?.prompt_tokens);
    expect((await spent(key)) - before.spent_nano_usd).toBe(row.cost_nano_usd);
  });

  test("through the stream helper: it rejects, and the provider is cancelled", async () => {
    const { client, key } = await account();
    await platform.sandbox("/_seen", "DELETE");
    const stream = client.chat.completions.stream({ ...LONG });
    stream.once("content", () => stream.abort());
    expect(await errorOf(stream.finalChatCompletion())).toBeInstanceOf(APIUserAbortError);
    const [call] = await eventually(
      () => seen(platform),
      ([first]) => first !== undefined && first.state !== "open",
    );
    expect(call?.state).toBe("cancelled");
    expect(await spent(key)).toBeGreaterThan(0);
  });

  test("before the first byte, by the SDK's time-out: no more than the prompt is charged", async () => {
    const { client, key } = await account();
    const calls = await upstreamCalls(platform, async () => {
      const error = await errorOf(
        client.chat.completions.create(
          { model: "sandbox/hang", messages: say("anybody there?"), metadata: { hang_ms: "2000" } },
          { timeout: 700, maxRetries: 0 },
        ),
      );
      expect(error).toBeInstanceOf(APIConnectionTimeoutError);
    });
    expect(calls).toBe(1);
    expect(await spent(key)).toBeLessThanOrEqual((countTokens("anybody there?") + 1) * INPUT_NANO_USD);
  });
});

describe("errors have the SDK's own classes", () => {
  test("401 for a wrong key", async () => {
    const client = new OpenAI({ baseURL: `${platform.url}/v1`, apiKey: `ao_${"A".repeat(43)}` });
    const error = await errorOf(client.chat.completions.create({ model: "sandbox/echo", messages: say("hi") }));
    assertApiError(error);
    expect(error).toBeInstanceOf(AuthenticationError);
    expect(error).toMatchObject({ status: 401, code: "invalid_api_key", type: "authentication_error" });
    expect(error.requestID).toMatch(/^req_/);
  });

  test("403 for a model that the key may not use", async () => {
    const wallet_id = await createWallet(platform, { org_id });
    const { key } = await createKey(platform, { org_id, wallet_id, models: ["sandbox/e*"] });
    const client = new OpenAI({ baseURL: `${platform.url}/v1`, apiKey: key });
    const create = (model: string) => client.chat.completions.create({ model, messages: say("hi") });
    expect((await create("sandbox/echo")).choices).toHaveLength(1);
    expect(await errorOf(create("sandbox/lorem"))).toBeInstanceOf(PermissionDeniedError);
    const models = (await client.models.list()).data.map(({ id }) => id);
    expect(models).toContain("sandbox/echo");
    expect(models).not.toContain("sandbox/lorem");
  });

  test("404 for an unknown model, with the nearest names", async () => {
    const { client } = await account();
    const error = await errorOf(client.chat.completions.create({ model: "sandbox/ecko", messages: say("hi") }));
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({ code: "model_not_found", param: "model" });
    expect(String(error)).toContain("sandbox/echo");
  });

  test("400 for our own check and for the provider's, with the field at fault", async () => {
    const { client } = await account();
    const ours = await errorOf(
      client.chat.completions.create({ model: "sandbox/echo", messages: say("hi"), temperature: 3 }),
    );
    expect(ours).toBeInstanceOf(BadRequestError);
    expect(ours).toMatchObject({ code: "invalid_request", param: "temperature" });
    const theirs = await errorOf(client.chat.completions.create({ model: "sandbox/error-400", messages: say("hi") }));
    expect(theirs).toBeInstanceOf(BadRequestError);
    expect(theirs).toMatchObject({ param: "temperature" });
  });

  test("429 of a provider, with its Retry-After", async () => {
    const { client, key } = await account();
    const error = await errorOf(
      client.chat.completions.create(
        { model: "sandbox/error-429", messages: say("hi"), metadata: { retry_after_s: "9" } },
        ONCE,
      ),
    );
    assertApiError(error);
    expect(error).toBeInstanceOf(RateLimitError);
    expect(error.headers?.get("retry-after")).toBe("9");
    expect(await spent(key)).toBe(0);
  });

  test("5xx of a provider as InternalServerError; its 401 is not the caller's", async () => {
    const { client, key } = await account();
    for (const [model, status, code] of [
      ["sandbox/error-500", 502, "upstream_error"],
      ["sandbox/error-401", 502, "upstream_auth_failed"],
      ["sandbox/redirect", 502, "upstream_error"],
    ] as const) {
      const error = await errorOf(client.chat.completions.create({ model, messages: say("hi") }, ONCE));
      expect(error, model).toBeInstanceOf(InternalServerError);
      expect(error, model).toMatchObject({ status, code });
    }
    expect(await spent(key)).toBe(0);
  });

  test("an error that a provider sends with the status of a success is an error all the same", async () => {
    const { client } = await account();
    const error = await errorOf(
      client.chat.completions.create({ model: "sandbox/error-first-event", messages: say("hi") }, ONCE),
    );
    expect(error).toBeInstanceOf(InternalServerError);
  });

  test("S9: a stream that fails before its first chunk is an error and not a stream", async () => {
    const { client } = await account();
    for (const model of ["sandbox/error-first-event", "sandbox/error-500"]) {
      const error = await errorOf(client.chat.completions.create({ model, messages: say("hi"), stream: true }, ONCE));
      expect(error, model).toBeInstanceOf(InternalServerError);
    }
  });
});

describe("the gateway's retries", () => {
  test("turn a failure that passes into an answer that the SDK asks for once, and that is charged once", async () => {
    const { key } = await account();
    const { client, sent } = counting(key);
    const calls = await upstreamCalls(platform, async () => {
      const { data, response } = await client.chat.completions
        .create({
          model: "sandbox/flaky",
          messages: say("hi"),
          metadata: { flaky_id: "gateway-retries", fail_times: "2" },
        })
        .withResponse();
      expect(response.headers.get("x-ao-route")).toBe("how=asked; attempts=3");
      expect(await spent(key)).toBe(wholeCost(data.usage));
    });
    expect([sent(), calls]).toEqual([1, 3]);
  });

  test("are not multiplied by the SDK's own: a failure that does not pass is told once", async () => {
    const { key } = await account();
    const { client, sent } = counting(key, { maxRetries: 2 });
    let error: unknown = null;
    const calls = await upstreamCalls(platform, async () => {
      error = await errorOf(client.chat.completions.create({ model: "sandbox/error-500", messages: say("hi") }));
    });
    assertApiError(error);
    expect(error).toMatchObject({ status: 502, code: "upstream_error" });
    expect(error.headers?.get("x-should-retry")).toBe("false");
    expect([sent(), calls]).toEqual([1, 3]);
    expect(await spent(key)).toBe(0);
  });

  test("are as many as the caller says, and never more than are allowed", async () => {
    const { key } = await account();
    for (const [header, attempts] of [
      ["0", 1],
      ["1", 2],
      ["9", 3],
    ] as const) {
      const { client } = counting(key, { maxRetries: 0, defaultHeaders: { "x-ao-retries": header } });
      const calls = await upstreamCalls(platform, () =>
        errorOf(client.chat.completions.create({ model: "sandbox/error-500", messages: say("hi") })),
      );
      expect(calls, header).toBe(attempts);
    }
    const { client } = counting(key, { maxRetries: 0, defaultHeaders: { "x-ao-retries": "many" } });
    const error = await errorOf(client.chat.completions.create({ model: "sandbox/echo", messages: say("hi") }));
    expect(error).toMatchObject({ status: 400, param: "x-ao-retries" });
  });
});

describe("the SDK's retries", () => {
  test("honour a provider's 429 with Retry-After as often as it was told", async () => {
    const { key } = await account();
    const { client, sent } = counting(key, { maxRetries: 1, defaultHeaders: NO_RETRIES });
    const calls = await upstreamCalls(platform, () =>
      errorOf(
        client.chat.completions.create({
          model: "sandbox/error-429",
          messages: say("hi"),
          metadata: { retry_after_s: "1" },
        }),
      ),
    );
    expect([sent(), calls]).toEqual([2, 2]);
  });

  test("are made for a provider's 5xx, each calls it once, and nothing is charged", async () => {
    const { key } = await account();
    const { client, sent } = counting(key, { maxRetries: 2, defaultHeaders: NO_RETRIES });
    const calls = await upstreamCalls(platform, () =>
      errorOf(client.chat.completions.create({ model: "sandbox/error-500", messages: say("hi") })),
    );
    expect([sent(), calls]).toEqual([3, 3]);
    expect(await spent(key)).toBe(0);
  });

  test("turn a failure that passes into one answer that is charged once", async () => {
    const { key } = await account();
    const { client, sent } = counting(key, { defaultHeaders: NO_RETRIES });
    const answer = await client.chat.completions.create({
      model: "sandbox/flaky",
      messages: say("hi"),
      metadata: { flaky_id: "sdk-retries", fail_times: "1" },
    });
    expect(sent()).toBe(2);
    expect(await spent(key)).toBe(wholeCost(answer.usage));
  });

  test("are made after a provider's time-out", async () => {
    const org = await createOrg(platform);
    await createProvider(platform, {
      org_id: org,
      id: "quick",
      kind: "sandbox",
      timeouts: { first_byte_ms: 300, idle_ms: 300, total_ms: 2_000 },
    });
    const { key } = await account(1_000_000_000, org);
    const { client, sent } = counting(key, { maxRetries: 1 });
    const error = await errorOf(
      client.chat.completions.create({
        model: "quick/hang",
        messages: say("hi"),
        metadata: { hang_ms: "5000" },
      }),
    );
    expect(error).toBeInstanceOf(InternalServerError);
    expect(error).toMatchObject({ status: 504, code: "upstream_timeout" });
    expect(sent()).toBe(2);
  });

  const HOPELESS: readonly {
    readonly name: string;
    readonly status: number;
    readonly limit_nano_usd?: number;
    readonly model: string;
    readonly calls: number;
    readonly body?: Readonly<Record<string, unknown>>;
  }[] = [
    { name: "an empty wallet's 402", status: 402, limit_nano_usd: 0, model: "sandbox/echo", calls: 0 },
    {
      name: "a too large request's 402",
      status: 402,
      limit_nano_usd: 50_000,
      model: "sandbox/echo",
      calls: 0,
      body: { max_tokens: 9_000 },
    },
    { name: "our 400", status: 400, model: "sandbox/echo", calls: 0, body: { n: 0 } },
    { name: "a provider's 400", status: 400, model: "sandbox/error-400", calls: 1 },
    { name: "a provider's 413", status: 413, model: "sandbox/error-413", calls: 1 },
    { name: "an unknown model's 404", status: 404, model: "sandbox/nothing-like-it", calls: 0 },
    { name: "a refused credential's 502", status: 502, model: "sandbox/error-401", calls: 1 },
  ];

  test.each(HOPELESS)(
    "W3: are not made for $name",
    async ({ status, limit_nano_usd = 1_000_000_000, model, calls, body }) => {
      const { key } = await account(limit_nano_usd);
      const { client, sent } = counting(key);
      let error: unknown = null;
      const reached = await upstreamCalls(platform, async () => {
        error = await errorOf(client.post("/chat/completions", { body: { model, messages: say("hi"), ...body } }));
      });
      assertApiError(error);
      expect(error.status).toBe(status);
      expect(error.headers?.get("x-should-retry")).toBe("false");
      expect([sent(), reached]).toEqual([1, calls]);
      expect(await spent(key)).toBe(0);
    },
  );

  test("are not made for a wrong key, nor for an idempotency key of another request", async () => {
    const wrong = counting(`ao_${"B".repeat(43)}`);
    expect(
      await errorOf(wrong.client.chat.completions.create({ model: "sandbox/echo", messages: say("hi") })),
    ).toBeInstanceOf(AuthenticationError);
    expect(wrong.sent()).toBe(1);

    const { key } = await account();
    const { client, sent } = counting(key);
    const create = (content: string) =>
      client.chat.completions.create(
        { model: "sandbox/echo", messages: say(content) },
        { headers: { "idempotency-key": "sdk-mismatch" } },
      );
    const first = await create("one");
    const charged = await spent(key);
    const again = await create("one");
    expect(again.choices).toEqual(first.choices);
    const error = await errorOf(create("two"));
    expect(error).toBeInstanceOf(ConflictError);
    expect(error).toMatchObject({ code: "idempotency_mismatch" });
    expect(sent()).toBe(3);
    expect(await spent(key)).toBe(charged);
  });

  test("wait for a first request with the same idempotency key and then get its answer", async () => {
    const { client, key } = await account();
    const create = () =>
      client.chat.completions.create(
        { model: "sandbox/slow", messages: say("patience"), metadata: { delay_ms: "1200" } },
        { headers: { "idempotency-key": "sdk-concurrent" }, maxRetries: 5 },
      );
    const answers: OpenAI.ChatCompletion[] = [];
    const calls = await upstreamCalls(platform, async () => {
      answers.push(...(await Promise.all([create(), create()])));
    });
    expect(calls).toBe(1);
    expect(answers[1]?.id).toBe(answers[0]?.id);
    expect(await spent(key)).toBe(wholeCost(answers[0]?.usage));
  });
});

describe("the rest of the SDK", () => {
  test("lists models as it does OpenAI's", async () => {
    const { client } = await account();
    const names: string[] = [];
    for await (const model of client.models.list()) {
      expect(model).toMatchObject({ object: "model", owned_by: "sandbox" });
      names.push(model.id);
    }
    expect(names).toContain("sandbox/echo");
    expect(names.length).toBeGreaterThan(10);
  });

  test("sends its correlation id and gets it back", async () => {
    const { client } = await account();
    const { request_id } = await client.chat.completions
      .create({ model: "sandbox/echo", messages: say("hi") }, { headers: { "x-request-id": "my-own-id-1" } })
      .withResponse();
    expect(request_id).toBe("my-own-id-1");
  });

  test("works with twenty calls at once, whose charges add up", async () => {
    const { client, key } = await account();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        client.chat.completions.create({ model: "sandbox/echo", messages: say(`number ${index}`) }),
      ),
    );
    expect(answers.map(({ choices }) => choices[0]?.message.content)).toEqual(
      answers.map((_, index) => `number ${index}`),
    );
    const total = answers.reduce((sum, { usage }) => sum + wholeCost(usage), 0);
    expect(await spent(key)).toBe(total);
  });
});
