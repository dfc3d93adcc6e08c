import OpenAI, { APIError, APIUserAbortError, AuthenticationError, BadRequestError, RateLimitError } from "openai";
import { zodTextFormat } from "openai/helpers/zod";
import type {
  FunctionTool,
  Response as ModelResponse,
  ResponseInput,
  ResponseInputItem,
  ResponseStreamEvent,
  ResponseUsage,
} from "openai/resources/responses/responses";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { runtimeEffects } from "../../../schema/kernel/effects.ts";
import { createKey, createOrg, createProvider, createWallet } from "../support/fixtures.ts";
import { eventually, settledBalance } from "../support/money.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { seen } from "../support/sandbox-log.ts";
import { RATES } from "./account.ts";
import { codexAsk, codexRequest } from "./codex-request.ts";

/**
 * The official SDK's Responses, nothing changed but base URL and key: where the provider speaks them itself, and where
 * they are translated. The sandbox refuses what OpenAI and Anthropic refuse.
 */

const effects = runtimeEffects();
const SANDBOX = "http://sandbox.binding.internal";
const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

const MODELS: Readonly<Record<string, readonly string[]>> = {
  echo: ["chat", "tools", "vision"],
  lorem: ["chat", "json_schema"],
  tools: ["chat", "tools", "vision", "json_schema"],
  // The sandbox signs its calls under this name, and wants the signatures back.
  "gemini-3-tools": ["chat", "tools"],
  think: ["chat", "reasoning"],
  endless: ["chat"],
  "error-400": ["chat"],
  "error-429": ["chat"],
  "error-first-event": ["chat"],
  "error-mid-stream": ["chat"],
  "no-done": ["chat"],
};

let platform: TestPlatform;
let org_id: string;

beforeAll(async () => {
  platform = await startPlatform();
  org_id = await createOrg(platform);
  await addProvider("native", "openai", "/v1");
  await addProvider("azure", "azure", "/azure");
  await addProvider("translated", "anthropic", "/anthropic");
  await addProvider("signing", "gemini", "/gemini/v1beta");
});

afterAll(() => platform.dispose());

async function addProvider(id: string, kind: string, path: string): Promise<void> {
  const credential = { api_key: "k-0123456789" };
  await createProvider(platform, { org_id, id, kind, base_url: `${SANDBOX}${path}`, credential });
  for (const [model, capabilities] of Object.entries(MODELS)) {
    await platform.query(
      "INSERT INTO model_prices (id, org_id, provider_id, model, effective_from, rates, capabilities, encoding, created_at) " +
        "VALUES (?, ?, ?, ?, 0, ?, ?, 'sandbox', 0)",
      effects.newId("price"),
      org_id,
      id,
      model,
      JSON.stringify({ input: RATES.input * 1_000_000, output: RATES.output * 1_000_000 }),
      JSON.stringify(capabilities),
    );
  }
}

/** A client on a wallet of its own. */
async function account(limit_nano_usd: number | null = 10_000_000_000) {
  const wallet_id = await createWallet(platform, { org_id, limit_nano_usd });
  const { key } = await createKey(platform, { org_id, wallet_id });
  const client = new OpenAI({ baseURL: `${platform.url}/v1`, apiKey: key, maxRetries: 0 });
  return { client, key, spent: async () => (await settledBalance(platform, key)).spent_nano_usd };
}

const costOf = (usage: ResponseUsage | null | undefined): number =>
  (usage?.input_tokens ?? Number.NaN) * RATES.input + (usage?.output_tokens ?? Number.NaN) * RATES.output;

async function collect(stream: AsyncIterable<ResponseStreamEvent>): Promise<readonly ResponseStreamEvent[]> {
  const events: ResponseStreamEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

const WEATHER: FunctionTool = {
  type: "function",
  name: "get_weather",
  description: "The weather of a city",
  parameters: {
    type: "object",
    properties: { city: { type: "string" } },
    required: ["city"],
    additionalProperties: false,
  },
  strict: true,
};

/** An output as the next turn's input, without what the SDK's helpers add to it, which the API does not know. */
const asInput = ({ output }: ModelResponse): ResponseInput =>
  JSON.parse(JSON.stringify(output, (name, value: unknown) => (name.startsWith("parsed") ? undefined : value)));

const errorOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => expect.unreachable("the call should have failed"),
    (error: unknown) => error,
  );

describe.each(["native", "azure", "translated"])("Responses, %s", (provider) => {
  const model = (name: string): string => `${provider}/${name}`;

  test("come whole, and cost what their usage says", async () => {
    const { client, spent } = await account();
    const { data, response } = await client.responses
      .create({ model: model("echo"), instructions: "Be brief.", input: "Grüße, 世界 🚀" })
      .withResponse();
    expect(data).toMatchObject({
      object: "response",
      status: "completed",
      error: null,
      incomplete_details: null,
      output_text: "Grüße, 世界 🚀",
      store: false,
    });
    expect(response.headers.get("x-ao-model")).toBe(model("echo"));
    expect(await spent()).toBe(costOf(data.usage));
  });

  test("come streamed, numbered without a gap, the last event the whole response", async () => {
    const { client, spent } = await account();
    const events = await collect(
      await client.responses.create({ model: model("echo"), input: "one two three", stream: true }),
    );
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, at) => at));
    expect(events[0]?.type).toBe("response.created");
    const deltas = events.flatMap((event) => (event.type === "response.output_text.delta" ? [event.delta] : []));
    expect(deltas.length).toBeGreaterThan(1);
    expect(deltas.join("")).toBe("one two three");
    const last = events.at(-1);
    if (last?.type !== "response.completed") return expect.unreachable(`it ended with ${last?.type}`);
    expect(last.response.status).toBe("completed");
    expect(await spent()).toBe(costOf(last.response.usage));
  });

  test("come through the helper that accumulates them", async () => {
    const { client, spent } = await account();
    const stream = client.responses.stream({ model: model("lorem"), input: "Go [[chunks=30]]" });
    const deltas: string[] = [];
    stream.on("response.output_text.delta", ({ delta }) => deltas.push(delta));
    const final = await stream.finalResponse();
    expect(final.output_text).toBe(deltas.join(""));
    expect(await spent()).toBe(costOf(final.usage));
  });

  test.each([false, true])("that reach their bound are incomplete, streamed: %s", async (streamed) => {
    const { client, spent } = await account();
    const request = { model: model("lorem"), input: "Go [[chunks=200]]", max_output_tokens: 20 };
    const response = streamed
      ? await client.responses.stream(request).finalResponse()
      : await client.responses.create(request);
    expect(response).toMatchObject({
      status: "incomplete",
      incomplete_details: { reason: "max_output_tokens" },
      output: [{ type: "message", status: "incomplete" }],
      usage: { output_tokens: 20 },
    });
    expect(await spent()).toBe(costOf(response.usage));
  });

  test.each([false, true])("call a function and take its result, an image with it, streamed: %s", async (streamed) => {
    const { client, spent } = await account();
    const ask = async (input: ResponseInput): Promise<ModelResponse> => {
      const request = { model: model("tools"), input, tools: [WEATHER] };
      return streamed ? await client.responses.stream(request).finalResponse() : await client.responses.create(request);
    };
    const input: ResponseInput = [{ role: "user", content: "Weather in Paris?" }];
    const first = await ask(input);
    const call = first.output.find((item) => item.type === "function_call");
    expect(call).toMatchObject({ name: "get_weather", status: "completed" });
    z.object({ city: z.string() }).parse(JSON.parse(call?.arguments ?? "null"));
    const output = [
      { type: "input_text" as const, text: "sunny" },
      { type: "input_image" as const, image_url: PIXEL, detail: "auto" as const },
    ];
    const result: ResponseInputItem = { type: "function_call_output", call_id: call?.call_id ?? "", output };
    const second = await ask([...input, ...asInput(first), result]);
    expect(second.output_text).toContain("get_weather said");
    expect(second.output_text).toContain("sunny");
    expect(await spent()).toBe(costOf(first.usage) + costOf(second.usage));
  });

  test("keep to a schema, parsed by the SDK", async () => {
    const { client } = await account();
    const format = zodTextFormat(z.object({ city: z.string(), degrees: z.number() }), "weather");
    const request = { model: model("tools"), input: "Weather?", text: { format } };
    expect((await client.responses.parse(request)).output_parsed).toEqual({
      city: expect.any(String),
      degrees: expect.any(Number),
    });
    expect((await client.responses.stream(request).finalResponse()).output_parsed).toEqual({
      city: expect.any(String),
      degrees: expect.any(Number),
    });
  });

  test.each([false, true])("take their reasoning back, encrypted and unchanged, streamed: %s", async (streamed) => {
    const { client, spent } = await account();
    const ask = async (input: ResponseInput): Promise<ModelResponse> => {
      const request = {
        model: model("think"),
        input,
        reasoning: { effort: "high" as const, summary: "auto" as const },
        include: ["reasoning.encrypted_content" as const],
        max_output_tokens: 8_192,
      };
      return streamed ? await client.responses.stream(request).finalResponse() : await client.responses.create(request);
    };
    const input: ResponseInput = [{ role: "user", content: "Why?" }];
    const first = await ask(input);
    const reasoning = first.output.find((item) => item.type === "reasoning");
    expect(reasoning?.encrypted_content).toEqual(expect.any(String));
    expect(reasoning?.summary[0]?.text).toEqual(expect.stringMatching(/./));
    const second = await ask([...input, ...asInput(first), { role: "user", content: "And why is that?" }]);
    expect(second.status).toBe("completed");
    expect(await spent()).toBe(costOf(first.usage) + costOf(second.usage));
  });

  test("see an image", async () => {
    const { client, spent } = await account();
    const response = await client.responses.create({
      model: model("echo"),
      input: [
        {
          role: "user",
          content: [
            { type: "input_text", text: "Look" },
            { type: "input_image", image_url: PIXEL, detail: "low" },
          ],
        },
      ],
    });
    expect(response.output_text).toBe("Look");
    expect(response.usage?.input_tokens).toBeGreaterThan(85);
    expect(await spent()).toBe(costOf(response.usage));
  });

  test("fail in the SDK's own classes", async () => {
    const { client, key, spent } = await account();
    const wrong = new OpenAI({ baseURL: `${platform.url}/v1`, apiKey: `${key.slice(0, -4)}AAAA`, maxRetries: 0 });
    const hello = { model: model("echo"), input: "Hello" };
    expect(await errorOf(wrong.responses.create(hello))).toBeInstanceOf(AuthenticationError);
    const poor = await account(1_000);
    const exhausted = await errorOf(poor.client.responses.create({ ...hello, max_output_tokens: 100 }));
    expect(exhausted).toMatchObject({ status: 402, type: "insufficient_quota" });
    for (const stream of [false, true]) {
      const limited = await errorOf(
        client.responses.create({ input: "Hello [[retry_after_s=99]]", model: model("error-429"), stream }),
      );
      expect(limited).toBeInstanceOf(RateLimitError);
      expect(await errorOf(client.responses.create({ ...hello, model: model("error-400"), stream }))).toBeInstanceOf(
        BadRequestError,
      );
    }
    const refusals = [
      [{ previous_response_id: "resp_0" }, "previous_response_id"],
      [{ conversation: "conv_0" }, "conversation"],
      [{ background: true }, "background"],
      [{ prompt: { id: "pmpt_0" } }, "prompt"],
      [{ input: [{ type: "item_reference" as const, id: "msg_0" }] }, "input[0]"],
      [{ tools: [{ type: "code_interpreter" as const, container: { type: "auto" as const } }] }, "tools[0]"],
      [{ tools: [{ type: "web_search" as const }] }, "tools[0]"],
    ] as const;
    for (const [change, param] of refusals) {
      const refused = await errorOf(client.post("/responses", { body: { ...hello, ...change } }));
      expect(refused, param).toBeInstanceOf(BadRequestError);
      expect(refused, param).toMatchObject({ param });
    }
    expect(await spent()).toBe(0);
  });

  test("that fail before they begin are errors with a status, streamed or not", async () => {
    const { client } = await account();
    const hello = { model: model("error-first-event"), input: "Hello" };
    const streamed = await errorOf(client.responses.create({ ...hello, stream: true }));
    expect(streamed).toBeInstanceOf(APIError);
    expect(streamed).toMatchObject({ status: 502 });
  });

  test.each(["error-mid-stream", "no-done"])("that break off never complete, and cost what came: %s", async (name) => {
    const { client, spent } = await account();
    const types: string[] = [];
    const stream = await client.responses.create({ model: model(name), input: "Hello", stream: true });
    const ended = await (async () => {
      for await (const { type } of stream) types.push(type);
    })().catch((error: unknown) => error);
    expect(types).toContain("response.output_text.delta");
    expect(types).not.toContain("response.completed");
    if (types.at(-1) !== "response.failed") expect(ended).toBeInstanceOf(APIError);
    expect(await spent()).toBeGreaterThan(0);
  });

  test("that the caller leaves end at the provider and cost what was delivered", async () => {
    const { client, spent } = await account();
    const before = await spent();
    const controller = new AbortController();
    const { data: stream, response } = await client.responses
      .create(
        { model: model("lorem"), input: "Go [[chunks=2000 delay_ms=10]]", stream: true },
        { signal: controller.signal },
      )
      .withResponse();
    let delivered = 0;
    try {
      for await (const { type } of stream) {
        if (type === "response.output_text.delta") delivered += 1;
        if (delivered === 8) controller.abort();
      }
    } catch (error) {
      expect(error).toBeInstanceOf(APIUserAbortError);
    }
    const request_id = response.headers.get("x-ao-request-id") ?? "";
    const [call] = await eventually(
      () => seen(platform, request_id),
      ([one]) => one?.state !== "open",
    );
    expect(call?.state).toBe("cancelled");
    const cost = (await spent()) - before;
    expect(cost).toBeGreaterThanOrEqual(delivered * RATES.output);
    expect(cost).toBeLessThan(1_000 * RATES.output);
  });

  test("that outgrow the wallet are cut, incomplete, and cost no more than it has", async () => {
    const limit = 5_000_000;
    const { client, spent } = await account(limit);
    const response = await client.responses
      .stream({ model: model("lorem"), input: "Go [[chunks=8000 ignore_max_tokens=1]]" })
      .finalResponse();
    expect(response).toMatchObject({ status: "incomplete", incomplete_details: { reason: "max_output_tokens" } });
    expect(response.output_text.length).toBeGreaterThan(0);
    expect(await spent()).toBeLessThanOrEqual(limit);
  });
});

/** Events as they are on the wire, with the warnings beside them. */
async function raw(key: string, body: object) {
  const response = await fetch(`${platform.url}/v1/responses`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  const events = [...text.matchAll(/^data: (.*)$/gm)].map(([, data]): ResponseStreamEvent => JSON.parse(data ?? ""));
  const last = events.at(-1);
  return {
    status: response.status,
    text,
    warnings: response.headers.get("x-ao-warnings"),
    final: last?.type === "response.completed" ? last.response : null,
  };
}

const CALLS: ReadonlySet<string> = new Set(["function_call", "custom_tool_call"]);

/** What Codex sends next: the output as it came but for ids and fields that it does not know, and an output for each call. */
function nextTurn({ output }: ModelResponse): readonly object[] {
  const items = output.map((item): Record<string, unknown> => {
    const { id: _id, status: _status, extra_content: _unknown, ...kept } = z.looseObject({}).parse(item);
    return kept;
  });
  const results = items
    .filter(({ type }) => CALLS.has(String(type)))
    .map(({ type, call_id }) => ({ type: `${String(type)}_output`, call_id, output: "Exit code: 0" }));
  return [...items, ...results];
}

const isResult = (item: object): boolean => "type" in item && String(item.type).endsWith("_output");

const itemShape = z.looseObject({ encrypted_content: z.unknown().optional(), extra_content: z.unknown().optional() });

/** The item with other signatures of calls than it had. */
function forge(item: object): object {
  const { encrypted_content, extra_content } = itemShape.parse(item);
  if (extra_content !== undefined) return { ...item, extra_content: { google: { thought_signature: "Zm9yZ2Vk" } } };
  if (typeof encrypted_content !== "string") return item;
  const proof: { calls?: object } = JSON.parse(Buffer.from(encrypted_content, "base64").toString());
  const calls = Object.fromEntries(Object.keys(proof.calls ?? {}).map((id) => [id, "Zm9yZ2Vk"]));
  return { ...item, encrypted_content: Buffer.from(JSON.stringify({ ...proof, calls })).toString("base64") };
}

describe("a coding agent's requests", () => {
  test.each(["native", "azure", "translated"])("are served over two turns, %s", async (provider) => {
    const { key, spent } = await account();
    const ask = codexAsk("Add a file.");
    const first = await raw(key, codexRequest(`${provider}/tools`, [ask]));
    expect(first.status, first.text).toBe(200);
    if (first.final === null) return expect.unreachable(first.text);
    const names = first.final.output.flatMap((item) => ("name" in item ? [item.name] : []));
    expect(names).toEqual(expect.arrayContaining(["exec_command", "update_plan", "list_dir"]));
    const second = await raw(key, codexRequest(`${provider}/tools`, [ask, ...nextTurn(first.final)]));
    if (second.final === null) return expect.unreachable(second.text);
    expect(second.final.output_text ?? JSON.stringify(second.final.output)).toContain("Exit code: 0");
    expect(await spent()).toBe(costOf(first.final.usage) + costOf(second.final.usage));
    if (provider !== "translated") return expect(first.warnings).toBeNull();
    // What another provider has no place for is named.
    expect(first.warnings).toContain("tools[9]: its grammar is told and not enforced");
    expect(first.warnings).toContain("prompt_cache_key");
    const patch = first.final.output.find((item) => item.type === "custom_tool_call");
    expect(patch).toMatchObject({ name: "apply_patch", input: expect.any(String) });
  });

  test.each([
    ["by its encrypted content", {}],
    ["without it, as fields of the calls", { include: [] }],
  ])("bring signatures of calls back to a provider that signs them, %s", async (_how, change) => {
    const { key } = await account();
    const ask = codexAsk("Add a file.");
    const model = "signing/gemini-3-tools";
    const first = await raw(key, { ...codexRequest(model, [ask]), ...change });
    if (first.final === null) return expect.unreachable(first.text);
    const items =
      "include" in change ? [...first.final.output, ...nextTurn(first.final).filter(isResult)] : nextTurn(first.final);
    const second = await raw(key, { ...codexRequest(model, [ask, ...items]), ...change });
    expect(second.status, second.text).toBe(200);
    expect(second.text).toContain("Exit code: 0");
    // It reached the provider: another signature is refused there.
    const forged = await raw(key, { ...codexRequest(model, [ask, ...items.map(forge)]), ...change });
    expect(forged.status, forged.text).toBe(400);
  });

  test("with built-in tools go to providers that have them, and are refused by name elsewhere", async () => {
    const { key } = await account();
    const withShell = (provider: string) => {
      const request = codexRequest(`${provider}/echo`, [codexAsk("Hello")]);
      return { ...request, tools: [...request.tools, { type: "local_shell" }] };
    };
    expect((await raw(key, withShell("native"))).final?.status).toBe("completed");
    const refused = await raw(key, withShell("translated"));
    expect(refused.status).toBe(400);
    expect(JSON.parse(refused.text)).toMatchObject({ error: { param: "tools[10]" } });
    expect(refused.text).toContain("local_shell");
  });
});
