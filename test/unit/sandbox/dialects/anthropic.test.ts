import Anthropic from "@anthropic-ai/sdk";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createSandbox } from "../../../../workers/sandbox/handler.ts";
import { signatureOf } from "../../../../workers/sandbox/models/signature.ts";
import { openSandbox } from "../sandbox-client.ts";
import { type DialectSpec, describeDialect, placeSchema, type Streamed, sseData } from "./conformance.ts";

const HEADERS = { "x-api-key": "any", "anthropic-version": "2023-06-01" };
const PATH = "/anthropic/v1/messages";

const usage = z.looseObject({
  input_tokens: z.unknown(),
  output_tokens: z.unknown(),
  cache_creation_input_tokens: z.number().optional(),
});
const block = z.looseObject({
  type: z.string(),
  text: z.string().optional(),
  thinking: z.string().optional(),
  name: z.string().optional(),
  input: z.unknown().optional(),
});
const message = z.looseObject({
  content: z.array(block),
  stop_reason: z.string().nullable(),
  usage: usage.optional(),
});
const event = z.looseObject({
  type: z.string(),
  message: message.optional(),
  content_block: block.optional(),
  delta: z
    .looseObject({
      text: z.string().optional(),
      thinking: z.string().optional(),
      partial_json: z.string().optional(),
      stop_reason: z.string().optional(),
    })
    .optional(),
  usage: usage.optional(),
  error: z.looseObject({ type: z.string(), message: z.string() }).optional(),
});
const failure = z.object({ type: z.literal("error"), error: z.object({ type: z.string(), message: z.string() }) });

function readStream(bytes: Uint8Array): Streamed {
  const events = sseData(bytes).map((data) => event.parse(data));
  const calls: { name: string; json: string }[] = [];
  for (const { content_block, delta } of events) {
    if (content_block?.type === "tool_use") calls.push({ name: content_block.name ?? "", json: "" });
    const last = calls.at(-1);
    if (last !== undefined) last.json += delta?.partial_json ?? "";
  }
  const counted = events.findLast((one) => one.usage)?.usage;
  return {
    text: events.map(({ delta }) => delta?.text ?? "").join(""),
    reasoning: events.map(({ delta }) => delta?.thinking ?? "").join(""),
    calls: calls.map(({ name, json }) => ({ name, arguments: JSON.parse(json === "" ? "{}" : json) })),
    finish: events.findLast(({ delta }) => delta?.stop_reason !== undefined)?.delta?.stop_reason ?? null,
    prompt_tokens: counted?.input_tokens ?? null,
    completion_tokens: counted?.output_tokens ?? null,
    complete: events.at(-1)?.type === "message_stop",
    error: events.find((one) => one.type === "error")?.error?.message ?? null,
  };
}

const spec: DialectSpec = {
  name: "Anthropic's Messages",
  request: ({ model, text, stream, max_tokens, tools }) => ({
    path: PATH,
    headers: HEADERS,
    body: {
      model,
      max_tokens: max_tokens ?? 100_000,
      stream,
      messages: [{ role: "user", content: text }],
      ...(tools && { tools: tools.map((name) => ({ name, input_schema: placeSchema })) }),
    },
  }),
  readWhole: (json) => {
    const { content, stop_reason, usage: counted } = message.parse(json);
    return {
      text: content.map((one) => one.text ?? "").join(""),
      reasoning: content.map((one) => one.thinking ?? "").join(""),
      calls: content.flatMap((one) =>
        one.type === "tool_use" ? [{ name: one.name ?? "", arguments: one.input }] : [],
      ),
      finish: stop_reason,
      prompt_tokens: counted?.input_tokens ?? null,
      completion_tokens: counted?.output_tokens ?? null,
    };
  },
  readStream,
  errorMessage: (json) => failure.parse(json).error.message,
  finishes: { stop: "end_turn", length: "max_tokens", tool_calls: "tool_use" },
  refused: { headers: { "anthropic-version": "2023-06-01" }, status: 401 },
};

describeDialect(spec);

const user = (content: unknown) => ({ role: "user", content });
const assistant = (content: unknown) => ({ role: "assistant", content });
const call = { type: "tool_use", id: "toolu_1", name: "look", input: {} };
const result = { type: "tool_result", tool_use_id: "toolu_1", content: "seen" };
const signed = { type: "thinking", thinking: "Hm.", signature: signatureOf("Hm.") };

const post = (body: object, headers: Record<string, string> = HEADERS) =>
  openSandbox().send(PATH, { model: "echo", max_tokens: 4_096, messages: [user("hi")], ...body }, { headers });

describe("Anthropic's strictness", () => {
  it.each<[string, object, string]>([
    ["no max_tokens", { max_tokens: undefined }, "max_tokens"],
    ["a field that it does not know", { n: 2 }, "n"],
    ["a first turn of the assistant", { messages: [assistant("x")] }, "messages.0.role"],
    ["a blank text", { messages: [user([{ type: "text", text: " \n" }])] }, "messages.0.content.0.text"],
    ["an empty turn", { messages: [user("x"), assistant([]), user("y")] }, "messages.1.content"],
    [
      "thinking without its signature",
      { messages: [user("x"), assistant([{ ...signed, signature: "" }]), user("y")] },
      "signature",
    ],
    [
      "thinking that was changed",
      { messages: [user("x"), assistant([{ ...signed, thinking: "Hm" }]), user("y")] },
      "signature",
    ],
    ["a call without a result", { messages: [user("x"), assistant([call]), user("y")] }, "tool_result"],
    ["a call at the end", { messages: [user("x"), assistant([call])] }, "tool_result"],
    ["a result without a call", { messages: [user([result])] }, "tool_use_id"],
    [
      "results in two turns of which the second is late",
      { messages: [user("x"), assistant([call]), user([{ type: "text", text: "y" }, result])] },
      "messages.2.content.1",
    ],
    ["a temperature above 1", { temperature: 1.5 }, "temperature"],
    ["a blank stop sequence", { stop_sequences: [" "] }, "stop_sequences.0"],
    ["a tool choice without tools", { tool_choice: { type: "auto" } }, "tool_choice"],
    ["a tool with a name of its own making", { tools: [{ name: "a.b", input_schema: { type: "object" } }] }, "tools.0"],
    ["a budget as large as the answer", { thinking: { type: "enabled", budget_tokens: 4_096 } }, "max_tokens"],
    [
      "an open object in a format",
      { output_config: { format: { type: "json_schema", schema: { type: "object" } } } },
      "output_config",
    ],
    [
      "an image of another kind",
      { messages: [user([{ type: "image", source: { type: "base64", media_type: "image/bmp", data: "AAAA" } }])] },
      "messages.0.content.0.source.media_type",
    ],
  ])("refuses %s", async (_name, body, names) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    const { error } = failure.parse(await response.json());
    expect(error.type).toBe("invalid_request_error");
    expect(error.message).toContain(names);
  });

  it("refuses a call without a version", async () => {
    expect((await post({}, { "x-api-key": "any" })).status).toBe(400);
  });

  it("takes a tool loop with its thinking, and quotes the result", async () => {
    const tools = [{ name: "look", input_schema: { type: "object" } }];
    const messages = [user("x"), assistant([signed, call]), user([result, { type: "text", text: "And?" }])];
    const thinking = { type: "enabled", budget_tokens: 1_024 };
    expect((await post({ messages, tools, thinking })).status).toBe(200);
    const quoted = await post({ model: "tools", messages: messages.slice(0, 2).concat(user([result])), tools });
    expect(spec.readWhole(await quoted.json()).text).toBe('The tools answered: look said "seen".');
  });

  it("forces, forbids and limits tools as it is told", async () => {
    const tools = ["first", "second"].map((name) => ({ name, input_schema: placeSchema }));
    const names = async (tool_choice: object) =>
      spec.readWhole(await (await post({ model: "tools", tools, tool_choice })).json()).calls.map(({ name }) => name);
    expect(await names({ type: "tool", name: "second" })).toEqual(["second"]);
    expect(await names({ type: "none" })).toEqual([]);
    expect(await names({ type: "any" })).toEqual(["first", "second"]);
    expect(await names({ type: "auto", disable_parallel_tool_use: true })).toEqual(["first"]);
  });

  it("overload has its own status and type, before and inside a stream", async () => {
    const before = await post({ model: "error-500", messages: [user("x [[status=529]]")] });
    expect([before.status, failure.parse(await before.json()).error.type]).toEqual([529, "overloaded_error"]);
    const inside = await post({ model: "error-mid-stream", stream: true, messages: [user("x [[status=529]]")] });
    expect(await inside.text()).toContain('event: error\ndata: {"type":"error","error":{"type":"overloaded_error"');
  });

  it("counts what a cache holds apart, by how long it holds it", async () => {
    const long = { type: "ephemeral", ttl: "1h" };
    const system = [{ type: "text", text: "aaaa".repeat(10), cache_control: long }];
    const messages = [
      user([
        { type: "text", text: "bbbb".repeat(5), cache_control: { type: "ephemeral" } },
        { type: "text", text: "hi [[cached_tokens=4]]" },
      ]),
    ];
    const { usage: counted } = message.parse(await (await post({ system, messages })).json());
    expect(counted).toMatchObject({
      cache_read_input_tokens: 4,
      cache_creation_input_tokens: 12,
      cache_creation: { ephemeral_1h_input_tokens: 6, ephemeral_5m_input_tokens: 6 },
    });
  });
});

describe("Anthropic's own client", () => {
  const handle = createSandbox({ now: () => 1_767_322_245_678, sleep: async () => "slept" });
  const client = new Anthropic({
    apiKey: "any",
    baseURL: "http://sandbox/anthropic",
    maxRetries: 0,
    fetch: (input, init) => handle(new Request(input, init)),
  });
  const ask = { max_tokens: 1_000, messages: [{ role: "user" as const, content: "hello world" }] };

  it("assembles text, thinking and calls, and can send them back", async () => {
    const tools = ["first", "second"].map((name) => ({
      name,
      input_schema: { ...placeSchema, type: "object" as const },
    }));
    const first = await client.messages
      .stream({ ...ask, model: "tools", tools, messages: [{ role: "user", content: "Go [[reasoning_tokens=5]]" }] })
      .finalMessage();
    expect(first.content.map(({ type }) => type)).toEqual(["thinking", "tool_use", "tool_use"]);
    expect(first.stop_reason).toBe("tool_use");
    const results = first.content.flatMap((one) =>
      one.type === "tool_use" ? [{ type: "tool_result" as const, tool_use_id: one.id, content: "sun" }] : [],
    );
    const second = await client.messages.create({
      ...ask,
      model: "tools",
      tools,
      messages: [...ask.messages, { role: "assistant", content: first.content }, { role: "user", content: results }],
    });
    expect(second.content).toMatchObject([{ text: 'The tools answered: first said "sun"; second said "sun".' }]);
  });

  it("assembles a call without arguments, counts, lists and knows its own errors", async () => {
    const tools = [{ name: "now", input_schema: { type: "object" as const } }];
    const { content } = await client.messages.stream({ ...ask, model: "tools", tools }).finalMessage();
    expect(content).toMatchObject([{ type: "tool_use", name: "now", input: {} }]);
    expect(await client.messages.countTokens({ model: "echo", messages: ask.messages })).toEqual({ input_tokens: 5 });
    expect((await client.models.list()).data.length).toBeGreaterThan(20);
    await expect(client.messages.create({ ...ask, model: "error-429" })).rejects.toBeInstanceOf(
      Anthropic.RateLimitError,
    );
  });
});
