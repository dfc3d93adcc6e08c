import { describe, expect, it } from "vitest";
import { anthropic } from "../../../../workers/gateway/providers/anthropic/anthropic.ts";
import { mapFinishReason } from "../../../../workers/gateway/providers/anthropic/map-finish-reason.ts";
import { message, PLAIN, tool } from "./fixtures.ts";

describe("a whole answer", () => {
  it("is start, content in its order, finish, usage and end", () => {
    const body = message(
      [
        { type: "thinking", thinking: "hm", signature: "c2ln" },
        { type: "text", text: "I " },
        { type: "text", text: "look." },
        { type: "server_tool_use", id: "s", name: "web_search", input: {} },
        { type: "web_search_tool_result", tool_use_id: "s", content: [] },
        tool("t1", "f", { a: 1 }),
        { type: "of_tomorrow" },
        tool("t2", "files_read_1"),
      ],
      "tool_use",
    );
    const translation = { ...PLAIN, tool_names: new Map([["files_read_1", "files.read"]]) };
    expect(anthropic.readWhole(body, translation)).toEqual([
      { type: "start", id: "msg_1", model: "claude-x" },
      { type: "reasoning", choice: 0, text: "hm" },
      { type: "reasoning_signature", choice: 0, signature: "c2ln" },
      { type: "text", choice: 0, text: "I " },
      { type: "text", choice: 0, text: "look." },
      { type: "tool_call", choice: 0, index: 0, id: "t1", name: "f" },
      { type: "tool_arguments", choice: 0, index: 0, json: '{"a":1}' },
      { type: "tool_call", choice: 0, index: 1, id: "t2", name: "files.read" },
      { type: "tool_arguments", choice: 0, index: 1, json: "{}" },
      { type: "finish", choice: 0, reason: "tool_calls", raw: "tool_use" },
      { type: "usage", usage: { input: 12, output: 30 } },
      { type: "end" },
    ]);
  });

  it("R1: with a refusal says why", () => {
    const stop_details = { type: "refusal", category: "cyber", explanation: "Not this." };
    expect(anthropic.readWhole(message([], "refusal", { stop_details }), PLAIN).slice(1, 3)).toEqual([
      { type: "refusal", choice: 0, text: "Not this." },
      { type: "finish", choice: 0, reason: "content_filter", raw: "refusal" },
    ]);
  });

  it("without usage has no usage part, so that the meter knows to count", () => {
    const parts = anthropic.readWhole(message([], "end_turn", { usage: null }), PLAIN);
    expect(parts.map(({ type }) => type)).toEqual(["start", "finish", "end"]);
  });

  it("that is an error in spite of its status is an error", () => {
    const body = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    expect(anthropic.readWhole(body, PLAIN)).toEqual([
      { type: "error", error: expect.objectContaining({ class: "overloaded", status: 529, message: "Overloaded" }) },
    ]);
  });

  it("that is no message at all is an error and has no end", () => {
    expect(anthropic.readWhole({ hello: "world" }, PLAIN)).toEqual([
      { type: "error", error: expect.objectContaining({ class: "failed", status: 502 }) },
    ]);
  });
});

describe("why an answer ended", () => {
  it.each([
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["pause_turn", "length"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["tool_use", "tool_calls"],
    ["refusal", "content_filter"],
    ["of_tomorrow", "stop"],
    ["constructor", "stop"],
    [null, "stop"],
  ])("R1: %s is %s, the raw reason kept", (raw, reason) => {
    expect(mapFinishReason(raw, false)).toBe(reason);
    expect(anthropic.readWhole(message([], raw), PLAIN)).toContainEqual({ type: "finish", choice: 0, reason, raw });
  });
});
