import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Part } from "../../../../../schema/canonical/parts.ts";
import { isRefused } from "../../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../../schema/kernel/json.ts";
import { inputBound } from "../../../../../schema/pricing/input-bound.ts";
import { anthropicMessages } from "../../../../../workers/gateway/dialects/anthropic-messages/anthropic-messages.ts";
import { anthropic } from "../../../../../workers/gateway/providers/anthropic/anthropic.ts";
import { ACCOUNT, model, request } from "../../fixtures.ts";
import { accumulated, CONTEXT, rendered, USAGE } from "./read-messages.ts";

const json = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value));

const ASK = { model: "acme/m", max_tokens: 4_000, messages: [{ role: "user", content: "Hello" }] };

const parse = (change: object) => anthropicMessages.parse(json({ ...ASK, ...change }));

function parsed(change: object) {
  const answer = parse(change);
  if (isRefused(answer)) throw new Error(`refused: ${answer.refused.param} ${answer.refused.message}`);
  return answer;
}

/** What a coding agent sends: many tools, cached instructions, thinking, results with an image. */
const AGENT = {
  system: [
    { type: "text", text: "You are a coding agent." },
    { type: "text", text: "Rules.", cache_control: { type: "ephemeral", ttl: "1h" } },
  ],
  messages: [
    { role: "user", content: [{ type: "text", text: "Fix it", cache_control: { type: "ephemeral" } }] },
    {
      role: "assistant",
      content: [
        { type: "thinking", thinking: "Look first.", signature: "c2lnMQ==" },
        { type: "text", text: "I look." },
        { type: "tool_use", id: "toolu_1", name: "Read", input: { path: "a.ts" } },
        { type: "tool_use", id: "toolu_2", name: "Bash", input: {} },
      ],
    },
    {
      role: "user",
      content: [
        { type: "tool_result", tool_use_id: "toolu_1", content: "const a = 1;" },
        {
          type: "tool_result",
          tool_use_id: "toolu_2",
          is_error: true,
          content: [
            { type: "text", text: "failed" },
            { type: "image", source: { type: "base64", media_type: "image/png", data: "AAAA" } },
          ],
        },
        { type: "text", text: "Go on." },
      ],
    },
  ],
  tools: [
    ...Array.from({ length: 20 }, (_, at) => ({
      name: `tool_${at}`,
      description: "A tool",
      input_schema: { type: "object", properties: { a: { type: "string" } } },
    })),
    { name: "Read", description: "Reads", input_schema: { type: "object", properties: { path: { type: "string" } } } },
    {
      name: "Bash",
      description: "Runs",
      input_schema: { type: "object", properties: {} },
      cache_control: { type: "ephemeral" },
    },
  ],
  tool_choice: { type: "auto", disable_parallel_tool_use: true },
  thinking: { type: "enabled", budget_tokens: 2_000 },
  stop_sequences: ["END"],
  top_k: 5,
  metadata: { user_id: "u1" },
  stream: true,
};

describe("a Messages request", () => {
  it("comes back as the same request for Anthropic when it is translated there and back", () => {
    const translated = anthropic.translate({
      request: parsed(AGENT).request,
      account: ACCOUNT,
      model: model({ upstream_id: "claude-sonnet-4-5", capabilities: ["chat", "tools", "vision", "reasoning"] }),
      max_output_tokens: null,
    });
    if (isRefused(translated)) throw new Error(translated.refused.message);
    const body = JSON.parse(translated.call.body);
    expect(body).toMatchObject({
      system: AGENT.system,
      tools: AGENT.tools,
      tool_choice: AGENT.tool_choice,
      thinking: { type: "enabled", budget_tokens: expect.any(Number) },
      stop_sequences: ["END"],
      metadata: AGENT.metadata,
      max_tokens: 4_000,
      stream: true,
    });
    expect(body.messages[1]).toEqual(AGENT.messages[1]);
    expect(body.messages[2].content).toEqual([
      { type: "tool_result", tool_use_id: "toolu_1", content: [{ type: "text", text: "const a = 1;" }] },
      AGENT.messages[2]?.content[1],
      { type: "text", text: "Go on." },
    ]);
  });

  it.each<[object, string]>([
    [{ max_tokens: undefined }, "max_tokens"],
    [{ messages: [] }, "messages"],
    [{ messages: [{ role: "system", content: "x" }] }, "messages.0.role"],
    [{ system: [{ type: "image" }] }, "system.0"],
    [
      { messages: [{ role: "user", content: [{ type: "tool_result", content: "x" }] }] },
      "messages.0.content.0.tool_use_id",
    ],
    [{ messages: [{ role: "assistant", content: [{ type: "tool_use" }] }] }, "messages.0.content.0"],
    [{ speed: "fast" }, "speed"],
    [{ inference_geo: "us" }, "inference_geo"],
    [{ service_tier: "priority" }, "service_tier"],
    [{ tools: [{ type: "code_execution_20250825", name: "code_execution" }] }, "tools.0"],
  ])("%j is refused, naming %s", (change, param) => {
    const refused = parse(change);
    if (!isRefused(refused)) throw new Error("it was not refused");
    expect(refused.refused.param).toBe(param);
  });

  it("names what only Anthropic can do, and has searches held for", () => {
    const { request: canonical, native_only } = parsed({
      tools: [
        { type: "web_search_20250305", name: "web_search", max_uses: 3 },
        { type: "bash_20250124", name: "bash" },
      ],
      messages: [{ role: "user", content: [{ type: "search_result", source: "x", title: "t", content: [] }] }],
    });
    expect(native_only.map(({ param }) => param)).toEqual(["messages.0.content.0", "tools.0", "tools.1"]);
    expect(canonical.web_search_options).toEqual({ max_uses: 3 });
  });

  it("names a field that its translation leaves out", () => {
    expect(parsed({ x_new: 1 }).warnings).toEqual(["x_new left out: the provider has no equivalent"]);
    expect(parsed(AGENT).warnings).toEqual([]);
  });

  it("keeps cache marks where Anthropic is asked in translation, or names the loss", () => {
    const mark = { cache_control: { type: "ephemeral", ttl: "1h" } };
    const pdf = { type: "document", source: { type: "base64", media_type: "application/pdf", data: "AAAA" } };
    const use = (id: string, more: object = {}) => ({ type: "tool_use", id, name: "a", input: {}, ...more });
    const result = (id: string, content: unknown, more: object = {}) => ({
      type: "tool_result",
      tool_use_id: id,
      content,
      ...more,
    });
    const sent = (messages: readonly object[]) => {
      const { request: canonical, warnings } = parsed({
        messages,
        tools: [{ name: "a", input_schema: { type: "object" } }],
      });
      const translated = anthropic.translate({
        request: canonical,
        account: ACCOUNT,
        model: model({ upstream_id: "claude-sonnet-4-5", capabilities: ["chat", "tools", "vision"] }),
        max_output_tokens: null,
      });
      if (isRefused(translated)) throw new Error(translated.refused.message);
      return { marked: JSON.parse(translated.call.body).messages, warnings };
    };
    const turns = [
      {
        role: "user",
        content: [
          { type: "text", text: "x" },
          { ...pdf, title: "a.pdf", ...mark },
        ],
      },
      { role: "assistant", content: [{ type: "text", text: "I look." }, use("t1"), use("t2", mark)] },
      { role: "user", content: [result("t1", [{ type: "text", text: "one", ...mark }]), result("t2", [pdf], mark)] },
    ];
    const kept = sent(turns);
    expect(kept.warnings).toEqual([]);
    expect(kept.marked).toMatchObject(turns);
    const lost = sent([
      {
        role: "user",
        content: [
          { ...pdf, ...mark },
          { type: "text", text: "x" },
        ],
      },
      { role: "assistant", content: [use("t1", mark), use("t2")] },
      { role: "user", content: [result("t1", [{ ...pdf, ...mark }]), result("t2", "two")] },
    ]);
    expect(lost.warnings).toEqual([expect.stringContaining("cache_control")]);
    expect(JSON.stringify(lost.marked)).not.toContain("cache_control");
  });

  it("names what of a document and of a tool has no translation", () => {
    const source = { type: "base64", media_type: "application/pdf", data: "AAAA" };
    const document = { type: "document", source, citations: { enabled: true }, context: "From the archive." };
    const tools = [{ name: "a", input_schema: { type: "object" }, defer_loading: true, eager_input_streaming: true }];
    expect(parsed({ messages: [{ role: "user", content: [document] }], tools }).warnings).toEqual([
      "citations of a document left out: the provider has no equivalent",
      "context of a document left out: the provider has no equivalent",
      "of a tool, defer_loading left out: the provider has no equivalent",
    ]);
  });

  it("is held natively for what nobody can size, and for cache marks wherever they stand", () => {
    const estimated = (change: object) =>
      inputBound(parsed(change).pricedNatively?.() ?? request(), { context_tokens: 200_000 });
    expect(estimated({}).unknown_size).toBe(false);
    const found = { role: "user", content: [{ type: "search_result", source: "x", title: "t", content: [] }] };
    expect(estimated({ messages: [found] }).tokens_bound).toBe(200_000);
    const document = { type: "document", source: { type: "base64", media_type: "application/pdf", data: "AA" } };
    const cached = { ...document, cache_control: { type: "ephemeral", ttl: "1h" } };
    expect(estimated({ messages: [{ role: "user", content: [cached] }] }).caches_1h).toBe(true);
  });

  it("never throws, whatever it is", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (messages, tools) => {
        anthropicMessages.parse(json({ ...ASK, messages, tools }));
        anthropicMessages.parse(json({ ...ASK, messages: [{ role: "user", content: messages }], system: tools }));
      }),
    );
  });
});

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

describe("an answer", () => {
  it("streamed is, to Anthropic's SDK, the whole one", async () => {
    const message = await accumulated(rendered(PARTS));
    const whole = anthropicMessages.renderWhole(PARTS, CONTEXT, USAGE);
    expect(message).toMatchObject(
      json({ ...whole, usage: expect.anything() }) && {
        id: "msg_1",
        content: whole.content,
        stop_reason: "tool_use",
      },
    );
    expect(message.usage).toMatchObject({
      input_tokens: 10,
      cache_read_input_tokens: 5,
      cache_creation_input_tokens: 2,
      output_tokens: 10,
    });
    expect(whole.content).toEqual([
      { type: "thinking", thinking: "Hm.", signature: "c2ln" },
      { type: "text", text: "Grüße 🚀" },
      { type: "tool_use", id: "call_1", name: "a", input: { x: 1 } },
      { type: "tool_use", id: "call_2", name: "b", input: {} },
    ]);
  });

  it.each<[Part & { type: "finish" }, string]>([
    [{ type: "finish", choice: 0, reason: "stop", raw: null }, "end_turn"],
    [{ type: "finish", choice: 0, reason: "length", raw: null }, "max_tokens"],
    [{ type: "finish", choice: 0, reason: "content_filter", raw: null }, "refusal"],
  ])("that finished with $reason stopped with %s", async (finish, stop_reason) => {
    const parts: readonly Part[] = [...PARTS.slice(0, 5), finish];
    expect(anthropicMessages.renderWhole(parts, CONTEXT, USAGE).stop_reason).toBe(stop_reason);
    expect((await accumulated(rendered(parts))).stop_reason).toBe(stop_reason);
  });

  it("cut in the middle ends as one that reached its bound", async () => {
    const renderer = anthropicMessages.createRenderer(CONTEXT);
    const sent = renderer.event({ event: null, data: "" }, PARTS.slice(0, 4));
    // What is not covered is rendered and never sent, whatever blocks it ends and begins.
    renderer.event({ event: null, data: "" }, PARTS.slice(4, 7));
    const events = sent + renderer.cut({ usage: USAGE, ao: { cut: "x" } });
    const message = await accumulated(events);
    expect(message.stop_reason).toBe("max_tokens");
    expect(message.content).toEqual([
      { type: "thinking", thinking: "Hm.", signature: "c2ln" },
      { type: "text", text: "Grü" },
    ]);
    expect(events).toContain('"ao":{"cut":"x"}');
  });

  it("that fails in the middle is an error to the SDK, and no message", async () => {
    const renderer = anthropicMessages.createRenderer(CONTEXT);
    const events =
      renderer.event({ event: null, data: "" }, PARTS.slice(0, 5)) +
      renderer.error({
        error: { message: "broke", type: "api_error", code: "upstream_error", param: null, request_id: "req_1" },
      });
    await expect(accumulated(events)).rejects.toThrow(/broke/);
    expect(events).not.toContain("message_stop");
  });
});

describe("an error", () => {
  it.each([
    [400, "invalid_request_error"],
    [401, "authentication_error"],
    [402, "billing_error"],
    [403, "permission_error"],
    [404, "not_found_error"],
    [413, "request_too_large"],
    [429, "rate_limit_error"],
    [502, "api_error"],
    [503, "overloaded_error"],
  ])("of status %i is of type %s and keeps our code", (status, type) => {
    const body = {
      error: {
        message: "m",
        type: "x",
        code: "wallet_exhausted",
        param: null,
        request_id: "req_1",
        available_usd: "0",
      },
    };
    expect(anthropicMessages.errorEnvelope(body, status)).toEqual({
      type: "error",
      error: { type, message: "m", code: "wallet_exhausted", param: null, available_usd: "0" },
      request_id: "req_1",
    });
  });
});
