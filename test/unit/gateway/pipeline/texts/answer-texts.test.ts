import { expect, test } from "vitest";
import { AnswerTexts } from "../../../../../workers/gateway/pipeline/texts/answer-texts.ts";

test("parts of several choices become what each of them said", () => {
  const answer = new AnswerTexts();
  answer.observe([
    { type: "start", id: "a", model: "m" },
    { type: "reasoning", choice: 0, text: "Hm" },
    { type: "reasoning_signature", choice: 0, signature: "opaque" },
    { type: "text", choice: 1, text: "Other" },
    { type: "text", choice: 0, text: "He" },
  ]);
  answer.observe([
    { type: "text", choice: 0, text: "llo" },
    { type: "tool_call", choice: 0, index: 1, id: "c2", name: "g" },
    { type: "tool_call", choice: 0, index: 0, id: "c1", name: "f" },
    { type: "tool_arguments", choice: 0, index: 0, json: '{"a"' },
    { type: "tool_arguments", choice: 0, index: 0, json: ":1}" },
    { type: "finish", choice: 0, reason: "tool_calls", raw: null },
    { type: "refusal", choice: 2, text: "No" },
    { type: "usage", usage: { input: 1 } },
    { type: "end" },
  ]);
  const nothing = { text: null, reasoning: null, refusal: null, tool_calls: [], finish_reason: null };
  expect(answer.choices).toEqual([
    {
      index: 0,
      text: "Hello",
      reasoning: "Hm",
      refusal: null,
      tool_calls: [
        { id: "c1", name: "f", arguments: '{"a":1}' },
        { id: "c2", name: "g", arguments: "" },
      ],
      finish_reason: "tool_calls",
    },
    { ...nothing, index: 1, text: "Other" },
    { ...nothing, index: 2, refusal: "No" },
  ]);
  expect(answer.truncated).toBe(false);
});

test("a tool call that begins behind one that never came leaves no hole", () => {
  const answer = new AnswerTexts();
  answer.observe([{ type: "tool_call", choice: 0, index: 2, id: "c", name: "f" }]);
  expect(answer.choices[0]?.tool_calls).toEqual([{ id: "c", name: "f", arguments: "" }]);
});

test("an answer without end is kept up to a bound", () => {
  const answer = new AnswerTexts();
  for (let piece = 0; piece < 30; piece += 1) answer.observe([{ type: "text", choice: 0, text: "x".repeat(100_000) }]);
  expect(answer.choices[0]?.text?.length).toBe(2_000_000);
  expect(answer.truncated).toBe(true);
});
