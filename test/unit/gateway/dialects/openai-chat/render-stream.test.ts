import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Part } from "../../../../../schema/canonical/parts.ts";
import { createChunkRenderer } from "../../../../../workers/gateway/dialects/openai-chat/render-stream.ts";
import type { StreamTail } from "../../../../../workers/gateway/dialects/stream-renderer.ts";
import { chunksOf, dataOf } from "./read-chunks.ts";

const IDENTITY = { id: "chatcmpl-1", created: 1_760_000_000, model: "m-1" };
const EVENT = { event: null, data: "{}" };
const TAIL: StreamTail = { usage: { input: 5, output: 3 }, ao: null };
const TOTALS = {
  prompt_tokens: 5,
  completion_tokens: 3,
  total_tokens: 8,
  prompt_tokens_details: { cached_tokens: 0, audio_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 0 },
};

const rendererOf = (include_usage = false) => createChunkRenderer({ identity: IDENTITY, include_usage });
const START: Part = { type: "start", id: "x", model: "y" };
const text = (value: string, choice = 0): Part => ({ type: "text", choice, text: value });
const finish = (choice = 0): Part => ({ type: "finish", choice, reason: "stop", raw: "end_turn" });

const part: fc.Arbitrary<Part> = fc.oneof(
  fc.record({
    type: fc.constantFrom("text" as const, "refusal" as const, "reasoning" as const),
    choice: fc.nat({ max: 2 }),
    text: fc.string(),
  }),
  fc.record({ type: fc.constant("reasoning_signature" as const), choice: fc.nat({ max: 2 }), signature: fc.string() }),
  fc.record({
    type: fc.constant("tool_call" as const),
    choice: fc.nat({ max: 2 }),
    index: fc.nat({ max: 2 }),
    id: fc.string(),
    name: fc.string(),
  }),
  fc.record({
    type: fc.constant("tool_arguments" as const),
    choice: fc.nat({ max: 2 }),
    index: fc.nat({ max: 2 }),
    json: fc.string(),
  }),
  fc.record({ type: fc.constant("usage" as const), usage: fc.constant({ input: 1 }) }),
);

describe("a stream rendered as chunks", () => {
  it("has the role first, then the deltas, a finish, and [DONE]", () => {
    const renderer = rendererOf();
    const out = renderer.event(EVENT, [START, text("Hi"), text("!"), finish(), { type: "end" }]) + renderer.end(TAIL);
    expect(chunksOf(out).map(({ choices }) => choices)).toEqual([
      [{ index: 0, delta: { role: "assistant", content: "" }, logprobs: null, finish_reason: null }],
      [{ index: 0, delta: { content: "Hi" }, logprobs: null, finish_reason: null }],
      [{ index: 0, delta: { content: "!" }, logprobs: null, finish_reason: null }],
      [{ index: 0, delta: {}, logprobs: null, finish_reason: "stop" }],
    ]);
    expect(dataOf(out).at(-1)).toBe("[DONE]");
  });

  it("has deltas of every kind", () => {
    const renderer = rendererOf();
    const parts: readonly Part[] = [
      START,
      { type: "reasoning", choice: 0, text: "hm" },
      { type: "reasoning_signature", choice: 0, signature: "S" },
      { type: "refusal", choice: 0, text: "no" },
      { type: "tool_call", choice: 0, index: 1, id: "a", name: "f" },
      { type: "tool_arguments", choice: 0, index: 1, json: "{}" },
    ];
    expect(chunksOf(renderer.event(EVENT, parts)).map(({ choices }) => choices[0]?.delta)).toEqual([
      { role: "assistant", content: "" },
      { reasoning_content: "hm" },
      { reasoning_signature: "S" },
      { refusal: "no" },
      { tool_calls: [{ index: 1, id: "a", type: "function", function: { name: "f", arguments: "" } }] },
      { tool_calls: [{ index: 1, function: { arguments: "{}" } }] },
    ]);
  });

  it("S10, S12: keeps one identity, says the role once for each choice and finishes only where a finish is, for any parts", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(part, { maxLength: 4 }), { maxLength: 6 }),
        fc.boolean(),
        (events, include_usage) => {
          const renderer = rendererOf(include_usage);
          const open = new Set(events.flat().flatMap((item) => ("choice" in item ? [item.choice] : [])));
          const out =
            events.map((parts) => renderer.event(EVENT, parts)).join("") +
            renderer.event(EVENT, [...open].map(finish)) +
            renderer.end(TAIL);
          const chunks = chunksOf(out);
          for (const { id, object, created, model } of chunks) {
            expect({ id, object, created, model }).toEqual({ ...IDENTITY, object: "chat.completion.chunk" });
          }
          for (const choice of open) {
            const own = chunks.flatMap(({ choices }) => choices.filter(({ index }) => index === choice));
            expect(own.map(({ delta }) => delta.role)).toEqual(["assistant", ...own.slice(1).map(() => undefined)]);
            expect(own.map(({ finish_reason }) => finish_reason)).toEqual([...own.slice(1).map(() => null), "stop"]);
          }
        },
      ),
    );
  });
});

describe("the usage in a stream", () => {
  it("S11: asked for: null on every chunk, then one chunk without choices, then [DONE]", () => {
    const renderer = rendererOf(true);
    const out =
      renderer.event(EVENT, [START, text("Hi"), { type: "usage", usage: { input: 9 } }, finish()]) + renderer.end(TAIL);
    const chunks = chunksOf(out);
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    expect(chunks.at(-1)).toEqual({ ...IDENTITY, object: "chat.completion.chunk", choices: [], usage: TOTALS });
    expect(dataOf(out).at(-1)).toBe("[DONE]");
  });

  it("S11: not asked for: no such field anywhere and no chunk without choices", () => {
    const renderer = rendererOf();
    const out =
      renderer.event(EVENT, [START, text("Hi"), { type: "usage", usage: { input: 9 } }, finish()]) + renderer.end(TAIL);
    expect(out).not.toContain("usage");
    expect(chunksOf(out).every(({ choices }) => choices.length === 1)).toBe(true);
  });

  it("has the platform's own figures beside it, on the last chunk only", () => {
    const ao = { cost_usd: "0.000000100" };
    expect(chunksOf(rendererOf().end({ ...TAIL, ao }))).toEqual([
      { ...IDENTITY, object: "chat.completion.chunk", choices: [], ao },
    ]);
    expect(chunksOf(rendererOf(true).end({ ...TAIL, ao }))).toEqual([
      { ...IDENTITY, object: "chat.completion.chunk", choices: [], usage: TOTALS, ao },
    ]);
  });
});

describe("an answer that is cut", () => {
  it("finishes every open choice with length, and no choice twice", () => {
    const renderer = rendererOf();
    renderer.event(EVENT, [START, text("a"), text("b", 1), text("c", 2), finish(1)]);
    const out = renderer.cut(TAIL);
    expect(chunksOf(out).map(({ choices }) => choices)).toEqual([
      [{ index: 0, delta: {}, logprobs: null, finish_reason: "length" }],
      [{ index: 2, delta: {}, logprobs: null, finish_reason: "length" }],
    ]);
    expect(dataOf(out).at(-1)).toBe("[DONE]");
  });

  it("before anything was said still is one whole choice", () => {
    expect(chunksOf(rendererOf().cut(TAIL)).map(({ choices }) => choices)).toEqual([
      [{ index: 0, delta: { role: "assistant", content: "" }, logprobs: null, finish_reason: "length" }],
    ]);
  });

  it("finishes also when the event that finished it is the one that could not be delivered", () => {
    const renderer = rendererOf();
    renderer.event(EVENT, [START, text("a"), finish()]);
    expect(chunksOf(renderer.cut(TAIL)).map(({ choices }) => choices[0]?.finish_reason)).toEqual(["length"]);
  });

  it("has its usage where it was asked for", () => {
    expect(chunksOf(rendererOf(true).cut(TAIL)).at(-1)).toMatchObject({ choices: [], usage: TOTALS });
  });
});

it("S8: an error is the envelope in one event, with no [DONE] and no finish", () => {
  const renderer = rendererOf(true);
  renderer.event(EVENT, [START, text("a")]);
  const body = { error: { message: "m\nn", type: "api_error", code: "upstream_error", param: null, request_id: "r" } };
  expect(dataOf(renderer.error(body)).map((data) => JSON.parse(data))).toEqual([body]);
});
