import { describe, expect, it } from "vitest";
import type { Part } from "../../../../../schema/canonical/parts.ts";
import { renderWhole } from "../../../../../workers/gateway/dialects/openai-chat/render-whole.ts";

const IDENTITY = { id: "chatcmpl-1", created: 1_760_000_000, model: "m-1" };
const render = (...parts: readonly Part[]) =>
  renderWhole(parts, IDENTITY, parts.findLast((part) => part.type === "usage")?.usage ?? {});
const messageOf = (...parts: readonly Part[]) => JSON.parse(JSON.stringify(render(...parts))).choices[0].message;

const text = (value: string, choice = 0): Part => ({ type: "text", choice, text: value });
const call = (index: number, name: string, choice = 0): Part => ({
  type: "tool_call",
  choice,
  index,
  id: `id-${name}`,
  name,
});
const args = (index: number, json: string, choice = 0): Part => ({ type: "tool_arguments", choice, index, json });
const finish = (reason: "stop" | "length" | "tool_calls" = "stop", choice = 0): Part => ({
  type: "finish",
  choice,
  reason,
  raw: null,
});

describe("a whole answer in OpenAI's words", () => {
  it("has the envelope, its texts joined and the usage with its parts inside its totals", () => {
    expect(
      render(
        { type: "start", id: "up-1", model: "up-m" },
        text("Hel"),
        text("lo"),
        finish(),
        {
          type: "usage",
          usage: { input: 5, cached_read: 7, output: 11, reasoning: 13, audio_input: 1, audio_output: 2 },
        },
        { type: "end" },
      ),
    ).toEqual({
      id: "chatcmpl-1",
      object: "chat.completion",
      created: 1_760_000_000,
      model: "m-1",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "Hello", refusal: null },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: {
        prompt_tokens: 13,
        completion_tokens: 26,
        total_tokens: 39,
        prompt_tokens_details: { cached_tokens: 7, audio_tokens: 1 },
        completion_tokens_details: { reasoning_tokens: 13, audio_tokens: 2 },
      },
    });
  });

  it("has the last usage, since each is a total", () => {
    const usage = (output: number): Part => ({ type: "usage", usage: { input: 1, output } });
    expect(render(usage(1), usage(9), usage(5))).toMatchObject({ usage: { completion_tokens: 5, total_tokens: 6 } });
  });

  it.each<[string, readonly Part[], string | null]>([
    ["null beside tool calls", [call(0, "f")], null],
    ["null beside a refusal", [{ type: "refusal", choice: 0, text: "No." }], null],
    ["empty when there is nothing at all", [finish("length")], ""],
    ["empty when there is only reasoning", [{ type: "reasoning", choice: 0, text: "hm" }, finish("length")], ""],
    ["the text beside tool calls", [text("Look."), call(0, "f")], "Look."],
    ["the empty text that was sent", [text(""), call(0, "f")], ""],
  ])("has content %s", (_name, parts, content) => {
    expect(messageOf(...parts).content).toBe(content);
  });

  it("has its tool calls in the order of their indexes, each with its own arguments", () => {
    expect(
      messageOf(call(2, "c"), call(0, "a"), args(2, "{}"), args(0, '{"x"'), args(0, ":1}"), call(1, "b")).tool_calls,
    ).toEqual([
      { id: "id-a", type: "function", function: { name: "a", arguments: '{"x":1}' } },
      { id: "id-b", type: "function", function: { name: "b", arguments: "" } },
      { id: "id-c", type: "function", function: { name: "c", arguments: "{}" } },
    ]);
  });

  it("has no tool_calls member without a call, and leaves arguments of no call out", () => {
    expect(messageOf(args(0, "{}"))).toEqual({ role: "assistant", content: "", refusal: null });
  });

  it("keeps reasoning out of the content, and joins the signatures of its blocks", () => {
    expect(
      messageOf(
        { type: "reasoning", choice: 0, text: "a" },
        { type: "reasoning_signature", choice: 0, signature: "S1" },
        { type: "reasoning", choice: 0, text: "b" },
        { type: "reasoning_signature", choice: 0, signature: "S2" },
        text("x"),
      ),
    ).toEqual({ role: "assistant", content: "x", refusal: null, reasoning_content: "ab", reasoning_signature: "S1S2" });
  });

  it("has its choices in the order of their indexes, each with its own parts", () => {
    const { choices } = JSON.parse(
      JSON.stringify(render(text("b", 1), finish("length", 1), text("a"), call(0, "f", 1), finish(), text("!", 1))),
    );
    expect(choices).toMatchObject([
      { index: 0, message: { content: "a" }, finish_reason: "stop" },
      { index: 1, message: { content: "b!", tool_calls: [{ id: "id-f" }] }, finish_reason: "length" },
    ]);
  });

  it("has one choice also when the provider answered with nothing", () => {
    expect(render({ type: "start", id: null, model: null }, { type: "end" })).toMatchObject({
      choices: [{ index: 0, message: { role: "assistant", content: "", refusal: null }, finish_reason: null }],
      usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    });
  });
});
