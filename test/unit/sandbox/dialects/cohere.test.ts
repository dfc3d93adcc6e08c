import { describe, expect, it } from "vitest";
import * as z from "zod";
import { openSandbox } from "../sandbox-client.ts";
import { type DialectSpec, describeDialect, placeSchema, sseData } from "./conformance.ts";

const KEY = { authorization: "Bearer any" };

const counts = z.object({ input_tokens: z.number(), output_tokens: z.number() });
const usage = z.object({ billed_units: counts, tokens: counts, cached_tokens: z.number().optional() });
const answer = z.object({
  message: z.object({
    role: z.literal("assistant"),
    content: z
      .array(z.object({ type: z.string(), text: z.string().optional(), thinking: z.string().optional() }))
      .optional(),
    tool_plan: z.string().optional(),
    tool_calls: z
      .array(z.object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) }))
      .optional(),
  }),
  finish_reason: z.string(),
  usage: usage.optional(),
});
const event = z.looseObject({
  type: z.string(),
  delta: z
    .looseObject({
      message: z
        .looseObject({
          content: z
            .union([
              z.array(z.unknown()).transform(() => undefined),
              z.looseObject({ text: z.string().optional(), thinking: z.string().optional() }),
            ])
            .optional(),
          tool_calls: z
            .union([
              z.array(z.unknown()).transform(() => undefined),
              z.looseObject({ function: z.object({ name: z.string().optional(), arguments: z.string() }) }),
            ])
            .optional(),
        })
        .optional(),
      finish_reason: z.string().optional(),
      error: z.string().optional(),
      usage: usage.optional(),
    })
    .optional(),
});

const spec: DialectSpec = {
  name: "Cohere's chat",
  request: ({ model, text, stream, max_tokens, tools }) => ({
    path: "/cohere/v2/chat",
    headers: KEY,
    body: {
      model,
      stream,
      max_tokens,
      messages: [{ role: "user", content: text }],
      tools: tools?.map((name) => ({ type: "function", function: { name, parameters: placeSchema } })),
    },
  }),
  readWhole: (json) => {
    const { message, finish_reason, usage: counted } = answer.parse(json);
    const content = message.content ?? [];
    return {
      text: content.map((one) => one.text ?? "").join(""),
      reasoning: content.map((one) => one.thinking ?? "").join(""),
      calls: (message.tool_calls ?? []).map(({ function: { name, arguments: text } }) => ({
        name,
        arguments: JSON.parse(text),
      })),
      finish: finish_reason,
      prompt_tokens: counted?.billed_units.input_tokens ?? null,
      completion_tokens: counted?.billed_units.output_tokens ?? null,
    };
  },
  readStream: (bytes) => {
    const events = sseData(bytes).map((data) => event.parse(data));
    const calls: { name: string; json: string }[] = [];
    for (const { delta } of events) {
      const call = delta?.message?.tool_calls;
      if (call?.function.name !== undefined) calls.push({ name: call.function.name, json: "" });
      const last = calls.at(-1);
      if (last !== undefined) last.json += call?.function.arguments ?? "";
    }
    const end = events.find(({ type }) => type === "message-end")?.delta;
    const error = end?.error ?? null;
    return {
      text: events.map(({ delta }) => delta?.message?.content?.text ?? "").join(""),
      reasoning: events.map(({ delta }) => delta?.message?.content?.thinking ?? "").join(""),
      calls: calls.map(({ name, json }) => ({ name, arguments: JSON.parse(json) })),
      finish: error === null ? (end?.finish_reason ?? null) : null,
      prompt_tokens: end?.usage?.billed_units.input_tokens ?? null,
      completion_tokens: end?.usage?.billed_units.output_tokens ?? null,
      complete: end !== undefined && error === null,
      error,
    };
  },
  errorMessage: (json) => z.object({ message: z.string() }).parse(json).message,
  finishes: { stop: "COMPLETE", length: "MAX_TOKENS", tool_calls: "TOOL_CALL" },
  refused: { headers: {}, status: 401 },
};

describeDialect(spec);

const user = (content: unknown) => ({ role: "user", content });
const call = { id: "c1", type: "function", function: { name: "look", arguments: "{}" } };
const asked = { role: "assistant", tool_calls: [call], tool_plan: "I will." };
const result = { role: "tool", tool_call_id: "c1", content: [{ type: "document", document: { data: "seen" } }] };
const tools = [{ type: "function", function: { name: "look", parameters: { type: "object" } } }];

const post = (path: string, more: object) => openSandbox().send(`/cohere${path}`, more, { headers: KEY });
const chat = (more: object) => post("/v2/chat", { model: "echo", messages: [user("hi")], ...more });

describe("Cohere's strictness", () => {
  it.each<[string, object, string]>([
    ["OpenAI's field for stops", { stop: ["x"] }, "stop"],
    ["OpenAI's word for a forced tool", { tools, tool_choice: "required" }, "tool_choice"],
    ["a tool choice without tools", { tool_choice: "REQUIRED" }, "tool_choice"],
    ["a role that it does not know", { messages: [{ role: "developer", content: "x" }] }, "messages[0]"],
    ["an empty message", { messages: [user("")] }, "messages[0].content"],
    ["a result without a call", { messages: [user("x"), result] }, "messages[1]"],
    ["a call without a result", { messages: [user("x"), asked, user("y")], tools }, "messages[2]"],
    ["JSON with tools", { tools, response_format: { type: "json_object" } }, "response_format"],
    ["a p of 1", { p: 1 }, "p"],
  ])("refuses %s", async (_name, more, names) => {
    const refused = await chat(more);
    expect(refused.status).toBe(400);
    expect(spec.errorMessage(await refused.json())).toContain(names);
  });

  it("takes a tool loop, and quotes the result", async () => {
    const quoted = await chat({ model: "tools", messages: [user("x"), asked, result], tools });
    expect(spec.readWhole(await quoted.json()).text).toBe('The tools answered: look said "seen".');
  });

  it("tells its plan apart from what it says, and bills less than it counts", async () => {
    const { message, usage: counted } = answer.parse(await (await chat({ model: "tools", tools })).json());
    expect([message.tool_plan, message.content]).toEqual(["I will use a tool.", undefined]);
    const billed = counted?.billed_units.input_tokens ?? 0;
    expect(counted?.tokens.input_tokens).toBe(billed + 100);
  });

  it("makes JSON by a schema", async () => {
    const json_schema = { type: "object", properties: { city: { type: "string" } } };
    const made = await chat({ response_format: { type: "json_object", json_schema } });
    expect(spec.readWhole(await made.json()).text).toBe('{"city":"city"}');
  });
});

describe("Cohere's embeddings and rankings", () => {
  const embed = { model: "embed", input_type: "search_query", texts: ["some words"], output_dimension: 256 };

  it("embeds by the types that are asked for", async () => {
    const { embeddings, meta } = z
      .object({
        embeddings: z.object({ float: z.array(z.array(z.number())), int8: z.array(z.array(z.int())) }),
        meta: z.object({ billed_units: z.object({ input_tokens: z.number() }) }),
      })
      .parse(await (await post("/v2/embed", { ...embed, embedding_types: ["float", "int8"] })).json());
    expect([embeddings.float[0]?.length, embeddings.int8[0]?.length]).toEqual([256, 256]);
    expect(meta.billed_units.input_tokens).toBe(3);
  });

  it("refuses texts without their purpose, and too many of them", async () => {
    expect((await post("/v2/embed", { ...embed, input_type: undefined })).status).toBe(400);
    expect((await post("/v2/embed", { ...embed, texts: Array(97).fill("x") })).status).toBe(400);
  });

  it("ranks documents by the words that they share with the query", async () => {
    const documents = ["green tea", "the red car", "a red car drives", "red"];
    const ranked = await post("/v2/rerank", { model: "embed", query: "the red car", documents, top_n: 3 });
    expect(await ranked.json()).toMatchObject({
      results: [
        { index: 1, relevance_score: 1 },
        { index: 2, relevance_score: 0.4 },
        { index: 3, relevance_score: 0.333333 },
      ],
      meta: { billed_units: { search_units: 1 } },
    });
  });

  it("fails in a ranking as in a chat, and lists its models", async () => {
    expect((await post("/v2/rerank", { model: "error-429", query: "x", documents: ["y"] })).status).toBe(429);
    const list = await openSandbox().get("/cohere/v1/models", { headers: KEY });
    expect(await list.json()).toMatchObject({
      models: expect.arrayContaining([{ name: "echo", endpoints: ["chat"], context_length: 128_000 }]),
    });
  });
});
