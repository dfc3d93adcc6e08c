import fc from "fast-check";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import type { Part } from "../../../../../schema/canonical/parts.ts";
import { isRefused } from "../../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../../schema/kernel/json.ts";
import { openAiResponses } from "../../../../../workers/gateway/dialects/openai-responses/openai-responses.ts";
import { request } from "../../fixtures.ts";

const json = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value));
const parse = (change: object) => openAiResponses.parse(json({ model: "acme/m", input: "Hello", ...change }));

function parsed(change: object) {
  const answer = parse(change);
  if (isRefused(answer)) throw new Error(`refused: ${answer.refused.param} ${answer.refused.message}`);
  return answer;
}

const PARTS: readonly Part[] = [
  { type: "start", id: "x", model: "m" },
  { type: "reasoning", choice: 0, text: "Hm." },
  { type: "reasoning_signature", choice: 0, signature: "c2ln" },
  { type: "text", choice: 0, text: "Grü" },
  { type: "text", choice: 0, text: "ße 🚀" },
  { type: "tool_call", choice: 0, index: 0, id: "call_1", name: "a" },
  { type: "tool_arguments", choice: 0, index: 0, json: '{"x":' },
  { type: "tool_arguments", choice: 0, index: 0, json: "1}" },
  { type: "tool_call", choice: 0, index: 1, id: "call_2", name: "b" },
  { type: "finish", choice: 0, reason: "tool_calls", raw: null },
];
const USAGE = { input: 10, cached_read: 5, output: 7, reasoning: 3 };
const context = (body: object = {}) => ({
  identity: { id: "resp_1", created: 1, model: "m" },
  request: request(),
  body: json(body),
});
const WITH_PROOF = { include: ["reasoning.encrypted_content"] };

const eventsOf = (parts: readonly Part[], body: object = {}): string => {
  const renderer = openAiResponses.createRenderer(context(body));
  return (
    parts.map((part) => renderer.event({ event: null, data: "" }, [part])).join("") +
    renderer.end({ usage: USAGE, ao: null })
  );
};

const accumulated = async (events: string) => {
  const client = new OpenAI({
    apiKey: "k",
    maxRetries: 0,
    fetch: async () => new Response(events, { headers: { "content-type": "text/event-stream" } }),
  });
  return await client.responses.stream({ model: "m", input: "Hello" }).finalResponse();
};

describe("a Responses request", () => {
  it("of a coding agent becomes a chat, parallel calls in one message", () => {
    const [reasoning] = json(openAiResponses.renderWhole(PARTS, context(WITH_PROOF), USAGE)).output as unknown[];
    const { request: chat, warnings } = parsed({
      instructions: "You are a coding agent.",
      input: [
        { role: "user", content: [{ type: "input_text", text: "Fix it" }] },
        reasoning,
        { type: "message", role: "assistant", content: [{ type: "output_text", text: "I look." }] },
        { type: "function_call", call_id: "call_1", name: "read", arguments: "{}" },
        { type: "function_call", call_id: "call_2", name: "shell", arguments: '{"a":1}' },
        { type: "function_call_output", call_id: "call_1", output: "const a" },
        { type: "function_call_output", call_id: "call_2", output: [{ type: "input_text", text: "ok" }] },
        { type: "reasoning", summary: [], encrypted_content: "gAAAA" },
      ],
      tools: Array.from({ length: 20 }, (_, at) => ({
        type: "function",
        name: `tool_${at}`,
        parameters: { type: "object", properties: {} },
        strict: false,
      })),
      tool_choice: "auto",
      parallel_tool_calls: true,
      reasoning: { effort: "high", summary: "auto" },
      include: ["reasoning.encrypted_content"],
      prompt_cache_key: "k",
      store: false,
      stream: true,
    });
    expect(chat.messages).toEqual([
      { role: "system", content: "You are a coding agent." },
      { role: "user", content: [{ type: "text", text: "Fix it" }] },
      {
        role: "assistant",
        content: [{ type: "text", text: "I look." }],
        reasoning_content: "Hm.",
        reasoning_signature: "c2ln",
        tool_calls: [
          { id: "call_1", type: "function", function: { name: "read", arguments: "{}" } },
          { id: "call_2", type: "function", function: { name: "shell", arguments: '{"a":1}' } },
        ],
      },
      { role: "tool", tool_call_id: "call_1", content: "const a" },
      { role: "tool", tool_call_id: "call_2", content: [{ type: "text", text: "ok" }] },
    ]);
    expect(chat).toMatchObject({ reasoning_effort: "high", stream: true, tool_choice: "auto" });
    expect(chat.tools).toHaveLength(20);
    expect(warnings).toEqual(["reasoning of another provider left out"]);
  });

  it.each<[object, string]>([
    [{ input: [] }, "input"],
    [{ input: 5 }, "input"],
    [{ input: [{ type: "item_reference", id: "x" }] }, "input[0]"],
    [{ input: [{ role: "robot", content: "x" }] }, "input[0].role"],
    [{ input: [{ role: "user", content: [{ type: "input_image", file_id: "f" }] }] }, "input[0].content[0]"],
    [{ input: [{ type: "function_call", name: "x" }] }, "input[0]"],
    [{ previous_response_id: "resp_0" }, "previous_response_id"],
    [{ background: true }, "background"],
    [{ tools: [{ type: "code_interpreter" }] }, "tools[0]"],
    [{ max_output_tokens: 0 }, "max_output_tokens"],
  ])("with %j is refused, naming %s", (change, param) => {
    const refused = parse(change);
    if (!isRefused(refused)) throw new Error("it was not refused");
    expect(refused.refused.param).toBe(param);
  });

  it("names what it leaves out, and what asks for nothing it does not", () => {
    expect(parsed({ max_tool_calls: 3, truncation: "auto", background: false, x: null }).warnings).toEqual([
      "max_tool_calls left out: the provider has no equivalent",
      "truncation left out: the provider has no equivalent",
    ]);
    expect(parsed({ include: ["message.output_text.logprobs"] }).warnings).toHaveLength(1);
    expect(parsed({ tool_choice: "auto" }).warnings).toEqual([]);
    expect(parse({ tool_choice: "required" })).toMatchObject({ refused: { param: "tool_choice" } });
  });

  it("never throws, whatever it is", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (input, tools) => {
        parse({ input, tools });
        parse({ input: [{ role: "user", content: input }, tools] });
      }),
    );
  });
});

describe("a response", () => {
  it("streamed is, to OpenAI's SDK, the whole one", async () => {
    const whole = json(openAiResponses.renderWhole(PARTS, context(WITH_PROOF), USAGE));
    const streamed = json(await accumulated(eventsOf(PARTS, WITH_PROOF)));
    expect(streamed).toMatchObject(whole);
    expect(whole).toMatchObject({
      status: "completed",
      output: [
        { type: "reasoning", summary: [{ text: "Hm." }], encrypted_content: expect.any(String) },
        { type: "message", content: [{ type: "output_text", text: "Grüße 🚀" }] },
        { type: "function_call", call_id: "call_1", name: "a", arguments: '{"x":1}' },
        { type: "function_call", call_id: "call_2", name: "b", arguments: "{}" },
      ],
      usage: { input_tokens: 15, output_tokens: 10, total_tokens: 25 },
    });
  });

  it("numbers its events without a gap", () => {
    const numbers = [...eventsOf(PARTS).matchAll(/"sequence_number":(\d+)/g)].map(([, number]) => Number(number));
    expect(numbers).toEqual(numbers.map((_, at) => at));
  });

  it.each<["length" | "content_filter", string]>([
    ["length", "max_output_tokens"],
    ["content_filter", "content_filter"],
  ])("that finished with %s is incomplete, because of %s", async (reason, why) => {
    const parts: readonly Part[] = [...PARTS.slice(0, 5), { type: "finish", choice: 0, reason, raw: null }];
    const response = await accumulated(eventsOf(parts));
    expect(response.status).toBe("incomplete");
    expect(response.incomplete_details).toEqual({ reason: why });
  });

  it("that is cut is incomplete, and says what was", async () => {
    const renderer = openAiResponses.createRenderer(context());
    const events =
      renderer.event({ event: null, data: "" }, PARTS.slice(0, 4)) + renderer.cut({ usage: USAGE, ao: { cut: "x" } });
    expect((await accumulated(events)).incomplete_details).toEqual({ reason: "max_output_tokens" });
    expect(events).toContain('"ao":{"cut":"x"}');
  });

  it("that fails in the middle is an error to the SDK, and no response", async () => {
    const renderer = openAiResponses.createRenderer(context());
    const events =
      renderer.event({ event: null, data: "" }, PARTS.slice(0, 4)) +
      renderer.error({
        error: { message: "broke", type: "api_error", code: "upstream_error", param: null, request_id: "r" },
      });
    await expect(accumulated(events)).rejects.toThrow();
    expect(events).not.toContain("response.completed");
  });
});
