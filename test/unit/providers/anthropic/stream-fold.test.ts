import { describe, expect, it } from "vitest";
import { createSseReader } from "../../../../workers/gateway/providers/kit/sse.ts";
import {
  blockStart,
  blockStop,
  delta,
  eventOf,
  foldParts,
  json,
  MESSAGE_STOP,
  messageDelta,
  messageStart,
  PLAIN,
  text,
  tool,
} from "./fixtures.ts";

const fold = (...events: readonly object[]) => foldParts(events.map(eventOf));
const TEXT = [
  messageStart(),
  blockStart(0, { type: "text", text: "" }),
  text(0, "Grüß"),
  text(0, " Gott 👋"),
  blockStop(0),
  messageDelta("end_turn"),
  MESSAGE_STOP,
];

describe("a stream of text", () => {
  it("is start, usage, text, finish, usage and end", () => {
    expect(fold(...TEXT)).toEqual([
      { type: "start", id: "msg_1", model: "claude-x" },
      { type: "usage", usage: { input: 12, output: 1 } },
      { type: "text", choice: 0, text: "Grüß" },
      { type: "text", choice: 0, text: " Gott 👋" },
      { type: "finish", choice: 0, reason: "stop", raw: "end_turn" },
      { type: "usage", usage: { input: 12, output: 30 } },
      { type: "end" },
    ]);
  });

  it("S4, S6: is the same whatever the fragmentation, the separators and the comments", () => {
    const whole = TEXT.map(
      (event) => `event: ${event.type}\r\ndata:${JSON.stringify(event)}\r\n\r\n: keepalive\n\n`,
    ).join("");
    const reader = createSseReader();
    const events = [...new TextEncoder().encode(whole)].flatMap((byte) => reader.feed(new Uint8Array([byte])));
    expect(foldParts([...events, ...reader.end()])).toEqual(fold(...TEXT));
  });

  it("S7: has no end when it stops before message_stop", () => {
    for (let length = 0; length < TEXT.length; length += 1) {
      expect(fold(...TEXT.slice(0, length)).some(({ type }) => type === "end")).toBe(false);
    }
  });

  it("S5: ignores pings and what it does not know", () => {
    const noise = [{ type: "ping" }, { type: "brand_new", x: 1 }, delta(0, { type: "citations_delta", citation: {} })];
    expect(fold(...TEXT.flatMap((event) => [event, ...noise]))).toEqual([
      ...fold(...TEXT.slice(0, 1)),
      ...fold(...TEXT).slice(2),
    ]);
  });

  it("R6: joins two text blocks without a separator", () => {
    const parts = fold(
      messageStart(),
      blockStart(0, { type: "text", text: "a" }),
      blockStop(0),
      blockStart(1, { type: "text", text: "" }),
      text(1, "b"),
      blockStop(1),
    );
    expect(parts.map((part) => (part.type === "text" ? part.text : "")).join("")).toBe("ab");
  });

  it("starts once, also when the start is repeated or missing", () => {
    const starts = (...events: readonly object[]) => fold(...events).filter(({ type }) => type === "start");
    expect(starts(messageStart(), ...TEXT)).toHaveLength(1);
    expect(fold(...TEXT.slice(1))[0]).toEqual({ type: "start", id: null, model: null });
    expect(starts(...TEXT.slice(1))).toHaveLength(1);
  });

  it("says nothing after its end", () => {
    expect(fold(...TEXT, ...TEXT)).toEqual(fold(...TEXT));
  });
});

describe("a stream of tool calls", () => {
  const CALLS = [
    messageStart(),
    blockStart(0, { type: "text", text: "" }),
    text(0, "I look."),
    blockStop(0),
    blockStart(1, tool("t1", "first")),
    json(1, ""),
    json(1, '{"a":'),
    json(1, "1}"),
    blockStop(1),
    blockStart(2, { type: "thinking", thinking: "" }),
    blockStop(2),
    blockStart(3, tool("t2", "second")),
    json(3, ""),
    blockStop(3),
    blockStart(4, { type: "text", text: "" }),
    text(4, "Done."),
    blockStop(4),
    messageDelta("tool_use"),
    MESSAGE_STOP,
  ];

  it("R4, R5, R6: counts tools and not blocks, names each once, and keeps the text around them", () => {
    expect(fold(...CALLS).filter(({ type }) => type !== "usage" && type !== "start")).toEqual([
      { type: "text", choice: 0, text: "I look." },
      { type: "tool_call", choice: 0, index: 0, id: "t1", name: "first" },
      { type: "tool_arguments", choice: 0, index: 0, json: '{"a":' },
      { type: "tool_arguments", choice: 0, index: 0, json: "1}" },
      { type: "tool_call", choice: 0, index: 1, id: "t2", name: "second" },
      { type: "tool_arguments", choice: 0, index: 1, json: "{}" },
      { type: "text", choice: 0, text: "Done." },
      { type: "finish", choice: 0, reason: "tool_calls", raw: "tool_use" },
      { type: "end" },
    ]);
  });

  it("takes arguments that came with the beginning of a block", () => {
    expect(fold(messageStart(), blockStart(0, tool("t", "f", { a: 1 })), blockStop(0))).toContainEqual({
      type: "tool_arguments",
      choice: 0,
      index: 0,
      json: '{"a":1}',
    });
  });

  it("R4: completes a call whose block was never closed before it finishes", () => {
    const parts = fold(
      messageStart(),
      blockStart(0, tool("t", "f")),
      messageDelta("tool_use"),
      blockStop(0),
      MESSAGE_STOP,
    );
    expect(parts.filter(({ type }) => type === "tool_arguments" || type === "finish")).toEqual([
      { type: "tool_arguments", choice: 0, index: 0, json: "{}" },
      { type: "finish", choice: 0, reason: "tool_calls", raw: "tool_use" },
    ]);
  });

  it("A16: gives tools back their names", () => {
    const translation = { ...PLAIN, tool_names: new Map([["files_read_1", "files.read"]]) };
    expect(
      foldParts([messageStart(), blockStart(0, tool("t", "files_read_1"))].map(eventOf), translation),
    ).toContainEqual({
      type: "tool_call",
      choice: 0,
      index: 0,
      id: "t",
      name: "files.read",
    });
  });

  it("R7: does not take the provider's own tools for calls, but counts their searches", () => {
    const parts = fold(
      messageStart(),
      blockStart(0, { type: "server_tool_use", id: "s1", name: "web_search", input: {} }),
      json(0, '{"query":"x"}'),
      blockStop(0),
      blockStart(1, { type: "web_search_tool_result", tool_use_id: "s1", content: [] }),
      blockStop(1),
      blockStart(2, tool("t1", "f")),
      blockStop(2),
      messageDelta("tool_use", { output_tokens: 30, server_tool_use: { web_search_requests: 2 } }),
      MESSAGE_STOP,
    );
    expect(parts.filter(({ type }) => type === "tool_call")).toEqual([
      { type: "tool_call", choice: 0, index: 0, id: "t1", name: "f" },
    ]);
    expect(parts.filter(({ type }) => type === "tool_arguments")).toHaveLength(1);
    expect(parts).toContainEqual({ type: "usage", usage: { input: 12, output: 30, search: 2 } });
  });
});

describe("a stream of thinking", () => {
  it("R7: is reasoning with its signature, never content", () => {
    const parts = fold(
      messageStart(),
      blockStart(0, { type: "thinking", thinking: "", signature: "" }),
      delta(0, { type: "thinking_delta", thinking: "h" }),
      delta(0, { type: "thinking_delta", thinking: "m" }),
      delta(0, { type: "signature_delta", signature: "c2ln" }),
      blockStop(0),
    );
    expect(parts.slice(2)).toEqual([
      { type: "reasoning", choice: 0, text: "h" },
      { type: "reasoning", choice: 0, text: "m" },
      { type: "reasoning_signature", choice: 0, signature: "c2ln" },
    ]);
  });
});

describe("the end of a stream", () => {
  it("R1: with a refusal says why and is content_filter", () => {
    const event = {
      type: "message_delta",
      delta: { stop_reason: "refusal", stop_details: { type: "refusal", category: null, explanation: "Not this." } },
    };
    expect(fold(messageStart(), event).slice(2)).toEqual([
      { type: "refusal", choice: 0, text: "Not this." },
      { type: "finish", choice: 0, reason: "content_filter", raw: "refusal" },
    ]);
  });

  it("without a reason is stop, not a missing finish", () => {
    expect(fold(messageStart(), MESSAGE_STOP).slice(2)).toEqual([
      { type: "finish", choice: 0, reason: "stop", raw: null },
      { type: "end" },
    ]);
  });

  it("is said once", () => {
    const parts = fold(messageStart(), messageDelta("end_turn"), messageDelta("end_turn"), MESSAGE_STOP);
    expect(parts.filter(({ type }) => type === "finish")).toHaveLength(1);
  });
});

describe("an error inside a stream", () => {
  it("S8: is an error part, and neither finish nor end follow it", () => {
    const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    const parts = fold(...TEXT.slice(0, 3), error, ...TEXT.slice(3));
    expect(parts.slice(-2)).toEqual([
      { type: "text", choice: 0, text: "Grüß" },
      {
        type: "error",
        error: {
          class: "overloaded",
          status: 529,
          message: "Overloaded",
          code: "overloaded_error",
          param: null,
          retry_after_ms: null,
        },
      },
    ]);
  });

  it("S9: as the first event comes without a start, so that it can still become a status", () => {
    expect(fold({ type: "error", error: { type: "rate_limit_error", message: "Slow" } })).toEqual([
      { type: "error", error: expect.objectContaining({ class: "rate_limited", status: 429 }) },
    ]);
  });

  it.each(['{"type":"content_block_del', "[1]", '{"type":"content_block_delta","index":-1,"delta":{}}'])(
    "is also an event that cannot be read: %s",
    (data) => {
      const parts = foldParts([eventOf(messageStart()), { event: null, data }, ...TEXT.slice(1).map(eventOf)]);
      expect(parts.at(-1)).toMatchObject({ type: "error", error: { class: "failed", status: 502 } });
    },
  );
});

it("R3: usage on a stream is the largest of each figure, never their sum, and is said when it grew", () => {
  const parts = fold(
    messageStart({ input_tokens: 10, output_tokens: 1, cache_creation_input_tokens: 0 }),
    { type: "message_delta", delta: {}, usage: { output_tokens: 20, cache_read_input_tokens: 5 } },
    { type: "message_delta", delta: {}, usage: { output_tokens: 20 } },
    messageDelta("end_turn", { input_tokens: 10, output_tokens: 50, cache_creation_input_tokens: 7 }),
    MESSAGE_STOP,
  );
  expect(parts.flatMap((part) => (part.type === "usage" ? [part.usage] : []))).toEqual([
    { input: 10, output: 1 },
    { input: 10, output: 20, cached_read: 5 },
    { input: 10, output: 50, cached_read: 5, cached_write_5m: 7 },
  ]);
});
