import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { openai } from "../../../../workers/gateway/providers/openai/openai.ts";
import { PLAIN, recordedText, recordingPresent, USAGE } from "./fixtures.ts";

const read = (body: JsonObject) => openai.readWhole(body, PLAIN);
const START = { type: "start", id: "c1", model: "gpt-x" };
const END = { type: "end" };
const answer = (message: JsonObject, more: JsonObject = {}): JsonObject => ({
  id: "c1",
  model: "gpt-x",
  choices: [{ index: 0, message: { role: "assistant", ...message }, finish_reason: "stop" }],
  ...more,
});
const FINISH = { type: "finish", choice: 0, reason: "stop", raw: "stop" };

describe("a whole answer", () => {
  it("is start, content, finish, usage and end", () => {
    expect(read(answer({ content: "Hi" }, { usage: USAGE }))).toEqual([
      START,
      { type: "text", choice: 0, text: "Hi" },
      FINISH,
      { type: "usage", usage: expect.objectContaining({ input: 12, output: 3 }) },
      END,
    ]);
  });

  it("keeps reasoning, refusal and tool calls apart from the text", () => {
    const tool_calls = [
      { id: "a", type: "function", function: { name: "f", arguments: "{}" } },
      { id: "b", type: "function", function: { name: "g", arguments: "" } },
    ];
    expect(read(answer({ reasoning_content: "hm", content: "x", refusal: "no", tool_calls }))).toEqual([
      START,
      { type: "reasoning", choice: 0, text: "hm" },
      { type: "text", choice: 0, text: "x" },
      { type: "refusal", choice: 0, text: "no" },
      { type: "tool_call", choice: 0, index: 0, id: "a", name: "f" },
      { type: "tool_arguments", choice: 0, index: 0, json: "{}" },
      { type: "tool_call", choice: 0, index: 1, id: "b", name: "g" },
      FINISH,
      END,
    ]);
  });

  it("reads reasoning under either of its names, once", () => {
    const texts = (message: JsonObject) => read(answer(message)).filter(({ type }) => type === "reasoning");
    expect(texts({ reasoning: "hm" })).toEqual([{ type: "reasoning", choice: 0, text: "hm" }]);
    expect(texts({ reasoning: "hm", reasoning_content: "hm" })).toHaveLength(1);
  });

  it("meters what a custom tool and the deprecated function call are given", () => {
    const custom = { tool_calls: [{ id: "a", type: "custom", custom: { name: "sql", input: "SELECT 1" } }] };
    expect(read(answer(custom))).toContainEqual({ type: "tool_call", choice: 0, index: 0, id: "a", name: "sql" });
    expect(read(answer(custom))).toContainEqual({ type: "tool_arguments", choice: 0, index: 0, json: "SELECT 1" });
    const deprecated = { function_call: { name: "f", arguments: '{"a":1}' } };
    expect(read(answer(deprecated))).toContainEqual({ type: "tool_call", choice: 0, index: 0, id: "", name: "f" });
    expect(read(answer(deprecated))).toContainEqual({ type: "tool_arguments", choice: 0, index: 0, json: '{"a":1}' });
  });

  it("keeps the choices apart, by index or else by place", () => {
    const choices = [
      { index: 1, message: { content: "b" }, finish_reason: "length" },
      { index: 0, message: { content: "a" }, finish_reason: "stop" },
      { message: { content: "c" } },
    ];
    expect(read({ id: "c1", model: "gpt-x", choices })).toEqual([
      START,
      { type: "text", choice: 1, text: "b" },
      { type: "finish", choice: 1, reason: "length", raw: "length" },
      { type: "text", choice: 0, text: "a" },
      FINISH,
      { type: "text", choice: 2, text: "c" },
      END,
    ]);
  });

  it.each([
    ["stop", "stop"],
    ["length", "length"],
    ["tool_calls", "tool_calls"],
    ["content_filter", "content_filter"],
    ["function_call", "tool_calls"],
    ["brand_new", "stop"],
    ["constructor", "stop"],
  ])("that ended with %s finishes with %s", (raw, reason) => {
    const body = { choices: [{ index: 0, message: {}, finish_reason: raw }] };
    expect(read(body)).toContainEqual({ type: "finish", choice: 0, reason, raw });
  });

  it("that is an error in place of a completion is that error, and no end", () => {
    expect(read({ error: { message: "Overloaded", code: 503 } })).toEqual([
      { type: "error", error: expect.objectContaining({ class: "overloaded", status: 503, message: "Overloaded" }) },
    ]);
    expect(read(answer({ content: "x" }, { error: null }))).toContainEqual(END);
  });

  it.each<JsonObject>([
    {},
    { choices: null },
    { choices: {} },
    { choices: [] },
    { choices: [null, 1, "x", []] },
    { choices: [{ message: null }, { message: "x" }, { message: [] }] },
    { choices: [{ message: { content: [{ type: "text" }], tool_calls: [null, 1, {}, { function: null }] } }] },
    { id: 7, model: null, usage: "none" },
  ])("of no known shape, %j, is a start and an end and never throws", (body) => {
    expect(read(body)).toEqual([{ type: "start", id: null, model: null }, END]);
  });
});

const RECORDED = [
  "openai/openai-text.json",
  "groq/groq-text.json",
  "groq/groq-tool-call.json",
  "deepseek/deepseek-tool-call.json",
];

// Skipped where the recorded answers are not on this machine; every behaviour has a case of our own above.
describe.each(RECORDED)("the recorded answer %s", (name) => {
  it.skipIf(!recordingPresent(name))("is read with its content, finish and usage", () => {
    const body = JSON.parse(recordedText(name));
    const [choice] = body.choices;
    const parts = read(body);
    const textOf = (type: string) =>
      parts.flatMap((part) => (part.type === type && "text" in part ? [part.text] : [])).join("");
    expect(textOf("text")).toBe(choice.message.content ?? "");
    expect(textOf("reasoning")).toBe(choice.message.reasoning_content ?? "");
    const calls = parts.flatMap((part) => (part.type === "tool_call" ? [part.name] : []));
    expect(calls).toEqual(
      (choice.message.tool_calls ?? []).map((call: { function: { name: string } }) => call.function.name),
    );
    expect(parts).toContainEqual({
      type: "finish",
      choice: 0,
      reason: choice.finish_reason,
      raw: choice.finish_reason,
    });
    expect(parts.find(({ type }) => type === "usage")).toMatchObject({
      usage: { input: body.usage.prompt_tokens - (body.usage.prompt_tokens_details?.cached_tokens ?? 0) },
    });
    expect(parts.at(-1)).toEqual(END);
  });
});
