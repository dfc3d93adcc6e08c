import { describe, expect, it } from "vitest";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import { AnswerSoFar } from "../../../../workers/gateway/pipeline/answer-so-far.ts";
import { continuedRequest, GO_ON, mayBeContinued } from "../../../../workers/gateway/pipeline/continued-request.ts";

const request: ChatRequest = { model: "a/b", messages: [{ role: "user", content: "Count!" }], stream: true };

describe("a request that goes on", () => {
  it("has the answer so far and what to do behind the caller's own turns", () => {
    expect(continuedRequest(request, { text: "one, tw", output_tokens: 3 })).toEqual({
      ...request,
      messages: [
        { role: "user", content: "Count!" },
        { role: "assistant", content: "one, tw" },
        { role: "user", content: GO_ON },
      ],
    });
    expect(request.messages).toHaveLength(1);
  });

  it.each(["", " \n"])("is the caller's own where the text so far is %j", (text) => {
    expect(continuedRequest(request, { text, output_tokens: 0 })).toEqual(request);
  });

  it("is bound by what is left of the caller's bound, and refused where nothing is", () => {
    const so_far = { text: "one", output_tokens: 4 };
    expect(continuedRequest({ ...request, max_tokens: 10 }, so_far)).toMatchObject({ max_tokens: 6 });
    expect(continuedRequest({ ...request, max_completion_tokens: 5 }, so_far)).toMatchObject({
      max_completion_tokens: 1,
    });
    expect(isRefused(continuedRequest({ ...request, max_completion_tokens: 4 }, so_far))).toBe(true);
  });

  it.each<[boolean, Partial<ChatRequest>]>([
    [true, {}],
    [true, { n: 1, logprobs: false, response_format: { type: "text" }, modalities: ["text"] }],
    [false, { n: 2 }],
    [false, { logprobs: true }],
    [false, { top_logprobs: 3 }],
    [false, { response_format: { type: "json_object" } }],
    [false, { modalities: ["text", "audio"] }],
    [false, { audio: {} }],
  ])("is %s of %j", (may, more) => {
    expect(mayBeContinued({ ...request, ...more })).toBe(may);
  });
});

describe("an answer so far", () => {
  it("is its text, open until something else than text and thoughts comes", () => {
    const answer = new AnswerSoFar();
    answer.observe([
      { type: "start", id: "x", model: "m" },
      { type: "reasoning", choice: 0, text: "Hm." },
      { type: "text", choice: 0, text: "one, " },
    ]);
    answer.observe([{ type: "text", choice: 0, text: "two" }]);
    expect([answer.text, answer.resumable]).toEqual(["one, two", true]);
  });

  it.each([
    { type: "tool_call", choice: 0, index: 0, id: "c", name: "f" },
    { type: "reasoning_signature", choice: 0, signature: "s" },
    { type: "refusal", choice: 0, text: "No." },
    { type: "finish", choice: 0, reason: "stop", raw: null },
    { type: "text", choice: 1, text: "x" },
  ] as const)("is closed by $type of choice $choice", (part) => {
    const answer = new AnswerSoFar();
    answer.observe([part]);
    expect(answer.resumable).toBe(false);
  });
});
