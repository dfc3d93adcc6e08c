import fc from "fast-check";
import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Part } from "../../../../../schema/canonical/parts.ts";
import { isRefused } from "../../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../../schema/kernel/json.ts";
import { inputBound } from "../../../../../schema/pricing/input-bound.ts";
import { openAiResponses } from "../../../../../workers/gateway/dialects/openai-responses/openai-responses.ts";
import {
  incompleteReason,
  toResponsesUsage,
} from "../../../../../workers/gateway/dialects/openai-responses/response-object.ts";
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
    [{ input: [{ role: "user", content: [{ type: "input_image" }] }] }, "input[0].content[0]"],
    [{ input: [{ role: "user", content: [{ type: "input_image", image_url: "ftp://x" }] }] }, "input[0].content[0]"],
    [
      { instructions: "Be brief.", input: [{ type: "function_call_output", call_id: "c", output: 5 }] },
      "input[0].output",
    ],
    [
      {
        tools: [
          { type: "function", name: "f", parameters: {} },
          { type: "mcp", server_url: "https://x" },
        ],
      },
      "tools[1]",
    ],
    [{ tools: [{ type: "namespace", name: "n", tools: [{ type: "code_interpreter" }] }] }, "tools[0].tools[0]"],
    [{ tools: [{ type: "shell", environment: { type: "container_auto" } }] }, "tools[0]"],
    [{ tools: [{ type: "web_search_preview" }] }, "tools[0]"],
    [{ input: [{ type: "additional_tools", tools: [{ type: "image_generation" }] }] }, "input[0].tools[0]"],
    [{ prompt_cache_options: { ttl: "12h" } }, "prompt_cache_options"],
    [{ prompt: { id: "pmpt_1" } }, "prompt"],
    [{ conversation: "conv_1" }, "conversation"],
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

  it("that only OpenAI can answer says which field it is", () => {
    const only = (change: object) => parsed(change).native_only.map(({ param }) => param);
    expect(only({ tools: [{ type: "web_search" }, { type: "apply_patch" }, { type: "local_shell" }] })).toEqual([
      "tools[0]",
      "tools[1]",
      "tools[2]",
    ]);
    expect(only({ tools: [{ type: "shell", environment: { type: "local" } }] })).toEqual(["tools[0]"]);
    expect(only({ input: [{ role: "user", content: [{ type: "input_file", file_id: "f" }] }] })).toEqual([
      "input[0].content[0]",
    ]);
    expect(only({ input: [{ type: "local_shell_call", call_id: "c", action: {} }] })).toEqual(["input[0]"]);
    expect(only({ top_logprobs: 3 })).toEqual(["top_logprobs"]);
    expect(only({ tools: [{ type: "custom", name: "c" }], tool_choice: { type: "custom", name: "c" } })).toEqual([]);
  });

  it("is priced, where it goes on as it came, by all that is in it", () => {
    const bytes = (change: object, of: "pricedNatively" | "countedNatively" = "pricedNatively") =>
      inputBound(parsed(change)[of]?.() ?? request()).tokens_bound;
    const plain = bytes({});
    const encrypted_content = "gAAAA".repeat(100);
    const reasoning = { type: "reasoning", summary: [], encrypted_content };
    expect(bytes({ input: [{ role: "user", content: "Hello" }, reasoning] })).toBeGreaterThan(plain + 500);
    expect(bytes({ x_unknown: "x".repeat(500) })).toBeGreaterThan(plain + 500);
    expect(bytes({ tools: [{ type: "tool_search", description: "x".repeat(500) }] })).toBeGreaterThan(plain + 500);
    const file = { input: [{ role: "user", content: [{ type: "input_file", file_id: "f" }] }] };
    expect(bytes(file)).toBeGreaterThan(1_000_000);
    // What has no size is never counted.
    expect(bytes(file, "countedNatively")).toBeLessThan(1_000);
    const searches = parsed({ tools: [{ type: "web_search" }], max_tool_calls: 2 });
    expect(inputBound(searches.request).searches_max).toBe(2);
    expect(searches.pieces).toMatchObject([{ component: "search", param: "tools[0]" }]);
  });

  it("has its own paths in place of the canonical request's", () => {
    const { pathOf } = parsed({
      instructions: "Be brief.",
      input: [
        { role: "user", content: [{ type: "input_text", text: "a" }] },
        { type: "message", role: "assistant", content: "b" },
        { type: "function_call", call_id: "1", name: "f", arguments: "{}" },
        { type: "function_call", call_id: "2", name: "f", arguments: "{}" },
        { type: "function_call_output", call_id: "1", output: "x" },
        { type: "function_call_output", call_id: "2", output: [{ type: "input_text", text: "y" }] },
      ],
    });
    const of = (param: string) => pathOf?.(param);
    expect(of("messages[0].content")).toBe("instructions");
    expect(of("messages[1].content[0].text")).toBe("input[0].content[0]");
    expect(of("messages[2].content")).toBe("input[1].content");
    expect(of("messages[2].tool_calls[1].function.arguments")).toBe("input[3].arguments");
    expect(of("messages[3].tool_call_id")).toBe("input[4].call_id");
    expect(of("messages[4].content[0]")).toBe("input[5].output[0]");
    expect(of("messages")).toBe("input");
    expect(of("messages[9].role")).toBe("input");
    expect(of("tools[2].function.parameters.properties")).toBe("tools[2].parameters.properties");
    expect(of("response_format.json_schema.schema")).toBe("text.format.schema");
    expect(of("reasoning_effort")).toBe("reasoning.effort");
    expect(of("max_completion_tokens")).toBe("max_output_tokens");
    expect(of("temperature")).toBe("temperature");
    expect(parsed({ input: "Hello" }).pathOf?.("messages[0].content")).toBe("input");
  });

  it("with a custom tool offers a function, and takes its calls back as such", () => {
    const grammar = { type: "grammar", syntax: "lark", definition: "start: /a+/" };
    const { request: chat, warnings } = parsed({
      input: [
        { role: "user", content: "Patch it" },
        { type: "custom_tool_call", call_id: "c1", name: "apply_patch", input: '*** "Begin"' },
        { type: "custom_tool_call_output", call_id: "c1", output: "done" },
      ],
      tools: [{ type: "custom", name: "apply_patch", description: "Patches.", format: grammar }],
      tool_choice: { type: "custom", name: "apply_patch" },
    });
    expect(chat.tools).toMatchObject([
      { type: "function", function: { name: "apply_patch", description: expect.stringContaining("start: /a+/") } },
    ]);
    expect(chat.tool_choice).toEqual({ type: "function", function: { name: "apply_patch" } });
    expect(chat.messages.slice(1)).toEqual([
      {
        role: "assistant",
        content: null,
        tool_calls: [
          {
            id: "c1",
            type: "function",
            function: { name: "apply_patch", arguments: '{"input":"*** \\"Begin\\""}' },
          },
        ],
      },
      { role: "tool", tool_call_id: "c1", content: "done" },
    ]);
    expect(warnings).toEqual(["tools[0]: its grammar is told and not enforced"]);
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

  it("that refuses says so as a refusal, beside its text", async () => {
    const parts: readonly Part[] = [
      { type: "start", id: "x", model: "m" },
      { type: "text", choice: 0, text: "Well. " },
      { type: "refusal", choice: 0, text: "No." },
      { type: "finish", choice: 0, reason: "stop", raw: null },
    ];
    const content = [
      { type: "output_text", text: "Well. " },
      { type: "refusal", refusal: "No." },
    ];
    const whole = json(openAiResponses.renderWhole(parts, context(), USAGE));
    expect(whole).toMatchObject({ output: [{ type: "message", content }] });
    expect(json(await accumulated(eventsOf(parts)))).toMatchObject({ output: [{ type: "message", content }] });
  });

  const SIGNED: readonly Part[] = [
    { type: "start", id: "x", model: "m" },
    { type: "tool_call", choice: 0, index: 0, id: "call_1", name: "a", signature: "c2lnbmVk" },
    { type: "tool_arguments", choice: 0, index: 0, json: "{}" },
    { type: "tool_call", choice: 0, index: 1, id: "call_2", name: "b" },
    { type: "finish", choice: 0, reason: "tool_calls", raw: null },
  ];

  it.each([
    ["as it came", WITH_PROOF, (item: object) => item],
    ["as it came, without proofs", {}, (item: object) => item],
    [
      "by a client that keeps the fields it knows",
      WITH_PROOF,
      ({ extra_content: _unknown, ...item }: Record<string, unknown>) => item,
    ],
  ])("hands a call's signature out and takes it back %s", async (_name, body, kept) => {
    const whole = json(openAiResponses.renderWhole(SIGNED, context(body), USAGE));
    const streamed = json(await accumulated(eventsOf(SIGNED, body)));
    expect(streamed).toMatchObject(whole);
    for (const { output } of [whole, streamed]) {
      const items = z.array(z.looseObject({})).parse(output).map(kept);
      const { request: chat, warnings } = parsed({ input: [{ role: "user", content: "Hello" }, ...items] });
      expect(warnings).toEqual([]);
      expect(chat.messages).toHaveLength(2);
      const [first, second] = chat.messages[1]?.role === "assistant" ? (chat.messages[1].tool_calls ?? []) : [];
      expect(first?.extra_content?.google?.thought_signature).toBe("c2lnbmVk");
      expect(second).not.toHaveProperty("extra_content");
    }
  });

  it("of a custom tool has its text, whole and streamed", async () => {
    const body = { tools: [{ type: "custom", name: "patch" }] };
    const parts: readonly Part[] = [
      { type: "start", id: "x", model: "m" },
      { type: "tool_call", choice: 0, index: 0, id: "call_1", name: "patch" },
      { type: "tool_arguments", choice: 0, index: 0, json: '{"input":"*** ' },
      { type: "tool_arguments", choice: 0, index: 0, json: 'Begin\\n"}' },
      { type: "finish", choice: 0, reason: "tool_calls", raw: null },
    ];
    const whole = json(openAiResponses.renderWhole(parts, context(body), USAGE));
    expect(whole.output).toMatchObject([
      { type: "custom_tool_call", call_id: "call_1", name: "patch", input: "*** Begin\n", status: "completed" },
    ]);
    const events = eventsOf(parts, body);
    expect(json(await accumulated(events))).toMatchObject(whole);
    expect(events).toContain('"type":"response.custom_tool_call_input.done"');
    expect(events).not.toContain("function_call_arguments");
  });

  it.each(["whole", "streamed"])(
    "whose last call was cut has it incomplete, and the one before not, %s",
    async (how) => {
      const parts: readonly Part[] = [
        ...PARTS.slice(0, 9),
        { type: "tool_arguments", choice: 0, index: 1, json: '{"y' },
      ];
      const cut: readonly Part[] = [...parts, { type: "finish", choice: 0, reason: "length", raw: null }];
      const response =
        how === "whole"
          ? json(openAiResponses.renderWhole(cut, context(), USAGE))
          : json(await accumulated(eventsOf(cut)));
      expect(response).toMatchObject({
        status: "incomplete",
        incomplete_details: { reason: "max_output_tokens" },
        output: [
          { type: "reasoning" },
          { type: "message", status: "completed" },
          { type: "function_call", status: "completed", arguments: '{"x":1}' },
          { type: "function_call", status: "incomplete", arguments: '{"y' },
        ],
      });
      if (how === "streamed") expect(eventsOf(cut)).toMatch(/output_item.done"[^\n]*"status":"incomplete"/);
    },
  );

  it("says what was used, and why it ended, in the words of the SDK's types", () => {
    const usage: OpenAI.Responses.ResponseUsage = toResponsesUsage({ ...USAGE, cached_write_5m: 2 });
    expect(usage).toEqual({
      input_tokens: 17,
      input_tokens_details: { cached_tokens: 5, cache_write_tokens: 2 },
      output_tokens: 10,
      output_tokens_details: { reasoning_tokens: 3 },
      total_tokens: 27,
    });
    const reasons: readonly (OpenAI.Responses.Response.IncompleteDetails["reason"] | null)[] = [
      incompleteReason("length"),
      incompleteReason("cut"),
      incompleteReason("content_filter"),
      incompleteReason("tool_calls"),
    ];
    expect(reasons).toEqual(["max_output_tokens", "max_output_tokens", "content_filter", null]);
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
