import { describe, expect, it } from "vitest";
import { readError } from "../../../../workers/gateway/providers/bedrock/read-error.ts";
import { END_OF_STREAM } from "../../../../workers/gateway/providers/kit/end-of-stream.ts";
import { PLAIN, recordingsOf } from "../kit-fold-harness.ts";
import {
  blockStop,
  COUNTS,
  callStart,
  delta,
  event,
  foldParts,
  METADATA,
  messageStop,
  readWhole,
  START,
} from "./fixtures.ts";

const END = { event: END_OF_STREAM, data: "" };
const JSON_TOOL = { ...PLAIN, json_tool: "json" };
const whole = (content: readonly object[], stopReason = "end_turn", usage: object = COUNTS) => ({
  output: { message: { role: "assistant", content } },
  stopReason,
  usage,
});
const usageOf = (usage: object) => readWhole(whole([], "end_turn", usage)).find((part) => part.type === "usage");

describe("usage", () => {
  it("B11: is disjoint as it comes; writes to the cache are told apart by their time to live", () => {
    expect(
      usageOf({ inputTokens: 5, outputTokens: 2, cacheReadInputTokens: 7, cacheWriteInputTokens: 30 }),
    ).toMatchObject({
      usage: { input: 5, output: 2, cached_read: 7, cached_write_5m: 30 },
    });
    const cacheDetails = [
      { ttl: "5m", inputTokens: 10 },
      { ttl: "1h", inputTokens: 20 },
    ];
    expect(usageOf({ inputTokens: 5, outputTokens: 2, cacheWriteInputTokens: 30, cacheDetails })).toEqual({
      type: "usage",
      usage: { input: 5, output: 2, cached_write_5m: 10, cached_write_1h: 20 },
    });
  });

  it("that is impossible is NaN, for the meter to refuse", () => {
    expect(usageOf({ inputTokens: -5, outputTokens: "2" })).toEqual({
      type: "usage",
      usage: { input: Number.NaN, output: Number.NaN },
    });
  });
});

describe("an answer", () => {
  it.each([
    ["end_turn", "stop"],
    ["stop_sequence", "stop"],
    ["max_tokens", "length"],
    ["model_context_window_exceeded", "length"],
    ["tool_use", "tool_calls"],
    ["guardrail_intervened", "content_filter"],
    ["content_filtered", "content_filter"],
    ["something_new", "stop"],
  ])("B12: %s is %s, whole and streamed", (raw, reason) => {
    const finish = { type: "finish", choice: 0, reason, raw };
    expect(readWhole(whole([{ text: "Hi" }], raw))).toContainEqual(finish);
    expect(foldParts([START, delta(0, { text: "Hi" }), messageStop(raw), METADATA])).toContainEqual(finish);
  });

  it("B10: texts are joined without anything between them", () => {
    const texts = [
      { type: "text", choice: 0, text: "Hel" },
      { type: "text", choice: 0, text: "lo" },
    ];
    expect(readWhole(whole([{ text: "Hel" }, { text: "lo" }])).filter(({ type }) => type === "text")).toEqual(texts);
    const streamed = foldParts([delta(0, { text: "Hel" }), blockStop(0), delta(1, { text: "lo" })]);
    expect(streamed.filter(({ type }) => type === "text")).toEqual(texts);
  });

  it("a later block of reasoning says where it begins, streamed as whole, however its signature is cut", () => {
    const blocks = [
      { reasoningContent: { reasoningText: { text: "ab", signature: "S1" } } },
      { reasoningContent: { redactedContent: "DATA" } },
      { reasoningContent: { reasoningText: { text: "cd", signature: "S2" } } },
    ];
    const signatures = (parts: ReturnType<typeof readWhole>) =>
      parts.map((part) => (part.type === "reasoning_signature" ? part.signature : "")).join("");
    expect(signatures(readWhole(whole(blocks)))).toBe("S1;r2;DATA;2;S2");
    const reasoning = (at: number, piece: object) => delta(at, { reasoningContent: piece });
    const events = [
      reasoning(0, { text: "a" }),
      reasoning(0, { text: "b" }),
      reasoning(0, { signature: "S" }),
      reasoning(0, { signature: "1" }),
      blockStop(0),
      reasoning(1, { redactedContent: "DATA" }),
      blockStop(1),
      reasoning(2, { text: "cd" }),
      reasoning(2, { signature: "S" }),
      reasoning(2, { signature: "2" }),
      blockStop(2),
    ];
    expect(signatures(foldParts(events))).toBe("S1;r2;DATA;2;S2");
  });

  it("calls that arrive mixed keep their arguments apart; one without any has {}", () => {
    const events = [
      callStart(0, "c1", "look"),
      callStart(1, "c2", "hear"),
      callStart(2, "c3", "stop"),
      delta(0, { toolUse: { input: '{"q":' } }),
      delta(1, { toolUse: { input: "[]" } }),
      delta(0, { toolUse: { input: "1}" } }),
      blockStop(1),
      blockStop(0),
      messageStop("tool_use"),
      METADATA,
    ];
    const parts = foldParts(events);
    const argumentsOf = (index: number) =>
      parts.map((part) => (part.type === "tool_arguments" && part.index === index ? part.json : "")).join("");
    expect([0, 1, 2].map(argumentsOf)).toEqual(['{"q":1}', "[]", "{}"]);
    expect(parts.flatMap((part) => (part.type === "tool_call" ? [part.id] : []))).toEqual(["c1", "c2", "c3"]);
  });

  it("the JSON tool's arguments are the text, once, and end in a stop", () => {
    const call = (input: object) => ({ toolUse: { toolUseId: "c", name: "json", input } });
    const expected = [
      { type: "text", choice: 0, text: '{"a":1}' },
      { type: "finish", choice: 0, reason: "stop", raw: "tool_use" },
    ];
    const kept = ({ type }: { type: string }) => ["text", "finish", "tool_call", "tool_arguments"].includes(type);
    expect(readWhole(whole([call({ a: 1 }), call({ a: 2 })], "tool_use"), JSON_TOOL).filter(kept)).toEqual(expected);
    const events = [
      callStart(0, "c", "json"),
      delta(0, { toolUse: { input: '{"a":1}' } }),
      blockStop(0),
      callStart(1, "d", "json"),
      delta(1, { toolUse: { input: '{"a":2}' } }),
      blockStop(1),
      messageStop("tool_use"),
      METADATA,
    ];
    expect(foldParts(events, JSON_TOOL).filter(kept)).toEqual(expected);
  });

  it("that is none, is an error", () => {
    expect(readWhole({ message: "no" })).toEqual([
      { type: "error", error: expect.objectContaining({ class: "failed", status: 502 }) },
    ]);
  });
});

describe("a stream", () => {
  const kinds = (events: Parameters<typeof foldParts>[0]) => foldParts(events).map(({ type }) => type);

  it("B4: ends after both messageStop and metadata, in either order", () => {
    const text = delta(0, { text: "Hi" });
    expect(kinds([START, text, messageStop("end_turn"), METADATA])).toEqual([
      "start",
      "text",
      "finish",
      "usage",
      "end",
    ]);
    expect(kinds([START, text, METADATA, messageStop("end_turn")])).toEqual([
      "start",
      "text",
      "usage",
      "finish",
      "end",
    ]);
  });

  it("B4: without metadata it is complete when its body ends, without usage", () => {
    expect(kinds([START, delta(0, { text: "Hi" }), messageStop("end_turn"), END])).toEqual([
      "start",
      "text",
      "finish",
      "end",
    ]);
  });

  it.each([
    [[START, delta(0, { text: "Hi" }), END]],
    [[START, delta(0, { text: "Hi" }), METADATA, END]],
    [[START, END]],
    [[END]],
  ])("that is cut has no end (%#)", (events) => {
    expect(kinds(events)).not.toContain("end");
  });

  it.each([
    ["throttlingException", "rate_limited", 429],
    ["modelStreamErrorException", "failed", 424],
    ["serviceUnavailableException", "overloaded", 503],
    ["validationException", "rejected", 400],
    ["internalServerException", "failed", 500],
    ["modelTimeoutException", "timeout", 408],
    ["newException", "failed", 500],
  ])("B3: %s is an error of the class %s, and nothing follows", (type, kind, status) => {
    const thrown = event(`exception:${type}`, { message: "said" });
    expect(
      foldParts([START, delta(0, { text: "Hi" }), thrown, messageStop("end_turn"), METADATA, END]).slice(1),
    ).toEqual([
      { type: "text", choice: 0, text: "Hi" },
      {
        type: "error",
        error: { class: kind, status, message: "said", code: type, param: null, retry_after_ms: null },
      },
    ]);
  });

  it("with an event that we need and cannot read is an error; what is new is ignored", () => {
    expect(kinds([{ event: "contentBlockDelta", data: "{" }])).toEqual(["error"]);
    expect(kinds([event("somethingNew", {}), delta(0, { somethingNew: {} })])).toEqual([]);
  });
});

describe("a refusal", () => {
  const headers = (more: Readonly<Record<string, string>> = {}) => new Headers(more);

  it("is classified by its type, from the header or the body, then by its status", () => {
    const typed = headers({
      "x-amzn-errortype": "ThrottlingException:http://internal.amazon.com/",
      "retry-after": "3",
    });
    expect(readError(400, typed, '{"message":"Too many"}')).toEqual({
      class: "rate_limited",
      status: 400,
      message: "Too many",
      code: "ThrottlingException",
      param: null,
      retry_after_ms: 3_000,
    });
    expect(
      readError(400, headers(), '{"__type":"com.amazon.coral.service#ExpiredTokenException","Message":"x"}'),
    ).toMatchObject({
      class: "auth",
      code: "ExpiredTokenException",
      message: "x",
    });
    expect(readError(400, headers({ "x-amzn-errortype": "ServiceQuotaExceededException" }), "")).toMatchObject({
      class: "quota",
    });
    expect(readError(424, headers(), "<html>")).toMatchObject({ class: "failed", code: null });
    expect(readError(403, headers(), "")).toMatchObject({ class: "auth" });
    expect(readError(503, headers(), "")).toMatchObject({ class: "overloaded" });
  });
});

const recordings = recordingsOf("bedrock");

describe.skipIf(!recordings.present)("recorded answers", () => {
  it.each(["amazon-bedrock-text", "amazon-bedrock-reasoning", "amazon-bedrock-tool-call.1"])("%s", (name) => {
    const events = recordings.lines(`${name}.chunks.txt`).map((line) => {
      const [[type, data] = ["", {}]] = Object.entries(JSON.parse(line));
      return event(type, Object(data));
    });
    const parts = foldParts([...events, END]);
    expect(parts.at(-1)?.type).toBe("end");
    expect(parts.some(({ type }) => type === "usage")).toBe(true);
    expect(parts.some(({ type }) => type === "error")).toBe(false);
    expect(readWhole(recordings.json(`${name}.json`)).at(-1)?.type).toBe("end");
  });
});
