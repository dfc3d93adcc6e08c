import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { expectedInputTokens, inputBound, textsInputBound } from "../../../schema/pricing/input-bound.ts";
import { addJson, textBytes } from "../../../schema/pricing/text-bytes.ts";
import { type ChatRequest, chatRequestSchema } from "../../../schema/wire/openai-chat.ts";
import { addChat } from "../../../workers/tokenizer/chat-tokens.ts";
import { loadEncoder } from "../../../workers/tokenizer/encoders.ts";
import { TextCounter } from "../../../workers/tokenizer/text-counter.ts";

const encoder = new TextEncoder();
const utf8 = (text: string): number => encoder.encode(text).length;

/** Any string of UTF-16 units, lone surrogates included, mixed with text as people write it. */
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 }).map((units) => String.fromCharCode(...units)),
  fc.constantFrom("", "plain", "naïve café", "你好，世界", "👩‍👩‍👧‍👦", '"\\\n\t\u0001', "<|endoftext|>"),
);

const request = (more: object): ChatRequest =>
  chatRequestSchema.parse({ model: "m", messages: [{ role: "user", content: "" }], ...more });
const says = (content: unknown): ChatRequest => request({ messages: [{ role: "user", content }] });
const empty = inputBound(request({})).tokens_bound;

describe("bytes", () => {
  test("are those that an encoder writes, for every string", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(textBytes(text)).toBe(utf8(text));
      }),
      { numRuns: 2_000 },
    );
  });

  test("of JSON are at least those of JSON.stringify, and hardly more", () => {
    // A lone surrogate is written as an escape of six bytes by JSON.stringify; it reaches no provider as JSON text.
    const wellFormed = fc.jsonValue().filter((value) => JSON.stringify(value).isWellFormed());
    fc.assert(
      fc.property(wellFormed, (value) => {
        const sum = { bytes: 0, wide_bytes: 0 };
        addJson(sum, value);
        const text = JSON.stringify(value);
        const containers = [...text].filter((char) => char === "[" || char === "{").length;
        expect(sum.bytes).toBeGreaterThanOrEqual(utf8(text));
        expect(sum.bytes).toBeLessThanOrEqual(utf8(text) + containers);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("the bound of a prompt", () => {
  test("is never below what the tokenizer counts: messages, names, calls, results and tools", async () => {
    const tokenizer = await loadEncoder("o200k_base");
    const call = fc
      .record({ name: anyText, arguments: anyText })
      .map((definition) => ({ id: "c", type: "function", function: definition }));
    const message = fc.oneof(
      fc.record({ role: fc.constantFrom("system", "user"), content: anyText, name: anyText }),
      fc.record({
        role: fc.constant("user"),
        content: fc.array(fc.record({ type: fc.constant("text"), text: anyText })),
      }),
      fc.record({ role: fc.constant("assistant"), content: anyText, tool_calls: fc.array(call, { maxLength: 3 }) }),
      fc.record({ role: fc.constant("tool"), content: anyText, tool_call_id: anyText }),
    );
    const property = fc.record({
      type: fc.constantFrom("string", "number", "boolean", "object", "array", "null"),
      description: anyText,
      enum: fc.array(anyText, { maxLength: 3 }),
    });
    const parameters = fc
      .dictionary(anyText, property, { maxKeys: 4 })
      .map((properties) => ({ type: "object", properties }));
    const tool = fc
      .record({ name: anyText, description: anyText, parameters })
      .map((definition) => ({ type: "function", function: definition }));
    const body = fc.record({
      messages: fc.array(message, { minLength: 1, maxLength: 5 }),
      tools: fc.array(tool, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(body, (body) => {
        const parsed = request(body);
        const counter = new TextCounter(tokenizer);
        addChat(counter, parsed.messages, parsed.tools ?? []);
        expect(inputBound(parsed).tokens_bound).toBeGreaterThanOrEqual(counter.total().tokens);
      }),
      { numRuns: 500 },
    );
  });

  test("grows by the bytes of the text, wherever it stands", () => {
    const text = "x".repeat(1_000);
    const places: object[] = [
      { messages: [{ role: "user", content: text }] },
      { messages: [{ role: "user", content: [{ type: "text", text }] }] },
      { messages: [{ role: "user", content: "", name: text }] },
      { messages: [{ role: "assistant", content: "", refusal: text }] },
      { messages: [{ role: "assistant", content: "", reasoning_content: text }] },
      { messages: [{ role: "assistant", content: "", something_new: { deep: [text] } }] },
      { messages: [{ role: "function", content: text, name: "f" }] },
      { tools: [{ type: "function", function: { name: "f", description: text } }] },
      { tools: [{ type: "custom", custom: { name: "f", format: { definition: text } } }] },
      { response_format: { type: "json_schema", json_schema: { name: "s", schema: { description: text } } } },
      { prediction: { type: "content", content: text } },
      { functions: [{ name: "f", description: text }] },
      { a_field_of_tomorrow: text },
    ];
    for (const place of places) {
      expect(
        inputBound(request(place)).tokens_bound - empty,
        JSON.stringify(place).slice(0, 80),
      ).toBeGreaterThanOrEqual(1_000);
    }
  });

  test("does not grow by what never reaches the prompt", () => {
    const metadata = { note: "x".repeat(500) };
    expect(
      inputBound(request({ metadata, user: "x".repeat(500), temperature: 1, stop: null })).tokens_bound,
    ).toBeLessThan(empty + 10);
  });

  test("an image counts by the model's maximum, not by the bytes of its data", () => {
    const url = `data:image/png;base64,${"A".repeat(1_000_000)}`;
    const image = { type: "image_url", image_url: { url } };
    const bound = inputBound(says([image, image]), { context_tokens: 128_000, image_tokens_max: 1_445 });
    expect(bound.images).toBe(2);
    expect(bound.tokens_bound).toBe(empty + 2 * (1_445 + 1));
    expect(inputBound(says([image])).tokens_bound).toBe(empty + 16_384 + 1);
  });

  test("sound counts by its length, a file by its bytes", () => {
    const data = "A".repeat(16_000);
    expect(inputBound(says([{ type: "input_audio", input_audio: { data, format: "mp3" } }])).tokens_bound).toBe(
      empty + 1_000 + 1,
    );
    const file = { type: "file", file: { file_data: data } };
    expect(inputBound(says([file])).tokens_bound).toBe(empty + 16_000 + 1);
  });

  test("what is sent by reference could fill the context", () => {
    const model = { context_tokens: 200_000 };
    for (const bound of [
      inputBound(says([{ type: "file", file: { file_id: "file_1" } }]), model),
      inputBound(request({ web_search_options: {} }), model),
      inputBound(request({ messages: [{ role: "assistant", content: "", audio: { id: "a" } }] }), model),
    ]) {
      expect(bound.tokens_bound).toBe(200_000);
    }
  });

  test("is never above the context: a longer prompt is refused by the provider and billed by nobody", () => {
    const long = says("x".repeat(300_000));
    expect(inputBound(long, { context_tokens: 128_000 }).tokens_bound).toBe(128_000);
    expect(inputBound(long).tokens_bound).toBeGreaterThan(300_000);
  });

  test("each text of a batch has the context to itself", () => {
    const texts = ["x".repeat(10_000), "y".repeat(10_000)];
    expect(textsInputBound(texts, { context_tokens: 8_192 }).tokens_bound).toBe(16_384);
    expect(textsInputBound(["é"]).text_bytes).toBe(2);
  });
});

describe("what to expect of a prompt", () => {
  test("3.5 bytes a token in prose, 1.5 in Chinese", () => {
    expect(expectedInputTokens(inputBound(says("x".repeat(3_500))))).toBe(1_000);
    expect(expectedInputTokens(inputBound(says("你".repeat(1_000))))).toBe(2_000);
  });

  test("never more than the bound", () => {
    fc.assert(
      fc.property(fc.array(anyText, { maxLength: 5 }), (texts) => {
        const bound = inputBound(says(texts.map((text) => ({ type: "text", text }))));
        expect(expectedInputTokens(bound)).toBeLessThanOrEqual(bound.tokens_bound);
      }),
    );
  });
});
