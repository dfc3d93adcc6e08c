import { describe, expect, it } from "vitest";
import type { Part } from "../../../../schema/canonical/parts.ts";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../schema/kernel/json.ts";
import { gemini } from "../../../../workers/gateway/providers/gemini/gemini.ts";
import { ACCOUNT, model, request } from "../../gateway/fixtures.ts";
import { deepFreeze } from "../deep-freeze.ts";

const translate = (change: object, upstream_id = "gemini-3-pro-preview") =>
  gemini.translate({
    request: deepFreeze(request(change)),
    account: ACCOUNT,
    model: model({ upstream_id, capabilities: ["chat", "tools", "reasoning"] }),
    max_output_tokens: null,
  });

function sent(change: object, upstream_id?: string) {
  const translation = translate(change, upstream_id);
  if (isRefused(translation)) throw new Error(`refused: ${translation.refused.message}`);
  return { ...translation, body: JSON.parse(translation.call.body) };
}

const refusal = (change: object) => {
  const translation = translate(change);
  if (!isRefused(translation)) throw new Error("it was not refused");
  return translation.refused;
};

const call = (id: string, name: string, more: object = {}) => ({
  id,
  type: "function",
  function: { name, arguments: '{"a":1}' },
  ...more,
});

const TOOLS = ["f", "g"].map((name) => ({ type: "function", function: { name, parameters: { type: "object" } } }));
const ASK = { role: "user", content: "Hello" };

describe("a request", () => {
  it("G1: has all instructions and all their parts in one place", () => {
    const { body } = sent({
      messages: [
        { role: "system", content: "One." },
        {
          role: "developer",
          content: [
            { type: "text", text: "Two." },
            { type: "text", text: "Three." },
          ],
        },
        ASK,
      ],
    });
    expect(body.systemInstruction).toEqual({ parts: [{ text: "One." }, { text: "Two." }, { text: "Three." }] });
  });

  it("G2, G3: keeps text beside calls, and names a result by the call it is of", () => {
    const { body } = sent({
      tools: TOOLS,
      messages: [
        ASK,
        { role: "assistant", content: "I look.", tool_calls: [call("c1", "f"), call("c2", "g")] },
        { role: "tool", tool_call_id: "c1", content: "one" },
        { role: "tool", tool_call_id: "c2", content: '{"two":2}', is_error: true },
      ],
    });
    expect(body.contents[1].parts.map((part: object) => Object.keys(part)[0])).toEqual([
      "text",
      "functionCall",
      "functionCall",
    ]);
    expect(body.contents[2]).toEqual({
      role: "user",
      parts: [
        { functionResponse: { name: "f", response: { result: "one" } } },
        { functionResponse: { name: "g", response: { error: { two: 2 } } } },
      ],
    });
  });

  it("G5: hands a signature back, and puts the documented dummy on the first of unsigned calls only", () => {
    const signature = { extra_content: { google: { thought_signature: "c2ln" } } };
    const partsOf = (first: object, upstream_id?: string) =>
      sent(
        {
          tools: TOOLS,
          messages: [ASK, { role: "assistant", tool_calls: [call("c1", "f", first), call("c2", "g")] }],
        },
        upstream_id,
      ).body.contents[1].parts.map((part: { thoughtSignature?: string }) => part.thoughtSignature ?? null);
    expect(partsOf(signature)).toEqual(["c2ln", null]);
    expect(partsOf({})).toEqual(["skip_thought_signature_validator", null]);
    expect(partsOf({}, "gemini-2.5-flash")).toEqual([null, null]);
  });

  it("G13: leaves a place for an image by its URL, and asks for it", () => {
    const url = "https://images.example/a.png";
    const messages = [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }];
    expect(sent({ messages }).remote_media).toEqual([url]);
  });

  it.each<[object, string]>([
    [{ messages: [ASK, { role: "tool", tool_call_id: "x", content: "y" }] }, "messages[1].tool_call_id"],
    [{ tool_choice: "required" }, "tool_choice"],
    [{ tools: TOOLS, tool_choice: { type: "function", function: { name: "h" } } }, "tool_choice"],
    [{ logprobs: true }, "logprobs"],
    [{ n: 2 }, "n"],
  ])("with %j is refused, naming %s", (change, param) => {
    expect(refusal(change).param).toBe(param);
  });

  it("names what it leaves out of a message", () => {
    const messages = [
      { ...ASK, name: "Ann" },
      { role: "assistant", content: "x", reasoning_content: "hm" },
    ];
    expect(sent({ messages }).warnings).toHaveLength(2);
  });
});

const read = (...events: readonly object[]): readonly Part[] => {
  let state = gemini.stream.initial({
    call: { url: "", headers: {}, body: "" },
    warnings: [],
    tool_names: new Map(),
    json_tool: null,
  });
  return events.flatMap((event) => {
    const step = gemini.stream.step(state, { event: null, data: JSON.stringify(event) });
    state = step.state;
    return step.parts;
  });
};

const said = (parts: readonly object[], more: object = {}): JsonObject =>
  JSON.parse(JSON.stringify({ responseId: "r", candidates: [{ content: { parts }, ...more }] }));

const usage = (parts: readonly Part[]) => parts.find((part) => part.type === "usage");
const finish = (parts: readonly Part[]) => parts.find((part) => part.type === "finish");

describe("a stream", () => {
  it("G6, G7: numbers calls over its chunks, and finishes with them also in a later empty one", () => {
    const parts = read(
      said([{ text: "Hi" }, { functionCall: { name: "f", args: {} } }]),
      said([{ functionCall: { name: "g", args: { a: 1 } } }]),
      said([], { finishReason: "STOP" }),
    );
    const calls = parts.flatMap((part) => (part.type === "tool_call" ? [[part.index, part.name]] : []));
    expect(calls).toEqual([
      [0, "f"],
      [1, "g"],
    ]);
    expect(finish(parts)).toMatchObject({ reason: "tool_calls" });
    expect(parts.at(-1)).toEqual({ type: "end" });
  });

  it("G8: counts thoughts as reasoning, what tools put in as prompt, and takes the cached out", () => {
    const usageMetadata = {
      promptTokenCount: 10,
      cachedContentTokenCount: 4,
      toolUsePromptTokenCount: 3,
      candidatesTokenCount: 5,
      thoughtsTokenCount: 100,
    };
    expect(usage(read({ ...said([{ text: "x" }], { finishReason: "STOP" }), usageMetadata }))).toEqual({
      type: "usage",
      usage: { input: 9, cached_read: 4, output: 5, reasoning: 100 },
    });
  });

  it("G9: of a blocked prompt is one finish by the filter, its usage kept", () => {
    const parts = read({ promptFeedback: { blockReason: "SAFETY" }, usageMetadata: { promptTokenCount: 8 } });
    expect(finish(parts)).toMatchObject({ reason: "content_filter", raw: "SAFETY" });
    expect(usage(parts)).toMatchObject({ usage: { input: 8 } });
  });

  it("G10: whose bound was eaten by thoughts ends with length", () => {
    expect(finish(read(said([], { finishReason: "MAX_TOKENS" })))).toMatchObject({ reason: "length" });
  });

  it("G14: with a call that cannot be read is an error and has no end", () => {
    const parts = read(said([], { finishReason: "MALFORMED_FUNCTION_CALL" }));
    expect(parts.map(({ type }) => type)).toEqual(["start", "error"]);
  });

  it("that is cut before its reason has no end", () => {
    expect(read(said([{ text: "x" }])).some(({ type }) => type === "end")).toBe(false);
  });
});

describe("an error", () => {
  it("G15: may be wrapped in an array, and says when to come again", () => {
    const body = JSON.stringify([
      { error: { code: 429, status: "RESOURCE_EXHAUSTED", message: "m", details: [{ retryDelay: "34.6s" }] } },
    ]);
    expect(gemini.readError(429, new Headers(), body)).toMatchObject({
      class: "rate_limited",
      code: "RESOURCE_EXHAUSTED",
      retry_after_ms: 34_600,
    });
  });
});
