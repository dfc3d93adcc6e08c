import { describe, expect, it } from "vitest";
import type { Part } from "../../../../schema/canonical/parts.ts";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import type { ModelInfo } from "../../../../schema/pricing/price.ts";
import { openAiResponses } from "../../../../workers/gateway/dialects/openai-responses/openai-responses.ts";
import { azure } from "../../../../workers/gateway/providers/azure/azure.ts";
import type { ProviderAccount, ProviderAdapter } from "../../../../workers/gateway/providers/kit/provider.ts";
import { packReasoning } from "../../../../workers/gateway/providers/kit/reasoning-proof.ts";
import { createSseReader } from "../../../../workers/gateway/providers/kit/sse.ts";
import { openai } from "../../../../workers/gateway/providers/openai/openai.ts";
import { openaiCompatible } from "../../../../workers/gateway/providers/openai-compatible/openai-compatible.ts";
import { deepFreeze } from "../deep-freeze.ts";
import { joined, kinds, PLAIN } from "../kit-fold-harness.ts";
import { MODEL, NEW_MODEL } from "./fixtures.ts";
import {
  END,
  endedWith,
  eventsFrom,
  foldResponses,
  nativeOf,
  STREAM,
  USAGE,
  WHOLE,
  wireOf,
} from "./responses-fixtures.ts";

const json = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value));

interface Options {
  readonly adapter?: ProviderAdapter;
  readonly account?: Partial<ProviderAccount>;
  readonly model?: ModelInfo;
  readonly max_output_tokens?: number;
}

function sent(change: object, { adapter = openai, account, model = MODEL, max_output_tokens }: Options = {}) {
  const body = json({ model: "p/x", input: "Hello", ...change });
  const parsed = openAiResponses.parse(body);
  if (isRefused(parsed)) throw new Error(`refused: ${JSON.stringify(parsed.refused)}`);
  const translation = nativeOf(adapter).translate({
    request: parsed.request,
    body: deepFreeze(body),
    headers: {},
    account: {
      id: "p",
      kind: adapter.kind,
      base_url: "https://upstream.example/v1",
      credential: { api_key: "sk-canary" },
      region: null,
      settings: {},
      ...account,
    },
    model,
    max_output_tokens: max_output_tokens ?? null,
  });
  if (isRefused(translation)) throw new Error(`refused: ${JSON.stringify(translation.refused)}`);
  return { ...translation, body: json(JSON.parse(translation.call.body)) };
}

describe("a Responses request to a provider that speaks them", () => {
  it("is the caller's, unknown fields included, but for the model's name and that nothing is stored", () => {
    const body = {
      instructions: "You are a coding agent.",
      input: [{ type: "message", role: "user", content: [{ type: "input_text", text: "Fix it" }], x: [1, null] }],
      tools: [
        { type: "function", name: "shell", parameters: { type: "object" }, strict: false },
        { type: "custom", name: "apply_patch", format: { type: "grammar", syntax: "lark", definition: "start: /a/" } },
        { type: "local_shell" },
      ],
      tool_choice: { type: "allowed_tools", mode: "auto", tools: [{ type: "local_shell" }] },
      parallel_tool_calls: true,
      reasoning: { effort: "high", summary: "auto" },
      include: ["message.output_text.logprobs"],
      prompt_cache_key: "k",
      service_tier: "auto",
      stream: true,
      stream_options: { include_obfuscation: false },
      truncation: "auto",
      x_unknown: { deep: ["é"] },
    };
    const { call, body: upstream, warnings } = sent(body);
    expect(upstream).toEqual({ ...body, model: "gpt-old-2024-01-01", store: false });
    expect(call.url).toBe("https://upstream.example/v1/responses");
    expect(call.headers).toEqual({ authorization: "Bearer sk-canary" });
    expect(warnings).toEqual([]);
  });

  it("stores nothing, and says so to who asked for it", () => {
    expect(sent({ store: true }).body.store).toBe(false);
    expect(sent({ store: true }).warnings).toEqual(["store: responses are not stored"]);
    expect(sent({ store: false }).warnings).toEqual([]);
  });

  it("asks a model that reasons for what its reasoning goes on by, once, and no other", () => {
    const model = NEW_MODEL;
    expect(sent({}, { model }).body.include).toEqual(["reasoning.encrypted_content"]);
    expect(sent({ include: ["x", "reasoning.encrypted_content"] }, { model }).body.include).toHaveLength(2);
    expect(sent({}).body).not.toHaveProperty("include");
  });

  it("carries a bound that the wallet sets, and never in place of the caller's", () => {
    expect(sent({}, { max_output_tokens: 500 }).body.max_output_tokens).toBe(500);
    expect(sent({ max_output_tokens: 20 }, { max_output_tokens: 500 }).body.max_output_tokens).toBe(20);
    expect(sent({}).body).not.toHaveProperty("max_output_tokens");
  });

  it("has no more searches than are held for", () => {
    const tools = [{ type: "web_search" }];
    expect(sent({ tools }).body.max_tool_calls).toBe(5);
    expect(sent({ tools, max_tool_calls: 9 }).body.max_tool_calls).toBe(9);
    expect(sent({}).body).not.toHaveProperty("max_tool_calls");
  });

  it("leaves out what an answer of another provider brought along", () => {
    const proof = packReasoning({ text: "Hm.", signature: "c2ln" });
    const own = { type: "reasoning", id: "rs_1", summary: [], encrypted_content: "gAAAA" };
    const call = { type: "function_call", call_id: "c", name: "f", arguments: "{}" };
    const { body, warnings } = sent({
      input: [
        { role: "user", content: "Hello" },
        { type: "reasoning", summary: [], encrypted_content: proof },
        { ...call, extra_content: { google: { thought_signature: "c2ln" } } },
        { type: "function_call_output", call_id: "c", output: "x" },
        own,
      ],
    });
    expect(body.input).toEqual([
      { role: "user", content: "Hello" },
      call,
      { type: "function_call_output", call_id: "c", output: "x" },
      own,
    ]);
    expect(warnings).toEqual(["reasoning of another provider left out"]);
  });

  it("goes to Azure's v1 path with the key's own header", () => {
    const { call } = sent({}, { adapter: azure, account: { base_url: "https://r.openai.azure.com" } });
    expect(call.url).toBe("https://r.openai.azure.com/openai/v1/responses");
    expect(call.headers).toEqual({ "api-key": "sk-canary" });
  });

  it.each<[string, ProviderAdapter, Readonly<Record<string, string>>, boolean]>([
    ["openai", openai, {}, true],
    ["openai, set otherwise", openai, { responses: "translated" }, false],
    ["azure on the v1 path", azure, {}, true],
    ["azure with a dated version", azure, { api_version: "2024-10-21" }, false],
    ["azure with a dated version, set otherwise", azure, { responses: "translated" }, false],
    ["openai-compatible", openaiCompatible, {}, false],
    ["openai-compatible, set otherwise", openaiCompatible, { responses: "native" }, true],
  ])("is one for %s, or not", (_name, adapter, settings, expected) => {
    const account = { id: "p", kind: adapter.kind, base_url: "", credential: {}, region: null, settings };
    expect(nativeOf(adapter).only?.holds(account)).toBe(expected);
  });
});

describe("a response of a provider that speaks them", () => {
  it("is the same parts whole and streamed, its usage in disjoint components", () => {
    const whole = nativeOf().readWhole(json(WHOLE), PLAIN);
    expect(joined(whole)).toEqual([
      { type: "start", id: "resp_68", model: "gpt-5-2025-08-07" },
      { type: "reasoning", choice: 0, text: "Hm, hm." },
      { type: "text", choice: 0, text: 'Grüezi 👋 "usage":null' },
      { type: "tool_call", choice: 0, index: 0, id: "call_1", name: "read" },
      { type: "tool_arguments", choice: 0, index: 0, json: '{"a":1}' },
      { type: "tool_call", choice: 0, index: 1, id: "call_2", name: "apply_patch" },
      { type: "tool_arguments", choice: 0, index: 1, json: "*** Begin" },
      { type: "finish", choice: 0, reason: "tool_calls", raw: "completed" },
      {
        type: "usage",
        service_tier: "default",
        usage: {
          input: 500,
          cached_read: 400,
          cached_write_5m: 100,
          audio_input: 0,
          output: 26,
          reasoning: 64,
          audio_output: 0,
          search: 1,
        },
      },
      { type: "end" },
    ]);
    const streamed = foldResponses(STREAM).filter((part) => !(part.type === "usage" && part.usage.input === undefined));
    expect(joined(streamed)).toEqual(joined(whole));
  });

  it("is read the same one byte at a time", () => {
    const reader = createSseReader();
    const bytes = new TextEncoder().encode(wireOf(STREAM));
    const events = [...[...bytes].flatMap((byte) => reader.feed(new Uint8Array([byte]))), ...reader.end()];
    expect(events).toEqual(STREAM);
    expect(foldResponses(events)).toEqual(foldResponses(STREAM));
  });

  it("that is cut at any event never ends", () => {
    for (let length = 0; length < STREAM.length; length += 1) {
      expect(kinds(foldResponses(STREAM.slice(0, length)))).not.toContain("end");
    }
  });

  it("has told of each search by the time that it was made", () => {
    const at = STREAM.findIndex(({ data }) => data.includes('"status":"completed","action":{"type":"search"'));
    expect(foldResponses(STREAM.slice(0, at + 1)).at(-1)).toEqual({ type: "usage", usage: { search: 1 } });
  });

  it("is billed the searches that the provider counts, where it does", () => {
    const usageOf = (change: object) =>
      nativeOf()
        .readWhole(json({ ...WHOLE, ...change }), PLAIN)
        .find(({ type }) => type === "usage");
    expect(usageOf({ tool_usage: { web_search: { num_requests: 3 } } })).toMatchObject({ usage: { search: 3 } });
    expect(usageOf({ tool_usage: { web_search: { num_requests: 0 } } })).not.toMatchObject({ usage: { search: 1 } });
    expect(usageOf({ usage: null })).toBeUndefined();
    expect(usageOf({ service_tier: "flex" })).toMatchObject({ service_tier: "flex" });
  });

  it("tells of calls of built-in tools that the caller carries out", () => {
    const item = { type: "local_shell_call", call_id: "c", action: { type: "exec", command: ["ls"] } };
    const whole = nativeOf().readWhole(json({ ...WHOLE, output: [item] }), PLAIN);
    const streamed = foldResponses(
      eventsFrom([
        ["response.output_item.added", { output_index: 0, item: { ...item, action: null } }],
        ["response.output_item.done", { output_index: 0, item }],
      ]),
    );
    const parts = [
      { type: "tool_call", choice: 0, index: 0, id: "c", name: "local_shell_call" },
      { type: "tool_arguments", choice: 0, index: 0, json: '{"type":"exec","command":["ls"]}' },
    ];
    expect(whole.slice(1, 4)).toEqual([...parts, expect.objectContaining({ reason: "tool_calls" })]);
    expect(streamed.slice(1)).toEqual(parts);
  });

  it.each<[string, object, Partial<Part>]>([
    ["max_output_tokens", { reason: "max_output_tokens" }, { reason: "length", raw: "max_output_tokens" }],
    ["content_filter", { reason: "content_filter" }, { reason: "content_filter", raw: "content_filter" }],
    ["a reason that nobody knows", { reason: "x" }, { reason: "length", raw: "x" }],
  ])("that is incomplete because of %s says so", (_name, incomplete_details, expected) => {
    const response = { ...WHOLE, status: "incomplete", incomplete_details };
    const whole = nativeOf().readWhole(json(response), PLAIN);
    const streamed = foldResponses(endedWith(["response.incomplete", { response }]));
    for (const parts of [whole, streamed]) {
      expect(parts.find(({ type }) => type === "finish")).toMatchObject(expected);
      expect(parts.at(-1)).toEqual({ type: "end" });
    }
  });

  it.each<[string, readonly [string, object], object]>([
    [
      "by its own word",
      ["response.failed", { response: { ...WHOLE, status: "failed", error: { code: "server_error", message: "m" } } }],
      { class: "failed", status: 500, message: "m", code: "server_error" },
    ],
    [
      "because of the caller",
      ["response.failed", { response: { status: "failed", error: { code: "invalid_image_url", message: "m" } } }],
      { class: "rejected", status: 400 },
    ],
    ["with an error", ["error", { code: "rate_limit_exceeded", message: "m", param: null }], { class: "rate_limited" }],
    ["with an error in an envelope", ["error", { error: { code: "server_error", message: "m" } }], { class: "failed" }],
  ])("that fails %s is an error, never ends, and what follows is not read", (_name, last, expected) => {
    const parts = foldResponses(endedWith(last, END));
    expect(parts.find(({ type }) => type === "error")).toMatchObject({ error: expected });
    expect(kinds(parts)).not.toContain("end");
  });

  it("that failed has still used what it says", () => {
    const response = { ...WHOLE, status: "failed", error: { code: "server_error", message: "m" } };
    expect(foldResponses(endedWith(["response.failed", { response }])).at(-1)).toMatchObject({
      type: "usage",
      usage: { output: USAGE.output_tokens - 64 },
    });
  });

  it.each([
    ["failed", { ...WHOLE, status: "failed", error: { code: "server_error", message: "m" } }],
    ["is under way", { ...WHOLE, status: "in_progress" }],
    ["is an error", { error: { message: "m", type: "invalid_request_error", code: null } }],
  ])("whole that %s is an error", (_name, body) => {
    expect(kinds(nativeOf().readWhole(json(body), PLAIN))).toEqual(["error"]);
  });

  it("survives events that make no sense", () => {
    const nonsense = eventsFrom([
      ["response.output_item.added", { item: null }],
      ["response.output_item.done", {}],
      ["response.function_call_arguments.delta", { output_index: 7, delta: "x" }],
      ["response.output_text.delta", { delta: 5 }],
      ["response.unheard_of", {}],
    ]);
    expect(foldResponses([...nonsense, { event: null, data: "{" }, { event: null, data: "5" }])).toEqual([]);
  });
});
