import Anthropic, {
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PaymentRequiredError,
  RateLimitError,
} from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { runtimeEffects } from "../../../schema/kernel/effects.ts";
import { createKey, createOrg, createProvider, createWallet, type Limits } from "../support/fixtures.ts";
import { balance, eventually, settledBalance, usd } from "../support/money.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { seen, upstreamCalls } from "../support/sandbox-log.ts";
import { AGENT_BETAS, AGENT_REQUEST, AGENT_TOOLS } from "./claude-code-request.ts";

/** Anthropic's own SDK, nothing changed but base URL and key, with Anthropic behind and with a provider that is translated to. */

const SANDBOX = "http://sandbox.binding.internal";
/** Nano-dollars a token. */
const RATES = {
  input: 1_000,
  cached_read: 100,
  cached_write_5m: 1_250,
  cached_write_1h: 2_000,
  output: 2_000,
} as const;
const MODELS = [
  "echo",
  "lorem",
  "tools",
  "think",
  "error-400",
  "error-429",
  "error-500",
  "error-mid-stream",
  "no-done",
];

let platform: TestPlatform;
let org_id: string;

beforeAll(async () => {
  platform = await startPlatform();
  org_id = await createOrg(platform);
  await provider("claude", "anthropic", "/anthropic");
  await provider("gpt", "openai", "/v1");
});

afterAll(() => platform.dispose());

async function provider(id: string, kind: string, path: string): Promise<void> {
  const credential = { api_key: "k-0123456789" };
  await createProvider(platform, { org_id, id, kind, base_url: `${SANDBOX}${path}`, credential });
  const rates = Object.fromEntries(Object.entries(RATES).map(([name, rate]) => [name, rate * 1_000_000]));
  for (const model of MODELS) {
    await platform.query(
      "INSERT INTO model_prices (id, org_id, provider_id, model, effective_from, rates, capabilities, encoding, created_at) " +
        "VALUES (?, ?, ?, ?, 0, ?, ?, 'sandbox', 0)",
      runtimeEffects().newId("price"),
      org_id,
      id,
      model,
      JSON.stringify(rates),
      JSON.stringify(["chat", "tools", "vision", "reasoning", "json_schema"]),
    );
  }
}

interface AccountOptions {
  readonly limit_nano_usd?: number;
  readonly limits?: Limits;
}

async function account({ limit_nano_usd = 1_000_000_000, limits = {} }: AccountOptions = {}) {
  const wallet_id = await createWallet(platform, { org_id, limit_nano_usd });
  const { key } = await createKey(platform, { org_id, wallet_id, limits });
  const client = new Anthropic({ baseURL: platform.url, apiKey: key, maxRetries: 0 });
  const spent = async () => (await settledBalance(platform, key)).spent_nano_usd;
  return { client, key, spent };
}

const costOf = (usage: Anthropic.Usage): number => {
  const written = usage.cache_creation;
  return (
    usage.input_tokens * RATES.input +
    (usage.cache_read_input_tokens ?? 0) * RATES.cached_read +
    (written?.ephemeral_5m_input_tokens ?? 0) * RATES.cached_write_5m +
    (written?.ephemeral_1h_input_tokens ?? 0) * RATES.cached_write_1h +
    usage.output_tokens * RATES.output
  );
};

const say = (content: string): Anthropic.MessageParam[] => [{ role: "user", content }];
const ask = (model: string, content: string) => ({ model, max_tokens: 500, messages: say(content) });
const textOf = ({ content }: Anthropic.Message): string =>
  content.map((block) => (block.type === "text" ? block.text : "")).join("");

async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.unreachable("the call should have failed"),
    (error: unknown) => error,
  );
}

const errorBody = z.object({
  type: z.literal("error"),
  error: z.looseObject({
    type: z.string(),
    message: z.string(),
    code: z.string().optional(),
    param: z.string().nullish(),
  }),
  request_id: z.string().optional(),
});
const bodyOf = (error: unknown) => errorBody.parse(z.object({ error: z.unknown() }).parse(error).error).error;

const TOOLS: Anthropic.Tool[] = [
  {
    name: "get_weather",
    description: "The weather",
    input_schema: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
  { name: "get_time", input_schema: { type: "object", properties: { zone: { type: "string" } }, required: ["zone"] } },
];
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const IMAGE: Anthropic.ImageBlockParam = {
  type: "image",
  source: { type: "base64", media_type: "image/png", data: PNG },
};

describe.each(["claude", "gpt"])("through %s", (id) => {
  test("a whole answer has its usage, and costs what that says", async () => {
    const { client, spent } = await account();
    const { data, response, request_id } = await client.messages
      .create({ ...ask(`${id}/echo`, "Grüße, 世界 🚀"), system: "Be brief." })
      .withResponse();
    expect(data).toMatchObject({ type: "message", role: "assistant", stop_reason: "end_turn" });
    expect(textOf(data)).toBe("Grüße, 世界 🚀");
    expect(request_id ?? response.headers.get("x-request-id")).toMatch(/^req_/);
    expect(usd(response.headers.get("x-ao-cost-usd") ?? "")).toBe(costOf(data.usage));
    expect(await spent()).toBe(costOf(data.usage));
  });

  test("a stream is put together by the SDK's helper, with its usage and cost", async () => {
    const { client, spent } = await account();
    const stream = client.messages.stream(ask(`${id}/echo`, "one two three"));
    const pieces: string[] = [];
    stream.on("text", (piece) => pieces.push(piece));
    const message = await stream.finalMessage();
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join("")).toBe("one two three");
    expect(textOf(message)).toBe("one two three");
    expect(message.stop_reason).toBe("end_turn");
    expect(await spent()).toBe(costOf(message.usage));
  });

  test.each([false, true])("tools are called at once and answered, streamed: %s", async (streamed) => {
    const { client, spent } = await account();
    const answer = (messages: Anthropic.MessageParam[]) => {
      const body = { model: `${id}/tools`, max_tokens: 500, messages, tools: TOOLS };
      return streamed ? client.messages.stream(body).finalMessage() : client.messages.create(body);
    };
    const asked = say("The weather and the time?");
    const first = await answer(asked);
    expect(first.stop_reason).toBe("tool_use");
    const calls = first.content.filter((block) => block.type === "tool_use");
    expect(calls.map(({ name }) => name)).toEqual(["get_weather", "get_time"]);
    expect(calls[0]?.input).toMatchObject({ city: expect.any(String) });
    const results = calls.map(
      ({ id: tool_use_id }, at): Anthropic.ToolResultBlockParam => ({
        type: "tool_result",
        tool_use_id,
        content: at === 0 ? "sunny" : [{ type: "text", text: "noon" }, ...(id === "claude" ? [IMAGE] : [])],
      }),
    );
    const second = await answer([
      ...asked,
      { role: "assistant", content: first.content },
      { role: "user", content: results },
    ]);
    expect(textOf(second)).toContain('get_weather said "sunny"');
    expect(textOf(second)).toContain("noon");
    expect(await spent()).toBe(costOf(first.usage) + costOf(second.usage));
  });

  test("a tool can be forced, and calls kept to one", async () => {
    const { client } = await account();
    const called = async (tool_choice: Anthropic.ToolChoice) => {
      const message = await client.messages.create({ ...ask(`${id}/tools`, "Now"), tools: TOOLS, tool_choice });
      return message.content.flatMap((block) => (block.type === "tool_use" ? [block.name] : []));
    };
    expect(await called({ type: "tool", name: "get_time" })).toEqual(["get_time"]);
    expect(await called({ type: "any", disable_parallel_tool_use: true })).toEqual(["get_weather"]);
    expect(await called({ type: "none" })).toEqual([]);
  });

  test.each([false, true])(
    "thinking comes before the text and goes back with the next turn, streamed: %s",
    async (streamed) => {
      const { client } = await account();
      const body = (messages: Anthropic.MessageParam[]): Anthropic.MessageCreateParamsNonStreaming => ({
        model: `${id}/think`,
        max_tokens: 3_000,
        thinking: { type: "enabled", budget_tokens: 1_024 },
        messages,
      });
      const asked = say("Think.");
      const first = await (streamed
        ? client.messages.stream(body(asked)).finalMessage()
        : client.messages.create(body(asked)));
      expect(first.content.map(({ type }) => type)).toEqual(["thinking", "text"]);
      const [thought] = first.content;
      if (thought?.type !== "thinking") return expect.unreachable();
      expect(thought.thinking).not.toBe("");
      // Only Anthropic signs, and refuses what it did not sign.
      expect(thought.signature !== "").toBe(id === "claude");
      const second = await client.messages.create(
        body([...asked, { role: "assistant", content: first.content }, { role: "user", content: "Go on." }]),
      );
      expect(second.stop_reason).toBe("end_turn");
      if (id === "gpt") return;
      const forged = { ...thought, thinking: `${thought.thinking} And more.` };
      const error = await errorOf(
        client.messages.create(
          body([...asked, { role: "assistant", content: [forged] }, { role: "user", content: "Go on." }]),
        ),
      );
      expect(error).toBeInstanceOf(BadRequestError);
    },
  );

  test("images by data and by URL, documents and stop sequences are taken", async () => {
    const { client } = await account();
    const url: Anthropic.ImageBlockParam = {
      type: "image",
      source: { type: "url", url: "https://images.example/a.png" },
    };
    const pictured = await client.messages.create({
      model: `${id}/echo`,
      max_tokens: 500,
      messages: [{ role: "user", content: [IMAGE, url, { type: "text", text: "Look." }] }],
    });
    expect(textOf(pictured)).toContain("Look.");
    const stopped = await client.messages.create({ ...ask(`${id}/echo`, "one STOP two"), stop_sequences: ["STOP"] });
    expect(textOf(stopped).trim()).toBe("one");
    const bounded = await client.messages.create({ ...ask(`${id}/lorem`, "go"), max_tokens: 3 });
    expect([bounded.stop_reason, bounded.usage.output_tokens]).toEqual(["max_tokens", 3]);
  });

  test("tokens are counted for nothing, by a key of an empty wallet too, and as many as are billed", async () => {
    const { client, spent } = await account();
    const { model, messages } = ask(`${id}/echo`, "How many tokens are these?");
    let input_tokens = 0;
    const calls = await upstreamCalls(platform, async () => {
      ({ input_tokens } = await client.messages.countTokens({ model, messages, system: "Be brief." }));
    });
    expect([calls, await spent()]).toEqual([0, 0]);
    const { usage } = await client.messages.create({ model, messages, max_tokens: 100, system: "Be brief." });
    expect(input_tokens).toBeGreaterThanOrEqual(usage.input_tokens);
    expect(input_tokens).toBeLessThan(usage.input_tokens * 2);
    const empty = await account({ limit_nano_usd: 0 });
    expect(await empty.client.messages.countTokens({ model, messages })).toEqual({ input_tokens: expect.any(Number) });
    expect(await empty.spent()).toBe(0);
  });

  test("errors have the SDK's own classes and cost nothing", async () => {
    const { client, key, spent } = await account();
    const wrong = new Anthropic({ baseURL: platform.url, apiKey: `ao_${"A".repeat(43)}`, maxRetries: 0 });
    const unauthorized = await errorOf(wrong.messages.create(ask(`${id}/echo`, "hi")));
    expect(unauthorized).toBeInstanceOf(AuthenticationError);
    expect(unauthorized).toMatchObject({ status: 401, type: "authentication_error" });
    expect(await errorOf(wrong.messages.countTokens({ model: `${id}/echo`, messages: say("hi") }))).toBeInstanceOf(
      AuthenticationError,
    );

    const unknown = await errorOf(client.messages.create(ask(`${id}/ecko`, "hi")));
    expect(unknown).toBeInstanceOf(NotFoundError);
    expect(bodyOf(unknown)).toMatchObject({ type: "not_found_error", param: "model" });

    const malformed = await errorOf(
      client.messages.create({
        ...ask(`${id}/echo`, "hi"),
        messages: [{ role: "user", content: [{ type: "text", text: "x" }, JSON.parse('{"type":"image"}')] }],
      }),
    );
    expect(malformed).toBeInstanceOf(BadRequestError);
    expect(bodyOf(malformed)).toMatchObject({ type: "invalid_request_error", param: "messages.0.content.1.source" });

    const theirs = await errorOf(client.messages.create(ask(`${id}/error-400`, "hi")));
    expect(theirs).toBeInstanceOf(BadRequestError);
    expect(bodyOf(theirs).message).toContain("temperature");

    const limited = await errorOf(client.messages.create(ask(`${id}/error-429`, "hi [[retry_after_s=99]]")));
    expect(limited).toBeInstanceOf(RateLimitError);
    expect(limited).toMatchObject({ status: 429, type: "rate_limit_error" });
    expect(
      z
        .object({ headers: z.instanceof(Headers) })
        .parse(limited)
        .headers.get("retry-after"),
    ).toBe("99");

    for (const failing of [
      () => client.messages.create(ask(`${id}/error-500`, "hi")),
      () => client.messages.stream(ask(`${id}/error-500`, "hi")).finalMessage(),
    ]) {
      const error = await errorOf(failing());
      expect(error).toBeInstanceOf(InternalServerError);
      expect(error).toMatchObject({ status: 502, type: "api_error" });
    }
    expect(await spent()).toBe(0);
    expect((await balance(platform, key)).held_nano_usd).toBe(0);
  });

  test("an empty wallet is a 402 of its own class, asks no provider and is not tried again", async () => {
    const { key } = await account({ limit_nano_usd: 1 });
    const client = new Anthropic({ baseURL: platform.url, apiKey: key, maxRetries: 2 });
    let error: unknown = null;
    const calls = await upstreamCalls(platform, async () => {
      error = await errorOf(client.messages.create(ask(`${id}/echo`, "hi")));
    });
    expect(error).toBeInstanceOf(PaymentRequiredError);
    expect(error).toMatchObject({ status: 402, type: "billing_error" });
    expect(calls).toBe(0);
  });

  test("a limit of ours is a 429 that says when to come back", async () => {
    const { client } = await account({ limits: { requests_per_minute: 1 } });
    await client.messages.create(ask(`${id}/echo`, "hi"));
    const error = await errorOf(client.messages.create(ask(`${id}/echo`, "hi")));
    expect(error).toBeInstanceOf(RateLimitError);
    expect(bodyOf(error)).toMatchObject({ type: "rate_limit_error", code: "rate_limited" });
    const { headers } = z.object({ headers: z.instanceof(Headers) }).parse(error);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  });

  test.each(["error-mid-stream", "no-done"])(
    "a stream that breaks off (%s) rejects, and what came is paid",
    async (model) => {
      const { client, spent } = await account();
      const stream = client.messages.stream(ask(`${id}/${model}`, "go"));
      let received = "";
      stream.on("text", (piece) => {
        received += piece;
      });
      expect(await errorOf(stream.finalMessage())).toBeInstanceOf(Anthropic.APIError);
      expect(received).not.toBe("");
      expect(await spent()).toBeGreaterThan(0);
    },
  );

  test("a caller that leaves in the middle ends the provider's work and pays for what was delivered", async () => {
    const { client, key, spent } = await account();
    const stream = client.messages.stream({
      ...ask(`${id}/lorem`, "go [[chunks=2000 delay_ms=10]]"),
      max_tokens: 4_000,
    });
    let delivered = 0;
    stream.on("text", () => {
      delivered += 1;
      if (delivered === 8) stream.abort();
    });
    const { response } = await stream.withResponse();
    expect(await errorOf(stream.finalMessage())).toBeInstanceOf(APIUserAbortError);
    const request_id = response.headers.get("x-ao-request-id") ?? "";
    const [call] = await eventually(
      () => seen(platform, request_id),
      ([first]) => first !== undefined && first.state !== "open",
    );
    expect(call?.state).toBe("cancelled");
    const cost = await spent();
    const rows = await eventually(
      () => platform.query("SELECT outcome, cost_nano_usd, usage FROM request_log WHERE request_id = ?", request_id),
      ({ length }) => length > 0,
    );
    const row = z.object({ outcome: z.string(), cost_nano_usd: z.number(), usage: z.string() }).parse(rows[0]);
    const usage = z.record(z.string(), z.number()).parse(JSON.parse(row.usage));
    expect([row.outcome, row.cost_nano_usd]).toEqual(["cancelled", cost]);
    expect(usage.output).toBeGreaterThanOrEqual(delivered);
    expect(usage.output).toBeLessThanOrEqual(call?.tokens_generated ?? 0);
    expect(cost).toBe((usage.input ?? 0) * RATES.input + (usage.output ?? 0) * RATES.output);
    expect((await balance(platform, key)).held_nano_usd).toBe(0);
  });

  test("a coding agent's request works, over its tools and back", async () => {
    const { client, spent } = await account();
    const create = async (model: string, messages: Anthropic.Beta.BetaMessageParam[]) => {
      const stream = client.beta.messages.stream({
        ...AGENT_REQUEST,
        model: `${id}/${model}`,
        messages,
        betas: AGENT_BETAS,
      });
      const { response } = await stream.withResponse();
      return { message: await stream.finalMessage(), warnings: response.headers.get("x-ao-warnings") ?? "" };
    };
    const first = await create("tools", AGENT_REQUEST.messages);
    expect(first.message.stop_reason).toBe("tool_use");
    const calls = first.message.content.filter((block) => block.type === "tool_use");
    expect(calls.map(({ name }) => name)).toEqual(AGENT_TOOLS.map(({ name }) => name));
    for (const [at, { input }] of calls.entries()) {
      expect(Object.keys(z.record(z.string(), z.unknown()).parse(input))).toEqual(
        expect.arrayContaining([...(AGENT_TOOLS[at]?.input_schema.required ?? [])]),
      );
    }
    if (id === "claude") expect(first.warnings).toBe("");
    else expect(first.warnings).toContain("context_management left out");
    const results = calls.map(({ id: tool_use_id }) => ({
      type: "tool_result" as const,
      tool_use_id,
      content: "done",
    }));
    const plain = await client.beta.messages.create({
      ...AGENT_REQUEST,
      thinking: { type: "disabled" },
      model: `${id}/tools`,
      messages: [
        ...AGENT_REQUEST.messages,
        { role: "assistant", content: first.message.content },
        { role: "user", content: results },
      ],
      betas: AGENT_BETAS,
    });
    expect(plain.content).toMatchObject([{ type: "text", text: expect.stringContaining('Plan said "done"') }]);
    expect(await spent()).toBeGreaterThan(0);
  });
});

describe("what only Anthropic has", () => {
  test("caches are written and charged as marked, and betas go on", async () => {
    const { client, spent } = await account();
    const { data, response } = await client.beta.messages
      .create({ ...AGENT_REQUEST, model: "claude/echo", betas: AGENT_BETAS })
      .withResponse();
    const { usage } = data;
    expect(usage.cache_creation?.ephemeral_1h_input_tokens).toBeGreaterThan(0);
    expect(usage.cache_creation?.ephemeral_5m_input_tokens).toBeGreaterThan(0);
    const written = usage.cache_creation;
    expect(await spent()).toBe(
      usage.input_tokens * RATES.input +
        (written?.ephemeral_5m_input_tokens ?? 0) * RATES.cached_write_5m +
        (written?.ephemeral_1h_input_tokens ?? 0) * RATES.cached_write_1h +
        usage.output_tokens * RATES.output,
    );
    const [call] = await seen(platform, response.headers.get("x-ao-request-id") ?? "");
    expect(call?.header_names).toContain("anthropic-beta");
    expect(call?.body_fields).toContain("context_management");
  });

  test("is refused elsewhere, and the caller is told where it stands", async () => {
    const { client, spent } = await account();
    const called: Anthropic.MessageParam[] = [
      ...say("hi"),
      { role: "assistant", content: [{ type: "tool_use", id: "toolu_1", name: "get_time", input: {} }] },
      {
        role: "user",
        content: [{ type: "tool_result", tool_use_id: "toolu_1", content: [{ type: "text", text: "x" }, IMAGE] }],
      },
    ];
    const pictured = await errorOf(
      client.messages.create({ model: "gpt/echo", max_tokens: 500, messages: called, tools: TOOLS }),
    );
    expect(pictured).toBeInstanceOf(BadRequestError);
    expect(bodyOf(pictured)).toMatchObject({ param: "messages.2.content.0.content.1" });
    const asked = {
      ...ask("gpt/echo", "hi"),
      tools: [...TOOLS, { type: "bash_20250124" as const, name: "bash" as const }],
    };
    const error = await errorOf(client.messages.create(asked));
    expect(error).toBeInstanceOf(BadRequestError);
    expect(bodyOf(error)).toMatchObject({ type: "invalid_request_error", param: "tools.2" });
    expect(await spent()).toBe(0);
  });
});

test("the models are listed", async () => {
  const { client } = await account();
  const ids: string[] = [];
  for await (const { id } of client.models.list()) ids.push(id);
  expect(ids).toEqual(expect.arrayContaining(["claude/echo", "gpt/echo"]));
});
