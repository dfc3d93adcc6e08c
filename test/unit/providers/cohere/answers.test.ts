import { describe, expect, it } from "vitest";
import { cohere } from "../../../../workers/gateway/providers/cohere/cohere.ts";
import { byteWise, eventOf, eventsOf, joined, kinds, PLAIN, recordingsOf } from "../kit-fold-harness.ts";
import {
  callDelta,
  callEnd,
  callStart,
  contentDelta,
  contentStart,
  foldParts,
  messageEnd,
  readWhole,
  START,
  USAGE,
} from "./fixtures.ts";

const TOOLS = [
  START,
  { type: "tool-plan-delta", delta: { message: { tool_plan: "I " } } },
  { type: "tool-plan-delta", delta: { message: { tool_plan: "look." } } },
  callStart(0, "w_1", "w"),
  callDelta(0, '{"q":'),
  callDelta(0, '"Ü"}'),
  callEnd(0),
  callStart(1, "now_1", "now"),
  callEnd(1),
  messageEnd("TOOL_CALL"),
];
const THOUGHT = [
  START,
  contentStart(0, "thinking"),
  contentDelta(0, { thinking: "Hm" }),
  { type: "content-end", index: 0 },
  contentStart(1, "text"),
  contentDelta(1, { text: "Wörld" }),
  { type: "citation-start", index: 0, delta: { message: { citations: { text: "x" } } } },
  { type: "citation-end", index: 0 },
  { type: "content-end", index: 1 },
  messageEnd("COMPLETE"),
];
const fold = (events: readonly object[]) => foldParts(events.map(eventOf));

describe("a stream", () => {
  it("C2: has its calls with index, id and name once, all of choice 0, and {} where there are no arguments", () => {
    expect(joined(fold(TOOLS))).toEqual([
      { type: "start", id: "msg-1", model: null },
      { type: "reasoning", choice: 0, text: "I look." },
      { type: "tool_call", choice: 0, index: 0, id: "w_1", name: "w" },
      { type: "tool_arguments", choice: 0, index: 0, json: '{"q":"Ü"}' },
      { type: "tool_call", choice: 0, index: 1, id: "now_1", name: "now" },
      { type: "tool_arguments", choice: 0, index: 1, json: "{}" },
      { type: "finish", choice: 0, reason: "tool_calls", raw: "TOOL_CALL" },
      { type: "usage", usage: { input: 8, output: 50 } },
      { type: "end" },
    ]);
  });

  it("C2: keeps the pieces of calls apart that arrive mixed", () => {
    const parts = fold([
      START,
      callStart(0, "a", "f"),
      callStart(1, "b", "g"),
      callDelta(0, '{"q":'),
      callDelta(1, '{"r":2}'),
      callDelta(0, "1}"),
      callEnd(0),
      callEnd(1),
    ]);
    const argumentsOf = (index: number) =>
      parts.map((part) => (part.type === "tool_arguments" && part.index === index ? part.json : "")).join("");
    expect([0, 1].map(argumentsOf)).toEqual(['{"q":1}', '{"r":2}']);
  });

  it("C2: counts calls from 0, whatever the provider's index counts", () => {
    const parts = fold([START, callStart(3, "a", "f"), callEnd(3), callStart(4, "b", "f"), callEnd(4)]);
    expect(parts.flatMap((part) => (part.type === "tool_call" ? [part.index] : []))).toEqual([0, 1]);
  });

  it("C3: has plan and thinking as reasoning and never as text", () => {
    expect(joined(fold(THOUGHT)).slice(1, 3)).toEqual([
      { type: "reasoning", choice: 0, text: "Hm" },
      { type: "text", choice: 0, text: "Wörld" },
    ]);
    expect(fold(TOOLS).some(({ type }) => type === "text")).toBe(false);
  });

  it.each([
    ["COMPLETE", "stop"],
    ["STOP_SEQUENCE", "stop"],
    ["MAX_TOKENS", "length"],
    ["TOOL_CALL", "tool_calls"],
    ["complete", "stop"],
    ["SOMETHING_NEW", "stop"],
  ])("C6: that finished with %s ends with %s", (raw, reason) => {
    expect(fold([START, messageEnd(raw)])).toContainEqual({ type: "finish", choice: 0, reason, raw });
    const whole = readWhole({ message: { content: [] }, finish_reason: raw });
    expect(whole).toContainEqual({ type: "finish", choice: 0, reason, raw });
  });

  it.each([
    ["ERROR", { class: "failed", status: 502 }],
    ["TIMEOUT", { class: "timeout", status: 504 }],
    ["ERROR_LIMIT", { class: "failed", status: 502 }],
  ])("C6: that finished with %s is an error, after what it cost, and never ends", (raw, error) => {
    const parts = fold([START, messageEnd(raw, { usage: USAGE, error: "boom" }), messageEnd("COMPLETE")]);
    expect(kinds(parts)).toEqual(["start", "usage", "error"]);
    expect(parts.at(-1)).toMatchObject({ error: { ...error, message: "boom" } });
    expect(readWhole({ message: {}, finish_reason: raw })).toMatchObject([{ type: "error", error }]);
  });

  it("ignores events that it does not know, and reads nothing behind its end", () => {
    const parts = fold([START, { type: "brand-new", x: 1 }, messageEnd("COMPLETE"), contentDelta(0, { text: "late" })]);
    expect(kinds(parts)).toEqual(["start", "finish", "usage", "end"]);
    expect(kinds(foldParts([...TOOLS.map(eventOf), { event: null, data: "[DONE]" }])).at(-1)).toBe("end");
  });

  it("is an error where it holds what is no event, or a refusal", () => {
    expect(kinds(foldParts([eventOf(START), { event: null, data: "{" }, eventOf(messageEnd("COMPLETE"))]))).toEqual([
      "start",
      "error",
    ]);
    expect(fold([{ message: "no more" }])).toMatchObject([{ type: "error", error: { message: "no more" } }]);
  });

  it("starts also without message-start, and takes a list of one call", () => {
    const start = callStart(0, "a", "f", '{"x":1}');
    const listed = { ...start, delta: { message: { tool_calls: [start.delta.message.tool_calls] } } };
    expect(fold([listed])).toEqual([
      { type: "start", id: null, model: null },
      { type: "tool_call", choice: 0, index: 0, id: "a", name: "f" },
      { type: "tool_arguments", choice: 0, index: 0, json: '{"x":1}' },
    ]);
  });

  it.each([
    ["calls", TOOLS],
    ["thinking", THOUGHT],
  ])("of %s is the same one byte at a time, and cut anywhere never ends", (_, events) => {
    const lines = events.map((event) => JSON.stringify(event));
    expect(foldParts(byteWise(lines))).toEqual(foldParts(eventsOf(lines)));
    for (let length = 0; length < events.length; length += 1) {
      expect(kinds(fold(events.slice(0, length)))).not.toContain("end");
    }
  });
});

describe("usage", () => {
  it("C5: is what is billed, not what the model read", () => {
    const whole = readWhole({ message: { content: [] }, finish_reason: "COMPLETE", usage: USAGE });
    expect(whole).toContainEqual({ type: "usage", usage: { input: 8, output: 50 } });
  });

  it("C5: is what the model read where nothing is said to be billed, and none where nothing is said", () => {
    const { tokens } = USAGE;
    const parts = readWhole({ message: {}, usage: { tokens } });
    expect(parts).toContainEqual({ type: "usage", usage: { input: 1_394, output: 54 } });
    expect(kinds(readWhole({ message: {} }))).not.toContain("usage");
  });

  it.each([-1, 1.5, "8"])("with a figure of %j is NaN, for the meter to refuse", (input_tokens) => {
    const parts = readWhole({ message: {}, usage: { billed_units: { input_tokens, output_tokens: 1 } } });
    expect(parts).toContainEqual({ type: "usage", usage: { input: Number.NaN, output: 1 } });
  });
});

describe("a whole answer", () => {
  it("means the same as its stream", () => {
    const body = {
      id: "msg-1",
      message: {
        tool_plan: "I look.",
        tool_calls: [
          { id: "w_1", type: "function", function: { name: "w", arguments: '{"q":"Ü"}' } },
          { id: "now_1", type: "function", function: { name: "now", arguments: "" } },
        ],
      },
      finish_reason: "TOOL_CALL",
      usage: USAGE,
    };
    expect(readWhole(body)).toEqual(joined(fold(TOOLS)));
  });

  it("names tools as the caller does", () => {
    const body = { message: { tool_calls: [{ id: "a", function: { name: "f_1", arguments: "{}" } }] } };
    const named = { ...PLAIN, tool_names: new Map([["f_1", "f.x"]]) };
    expect(readWhole(body, named)).toContainEqual({ type: "tool_call", choice: 0, index: 0, id: "a", name: "f.x" });
    expect(foldParts([eventOf(callStart(0, "a", "f_1"))], named)).toContainEqual({
      type: "tool_call",
      choice: 0,
      index: 0,
      id: "a",
      name: "f.x",
    });
  });

  it("that is none is an error", () => {
    expect(kinds(readWhole({ text: "v1" }))).toEqual(["error"]);
  });
});

describe("a refusal", () => {
  it.each([
    [400, "rejected"],
    [401, "auth"],
    [402, "quota"],
    [403, "auth"],
    [404, "not_found"],
    [413, "too_large"],
    [422, "rejected"],
    [429, "rate_limited"],
    [498, "content_filter"],
    [499, "failed"],
    [500, "failed"],
    [503, "overloaded"],
    [504, "timeout"],
  ])("with status %d is %s", (status, kind) => {
    const headers = new Headers({ "retry-after": "3" });
    expect(cohere.readError(status, headers, '{"message":"why"}')).toEqual({
      class: kind,
      status,
      message: "why",
      code: null,
      param: null,
      retry_after_ms: 3_000,
    });
    expect(cohere.readError(status, headers, "<html>").message).toBe(`The provider answered with status ${status}.`);
  });
});

describe("the list of models", () => {
  it("is asked for with the key and read page by page", () => {
    const listing = cohere.listModels?.({
      id: "p",
      kind: "cohere",
      base_url: "https://upstream.example",
      credential: { api_key: "k" },
      region: null,
      settings: {},
    });
    expect(listing?.request).toEqual({
      url: "https://upstream.example/v1/models?page_size=1000",
      headers: { authorization: "Bearer k" },
    });
    expect(listing?.read({ models: [{ name: "command-a" }, {}], next_page_token: "a/b" })).toEqual({
      ids: ["command-a"],
      next_url: "https://upstream.example/v1/models?page_size=1000&page_token=a%2Fb",
    });
    expect(listing?.read({ models: [] }).next_url).toBeNull();
  });
});

const recorded = recordingsOf("cohere");
const STREAMS = [
  ["cohere-text", ["start", "text", "finish", "usage", "end"], { input: 12, output: 7 }],
  ["cohere-reasoning", ["start", "reasoning", "text", "finish", "usage", "end"], { input: 8, output: 50 }],
  [
    "cohere-tool-call",
    ["start", "reasoning", "tool_call", "tool_arguments", "tool_call", "tool_arguments", "finish", "usage", "end"],
    { input: 119, output: 44 },
  ],
] as const;

// Skipped where the recorded answers of the provider are not on this machine; the other tests here do not need them.
describe.skipIf(!recorded.present)("recorded answers", () => {
  it.each(STREAMS)(
    "%s has the parts of its kind, streamed and whole, and costs what was billed",
    (name, types, usage) => {
      const stream = joined(foldParts(eventsOf(recorded.lines(`${name}.chunks.txt`))));
      expect(kinds(stream)).toEqual(types);
      expect(stream).toContainEqual({ type: "usage", usage });
      expect(kinds(joined(cohere.readWhole(recorded.json(`${name}.json`), PLAIN)))).toEqual(types);
    },
  );

  it.each(STREAMS)("%s is the same one byte at a time, and cut at any event never ends", (name) => {
    const lines = recorded.lines(`${name}.chunks.txt`);
    expect(foldParts(byteWise(lines))).toEqual(foldParts(eventsOf(lines)));
    for (let length = 0; length < lines.length; length += 1) {
      expect(kinds(foldParts(eventsOf(lines.slice(0, length))))).not.toContain("end");
    }
  });

  it("embeddings are read with what was billed", () => {
    const answer = cohere.embeddings?.readWhole(recorded.json("cohere-embedding.json"));
    expect(answer?.vectors.map((vector) => vector.length)).toEqual([5, 5]);
    expect(answer?.parts).toContainEqual({ type: "usage", usage: { input: 10 } });
  });
});
