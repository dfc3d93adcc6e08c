import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { createSandbox } from "../../../../workers/sandbox/handler.ts";
import { signatureOf } from "../../../../workers/sandbox/models/signature.ts";
import { openSandbox, readError } from "../sandbox-client.ts";
import { type DialectSpec, describeDialect, placeSchema, sseData } from "./conformance.ts";

const item = z.looseObject({
  type: z.string(),
  id: z.string(),
  content: z.array(z.looseObject({ text: z.string() })).optional(),
  summary: z.array(z.object({ type: z.literal("summary_text"), text: z.string() })).optional(),
  encrypted_content: z.string().optional(),
  name: z.string().optional(),
  arguments: z.string().optional(),
});
const response = z.looseObject({
  status: z.string(),
  output: z.array(item),
  usage: z.object({ input_tokens: z.number(), output_tokens: z.number() }).nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
});
const event = z.looseObject({
  type: z.string(),
  sequence_number: z.number(),
  delta: z.string().optional(),
  output_index: z.number().optional(),
  item: item.optional(),
  response: response.optional(),
  message: z.string().optional(),
});

function said(answer: z.infer<typeof response>) {
  const { output, usage, status } = answer;
  return {
    text: output.flatMap(({ content }) => (content ?? []).map(({ text }) => text)).join(""),
    reasoning: output.flatMap(({ summary }) => (summary ?? []).map(({ text }) => text)).join(""),
    calls: output.flatMap(({ type, name, arguments: text }) =>
      type === "function_call" ? [{ name: name ?? "", arguments: JSON.parse(text ?? "") }] : [],
    ),
    finish: status,
    prompt_tokens: usage?.input_tokens ?? null,
    completion_tokens: usage?.output_tokens ?? null,
  };
}

const spec: DialectSpec = {
  name: "OpenAI's Responses",
  request: ({ model, text, stream, max_tokens, tools }) => ({
    path: "/v1/responses",
    headers: {},
    body: {
      model,
      stream,
      input: text,
      max_output_tokens: max_tokens,
      reasoning: { summary: "auto" },
      tools: tools?.map((name) => ({ type: "function", name, parameters: placeSchema })),
    },
  }),
  readWhole: (json) => said(response.parse(json)),
  readStream: (bytes) => {
    const events = sseData(bytes).map((data) => event.parse(data));
    expect(events.map(({ sequence_number }) => sequence_number)).toEqual(events.map((_, index) => index));
    const end = events.find(({ type }) => /^response\.(completed|incomplete)$/.test(type))?.response;
    const failed = events.find(({ type }) => type === "response.failed")?.response?.error?.message;
    const error = failed ?? events.find(({ type }) => type === "error")?.message ?? null;
    const text = events.map(({ type, delta }) => (type === "response.output_text.delta" ? delta : "")).join("");
    if (end === undefined) {
      return {
        text,
        error,
        complete: false,
        finish: null,
        reasoning: "",
        calls: [],
        prompt_tokens: null,
        completion_tokens: null,
      };
    }
    expect(said(end).text).toBe(text);
    return { ...said(end), error, complete: true };
  },
  errorMessage: (json) => z.object({ error: z.object({ message: z.string() }) }).parse(json).error.message,
  finishes: { stop: "completed", length: "incomplete", tool_calls: "completed" },
  refused: { headers: { authorization: "Bearer sk-invalid" }, status: 401 },
};

describeDialect(spec);

const user = { role: "user", content: "x" };
const call = { type: "function_call", call_id: "c1", name: "look", arguments: "{}" };
const output = { type: "function_call_output", call_id: "c1", output: "seen" };
const thought = (text: string, encrypted_content: string) => ({
  type: "reasoning",
  id: "rs_1",
  summary: [{ type: "summary_text", text }],
  encrypted_content,
});

const post = (more: object) => openSandbox().send("/v1/responses", { model: "echo", input: "hi", ...more });

describe("the strictness of Responses", () => {
  it.each<[string, object, string]>([
    ["a parameter of chat completions", { messages: [user] }, "messages"],
    ["a tool of chat completions", { tools: [{ type: "function", function: { name: "f" } }] }, "tools[0]"],
    ["fewer than sixteen tokens", { max_output_tokens: 15 }, "max_output_tokens"],
    ["an output of no call", { input: [user, output] }, "No tool call found"],
    ["a call without an output", { input: [user, call] }, "No tool output found"],
    [
      "an assistant who says an input",
      { input: [{ role: "assistant", content: [{ type: "input_text", text: "x" }] }] },
      "input[0]",
    ],
    [
      "a user who says an output",
      { input: [{ role: "user", content: [{ type: "output_text", text: "x" }] }] },
      "input[0]",
    ],
    [
      "reasoning that was changed",
      { input: [user, thought("Hm", signatureOf("Hm.")), call, output] },
      "could not be verified",
    ],
    [
      "reasoning without what it led to",
      { input: [user, thought("Hm.", signatureOf("Hm."))] },
      "required following item",
    ],
    ["a response that is not stored", { previous_response_id: "resp_1" }, "not found"],
  ])("refuses %s", async (_name, more, names) => {
    const { status, message } = await readError(await post(more));
    expect(status).toBe(400);
    expect(message).toContain(names);
  });

  it("takes a tool loop with its reasoning, and quotes every result", async () => {
    const second = { ...call, call_id: "c2", name: "hear" };
    const input = [
      user,
      thought("Hm.", signatureOf("Hm.")),
      call,
      second,
      output,
      { ...output, call_id: "c2", output: "heard" },
    ];
    const quoted = said(response.parse(await (await post({ model: "tools", input })).json()));
    expect(quoted.text).toBe('The tools answered: look said "seen"; hear said "heard".');
  });

  it("shows its reasoning as it is asked to, and counts it always", async () => {
    const think = async (more: object) => response.parse(await (await post({ model: "think", ...more })).json());
    const hidden = await think({});
    expect([hidden.output[0]?.summary, hidden.output[0]?.encrypted_content]).toEqual([[], undefined]);
    expect(hidden.usage?.output_tokens).toBe(40);
    const sealed = await think({ include: ["reasoning.encrypted_content"], reasoning: { summary: "auto" } });
    const text = sealed.output[0]?.summary?.[0]?.text ?? "";
    expect(sealed.output[0]?.encrypted_content).toBe(signatureOf(text));
  });

  it("takes controls in metadata, and JSON in a format", async () => {
    const lorem = said(response.parse(await (await post({ model: "lorem", metadata: { chunks: "3" } })).json()));
    expect(lorem.completion_tokens).toBe(3);
    const format = { type: "json_schema", name: "place", schema: placeSchema };
    expect(said(response.parse(await (await post({ text: { format } })).json())).text).toBe('{"place":"place"}');
  });
});

describe("OpenAI's own client and Responses", () => {
  const handle = createSandbox({ now: () => 1_767_322_245_678, sleep: async () => "slept" });
  const client = new OpenAI({
    apiKey: "sk-any",
    baseURL: "http://sandbox/v1",
    maxRetries: 0,
    fetch: (input, init) => handle(new Request(input, init)),
  });

  it("assembles a stream of reasoning and calls, and can send them back", async () => {
    const tools = ["first", "second"].map((name) => ({
      type: "function" as const,
      name,
      parameters: placeSchema,
      strict: false,
    }));
    const question = { role: "user" as const, content: "Go [[reasoning_tokens=5]]" };
    const more = {
      model: "tools",
      tools,
      include: ["reasoning.encrypted_content" as const],
      reasoning: { summary: "auto" as const },
    };
    const first = await client.responses.stream({ ...more, input: [question] }).finalResponse();
    expect(first.output.map(({ type }) => type)).toEqual(["reasoning", "function_call", "function_call"]);
    const outputs = first.output.flatMap((one) =>
      one.type === "function_call"
        ? [{ type: "function_call_output" as const, call_id: one.call_id, output: "sun" }]
        : [],
    );
    const kept = first.output.flatMap((one): OpenAI.Responses.ResponseInputItem[] =>
      one.type === "function_call"
        ? [{ type: one.type, call_id: one.call_id, name: one.name, arguments: one.arguments }]
        : one.type === "reasoning"
          ? [{ type: one.type, id: one.id, summary: one.summary, encrypted_content: one.encrypted_content ?? null }]
          : [],
    );
    const second = await client.responses.create({ ...more, input: [question, ...kept, ...outputs] });
    expect(second.output_text).toBe('The tools answered: first said "sun"; second said "sun".');
  });

  it("assembles older completions", async () => {
    const stream = await client.completions.create({
      model: "echo",
      prompt: "hello world",
      stream: true,
      stream_options: { include_usage: true },
    });
    let [text, tokens] = ["", 0];
    for await (const chunk of stream) {
      text += chunk.choices[0]?.text ?? "";
      tokens = chunk.usage?.total_tokens ?? tokens;
    }
    expect([text, tokens]).toEqual(["hello world", 9]);
  });
});
