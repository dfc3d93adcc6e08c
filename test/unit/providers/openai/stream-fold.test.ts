import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSseReader } from "../../../../workers/gateway/providers/kit/sse.ts";
import { openai } from "../../../../workers/gateway/providers/openai/openai.ts";
import {
  chunk,
  DONE,
  eventOf,
  fold,
  foldEvents,
  joined,
  PLAIN,
  recordedLines,
  recordingPresent,
  USAGE,
} from "./fixtures.ts";

const START = { type: "start", id: "chatcmpl-1", model: "gpt-x" };
const END = { type: "end" };
const FINISH = { type: "finish", choice: 0, reason: "stop", raw: "stop" };

const TEXT = [
  chunk({ role: "assistant", content: "", refusal: null }, { usage: null }),
  chunk({ content: "Grüß" }, { usage: null }),
  chunk({ content: " Gott 👋" }, { usage: null }),
  chunk({}, { usage: null }, { finish_reason: "stop" }),
  chunk(null, { usage: USAGE }),
  DONE,
];

describe("a stream of text", () => {
  it("is start, text, finish, usage and end", () => {
    expect(fold(...TEXT)).toEqual([
      START,
      { type: "text", choice: 0, text: "Grüß" },
      { type: "text", choice: 0, text: " Gott 👋" },
      FINISH,
      { type: "usage", usage: expect.objectContaining({ input: 12, output: 3 }) },
      END,
    ]);
  });

  it("S6: is the same in every fragmentation of its bytes", () => {
    const text = TEXT.map((data) => `: ping\r\ndata:${eventOf(data).data}\r\n\r\n`).join("");
    const bytes = new TextEncoder().encode(text);
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 20 }), (places) => {
        const reader = createSseReader();
        const cuts = [0, ...places.sort((a, b) => a - b), bytes.length];
        const events = cuts.slice(1).flatMap((to, index) => reader.feed(bytes.subarray(cuts[index], to)));
        expect(foldEvents([...events, ...reader.end()])).toEqual(fold(...TEXT));
      }),
    );
  });

  it("S7: has no end when it stops before [DONE], wherever that is", () => {
    for (let length = 0; length < TEXT.length; length += 1) {
      expect(fold(...TEXT.slice(0, length)).some(({ type }) => type === "end")).toBe(false);
    }
  });

  it("has no end when its bytes stop anywhere before [DONE] is whole", () => {
    const bytes = new TextEncoder().encode(TEXT.map((data) => `data: ${eventOf(data).data}\n\n`).join(""));
    for (let length = 0; length < bytes.length - 2; length += 1) {
      const reader = createSseReader();
      const events = [...reader.feed(bytes.subarray(0, length)), ...reader.end()];
      expect(foldEvents(events).some(({ type }) => type === "end")).toBe(false);
    }
  });
});

describe("a chunk that is not as we know it", () => {
  it.each([
    ["no JSON", "hello"],
    ["cut JSON", '{"id":"x","choices":[{"delta":{"content":"a'],
    ["a number", "12"],
    ["null", "null"],
    ["a list", "[]"],
    ["another [DONE]", "[done]"],
  ])("says nothing when it is %s", (_name, data) => {
    expect(fold(data)).toEqual([]);
    expect(fold(chunk({ content: "a" }), data, DONE)).toEqual([START, { type: "text", choice: 0, text: "a" }, END]);
  });

  it.each<[string, object]>([
    ["no choices", {}],
    ["choices that are none", { choices: { index: 0 } }],
    ["choices of other kinds", { choices: [null, 1, "x", []] }],
    ["no delta, as Azure's filter results have it", { choices: [{ index: 0, content_filter_results: {} }] }],
    ["a delta that is none", { choices: [{ index: 0, delta: null, finish_reason: null }] }],
    ["members of other kinds", { choices: [{ delta: { content: 1, tool_calls: {}, refusal: [] }, finish_reason: 7 }] }],
    ["only what is new", { choices: [{ delta: { brand_new: "x" } }], brand_new: true }],
    ["an error of null", { error: null }],
    ["a usage of null", { usage: null }],
  ])("is ignored when it has %s", (_name, value) => {
    expect(fold(chunk({}), value)).toEqual([START]);
  });

  it("starts the stream once, also when ids and models are missing or change", () => {
    expect(fold({ choices: [{}] }, chunk({ content: "a" }), chunk({ content: "b" }, { id: "other" }))).toEqual([
      { type: "start", id: null, model: null },
      { type: "text", choice: 0, text: "a" },
      { type: "text", choice: 0, text: "b" },
    ]);
  });

  it("does not start the stream when it has neither an id nor a choice, as Azure's first", () => {
    const first = { choices: [], created: 0, id: "", model: "", object: "", prompt_filter_results: [] };
    expect(fold(first, chunk({ content: "a" }))).toEqual([START, { type: "text", choice: 0, text: "a" }]);
  });

  it("S5: ignores the name of the event", () => {
    const { parts } = openai.stream.step(openai.stream.initial(PLAIN), {
      ...eventOf(chunk({ content: "a" })),
      event: "brand_new",
    });
    expect(parts).toContainEqual({ type: "text", choice: 0, text: "a" });
  });
});

describe("an error inside a stream", () => {
  it("S8: is an error, and never a finish or an end", () => {
    const error = { message: "Overloaded", type: "server_error", code: "rate_limit_exceeded", param: null };
    expect(fold(chunk({ content: "a" }), { error })).toEqual([
      START,
      { type: "text", choice: 0, text: "a" },
      {
        type: "error",
        error: {
          class: "rate_limited",
          status: 429,
          message: "Overloaded",
          code: "rate_limit_exceeded",
          param: null,
          retry_after_ms: null,
        },
      },
    ]);
  });

  it("is seen as the very first event too", () => {
    expect(fold({ error: { message: "x" } }).map(({ type }) => type)).toEqual(["error"]);
  });

  it("S9: is seen behind Azure's empty first chunk", () => {
    const first = { choices: [], created: 0, id: "", model: "", object: "", prompt_filter_results: [] };
    expect(fold(first, { error: { message: "x", code: "server_error" } }).map(({ type }) => type)).toEqual(["error"]);
  });

  it("is seen beside choices", () => {
    expect(fold(chunk({ content: "a" }, { error: { code: 502, message: "lost" } }))).toEqual([
      { type: "error", error: expect.objectContaining({ class: "failed", status: 502 }) },
    ]);
  });
});

describe("usage in a stream", () => {
  it("is read from a chunk that also has choices", () => {
    expect(fold(chunk({}, { usage: USAGE }, { finish_reason: "stop" }), DONE).map(({ type }) => type)).toEqual([
      "start",
      "finish",
      "usage",
      "end",
    ]);
  });

  it("is a total: a later one stands for itself", () => {
    const usages = fold(
      chunk({ content: "a" }, { usage: { prompt_tokens: 5, completion_tokens: 1 } }),
      chunk({ content: "b" }, { usage: { prompt_tokens: 5, completion_tokens: 2 } }),
    ).filter(({ type }) => type === "usage");
    expect(usages).toMatchObject([{ usage: { input: 5, output: 1 } }, { usage: { input: 5, output: 2 } }]);
  });
});

describe("tool calls in a stream", () => {
  it("keep their indexes over chunks, and are named once", () => {
    const call = (index: number, more: object) => chunk({ tool_calls: [{ index, ...more }] });
    expect(
      fold(
        call(0, { id: "a", type: "function", function: { name: "f", arguments: "" } }),
        call(0, { function: { arguments: '{"x"' } }),
        call(1, { id: "b", type: "function", function: { name: "g", arguments: "{}" } }),
        call(0, { function: { arguments: ":1}" } }),
      ),
    ).toEqual([
      START,
      { type: "tool_call", choice: 0, index: 0, id: "a", name: "f" },
      { type: "tool_arguments", choice: 0, index: 0, json: '{"x"' },
      { type: "tool_call", choice: 0, index: 1, id: "b", name: "g" },
      { type: "tool_arguments", choice: 0, index: 1, json: "{}" },
      { type: "tool_arguments", choice: 0, index: 0, json: ":1}" },
    ]);
  });

  it("come several in one chunk, also where the server leaves their index out, and beside text", () => {
    const tool_calls = [
      { id: "a", function: { name: "f", arguments: "{}" } },
      { id: "b", function: { name: "g", arguments: "{}" } },
    ];
    const parts = fold(chunk({ content: "Look: ", tool_calls }));
    expect(parts.filter(({ type }) => type === "tool_call")).toEqual([
      { type: "tool_call", choice: 0, index: 0, id: "a", name: "f" },
      { type: "tool_call", choice: 0, index: 1, id: "b", name: "g" },
    ]);
    expect(parts).toContainEqual({ type: "text", choice: 0, text: "Look: " });
  });

  it("of a custom tool and of the deprecated kind are metered as they come", () => {
    const parts = fold(
      chunk({ tool_calls: [{ index: 0, id: "a", type: "custom", custom: { name: "sql", input: "SEL" } }] }),
      chunk({ tool_calls: [{ index: 0, custom: { input: "ECT" } }] }),
      chunk({ function_call: { name: "f", arguments: "" } }, {}, { index: 1 }),
      chunk({ function_call: { arguments: "{}" } }, {}, { index: 1 }),
    );
    expect(parts.slice(1)).toEqual([
      { type: "tool_call", choice: 0, index: 0, id: "a", name: "sql" },
      { type: "tool_arguments", choice: 0, index: 0, json: "SEL" },
      { type: "tool_arguments", choice: 0, index: 0, json: "ECT" },
      { type: "tool_call", choice: 1, index: 0, id: "", name: "f" },
      { type: "tool_arguments", choice: 1, index: 0, json: "{}" },
    ]);
  });
});

it("several choices keep their indexes", () => {
  const choice = (index: number, content: string, finish_reason: string | null = null) =>
    chunk({ content }, {}, { index, finish_reason });
  expect(fold(choice(1, "b"), choice(0, "a", "stop"), choice(1, "c", "length"))).toEqual([
    START,
    { type: "text", choice: 1, text: "b" },
    { type: "text", choice: 0, text: "a" },
    FINISH,
    { type: "text", choice: 1, text: "c" },
    { type: "finish", choice: 1, reason: "length", raw: "length" },
  ]);
});

it("no list of chunks makes the fold throw, change its input, or end without [DONE]", () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.record({
      choices: fc.array(fc.record({ index: fc.jsonValue(), delta: fc.jsonValue(), finish_reason: fc.jsonValue() })),
      usage: fc.jsonValue(),
    }),
    fc.record({
      choices: fc.array(fc.record({ delta: fc.record({ content: fc.jsonValue(), tool_calls: fc.jsonValue() }) })),
    }),
  );
  fc.assert(
    fc.property(fc.array(value, { maxLength: 5 }), (values) => {
      const parts = fold(...values.map((item) => JSON.stringify(item)));
      expect(parts.some(({ type }) => type === "end")).toBe(false);
      expect(parts.filter(({ type }) => type === "start").length).toBeLessThanOrEqual(1);
    }),
  );
});

/** What an independent reading of the chunks makes of them: one whole answer. */
function assemble(lines: readonly string[]) {
  const message = { content: "", reasoning_content: "", refusal: "" };
  const tool_calls = new Map<number, { id: string; type: string; function: { name: string; arguments: string } }>();
  let finish_reason: string | null = null;
  let usage: unknown = null;
  let service_tier: unknown = null;
  for (const line of lines) {
    const value = JSON.parse(line);
    usage = value.usage ?? usage;
    service_tier = value.service_tier ?? service_tier;
    for (const { delta = {}, finish_reason: reason } of value.choices) {
      for (const name of ["content", "reasoning_content", "refusal"] as const) message[name] += delta[name] ?? "";
      for (const call of delta.tool_calls ?? []) {
        const known = tool_calls.get(call.index) ?? {
          id: call.id,
          type: "function",
          function: { name: "", arguments: "" },
        };
        known.function.name += call.function?.name ?? "";
        known.function.arguments += call.function?.arguments ?? "";
        tool_calls.set(call.index, known);
      }
      finish_reason = reason ?? finish_reason;
    }
  }
  return JSON.parse(
    JSON.stringify({
      service_tier,
      id: JSON.parse(lines[1] ?? "{}").id,
      model: JSON.parse(lines[1] ?? "{}").model,
      choices: [{ index: 0, message: { ...message, tool_calls: [...tool_calls.values()] }, finish_reason }],
      usage,
    }),
  );
}

const RECORDED = [
  "openai/openai-text.chunks.txt",
  "groq/groq-text.chunks.txt",
  "groq/groq-tool-call.chunks.txt",
  "deepseek/deepseek-tool-call.chunks.txt",
  "azure/azure-model-router.1.chunks.txt",
];

// Skipped where the recorded answers are not on this machine; every behaviour has a case of our own above.
describe.each(RECORDED)("the recorded stream %s", (name) => {
  const skip = !recordingPresent(name);

  it.skipIf(skip)("has the parts of the whole answer of its content", () => {
    const lines = recordedLines(name);
    const streamed = joined(fold(...lines, DONE));
    const whole = openai.readWhole(assemble(lines), PLAIN);
    expect(streamed).toEqual(whole);
    expect(streamed.map(({ type }) => type)).toEqual(expect.arrayContaining(["start", "finish", "usage", "end"]));
  });

  it.skipIf(skip)("is the same one byte at a time", () => {
    const lines = recordedLines(name);
    const reader = createSseReader();
    const bytes = new TextEncoder().encode([...lines, DONE].map((line) => `data: ${line}\n\n`).join(""));
    const events = Array.from(bytes).flatMap((byte) => reader.feed(new Uint8Array([byte])));
    expect(events.map(({ data }) => data)).toEqual([...lines, DONE]);
    expect(foldEvents(events)).toEqual(fold(...lines, DONE));
  });

  it.skipIf(skip)("never ends when it is cut at an event", () => {
    const lines = recordedLines(name);
    for (let length = 0; length <= lines.length; length += 1) {
      expect(fold(...lines.slice(0, length)).some(({ type }) => type === "end")).toBe(false);
    }
  });
});
