import { describe, expect, it } from "vitest";
import { isRefused } from "../../../../schema/kernel/errors.ts";
import { embeddingsRequestSchema } from "../../../../schema/wire/openai-embeddings.ts";
import { embeddings } from "../../../../workers/gateway/providers/mistral/embeddings.ts";
import { mistral } from "../../../../workers/gateway/providers/mistral/mistral.ts";
import { byteWise, eventOf, eventsOf, joined, kinds, PLAIN, recordingsOf } from "../kit-fold-harness.ts";
import { account, chunk, foldParts, MODEL, readWhole, USAGE } from "./fixtures.ts";

const DONE = { event: null, data: "[DONE]" };
const fold = (...chunks: readonly object[]) => foldParts([...chunks.map(eventOf), DONE]);
const think = (text: string) => ({ type: "thinking", thinking: [{ type: "text", text }] });

const THOUGHT = [
  chunk({ role: "assistant", content: "" }),
  chunk({ content: [think("Hm, ")] }),
  chunk({ content: [think("wörld.")] }),
  chunk({ content: [{ type: "text", text: "Wör" }] }),
  chunk({ content: "ld" }),
  chunk({ content: "" }, "stop", { usage: USAGE }),
];
const CALLS = [
  chunk({ role: "assistant", content: "" }),
  chunk({ tool_calls: [{ id: "aaaaaaaaa", function: { name: "f", arguments: '{"a":1}' } }] }),
  chunk({ tool_calls: [{ id: "bbbbbbbbb", function: { name: "g", arguments: "{}" } }] }, "tool_calls", {
    usage: USAGE,
  }),
];

describe("a stream", () => {
  it("M4: of thinking and text in chunks has the one as reasoning and the other as text", () => {
    expect(joined(fold(...THOUGHT))).toEqual([
      { type: "start", id: "cmpl-1", model: "mistral-large-2512" },
      { type: "reasoning", choice: 0, text: "Hm, wörld." },
      { type: "text", choice: 0, text: "Wörld" },
      { type: "finish", choice: 0, reason: "stop", raw: "stop" },
      { type: "usage", usage: expect.objectContaining({ input: 12, output: 3 }) },
      { type: "end" },
    ]);
  });

  it("counts its calls, which come without an index, each in a chunk of its own", () => {
    const parts = fold(...CALLS).filter(({ type }) => type.startsWith("tool"));
    expect(parts).toEqual([
      { type: "tool_call", choice: 0, index: 0, id: "aaaaaaaaa", name: "f" },
      { type: "tool_arguments", choice: 0, index: 0, json: '{"a":1}' },
      { type: "tool_call", choice: 0, index: 1, id: "bbbbbbbbb", name: "g" },
      { type: "tool_arguments", choice: 0, index: 1, json: "{}" },
    ]);
  });

  it("begins a call once, however often its pieces name it", () => {
    const piece = (id: string | null, name: string | null, written: string) =>
      chunk({ tool_calls: [{ id, index: 0, function: { name, arguments: written } }] });
    const parts = fold(piece("aaaaaaaaa", "f", '{"a"'), piece("aaaaaaaaa", "f", ":"), piece("null", null, "1}"));
    expect(joined(parts).slice(1, -1)).toEqual([
      { type: "tool_call", choice: 0, index: 0, id: "aaaaaaaaa", name: "f" },
      { type: "tool_arguments", choice: 0, index: 0, json: '{"a":1}' },
    ]);
  });

  it("gives pieces without an id to the call of their index", () => {
    const parts = fold(
      ...CALLS.slice(0, 2),
      chunk({ tool_calls: [{ id: "bbbbbbbbb", index: 1, function: { name: "g", arguments: "" } }] }),
      chunk({ tool_calls: [{ index: 0, function: { arguments: " " } }] }),
    );
    expect(parts).toContainEqual({ type: "tool_arguments", choice: 0, index: 0, json: " " });
  });

  it("M6: at the end of the context ends by its length; one that failed is an error, after what it cost", () => {
    expect(fold(chunk({ content: "x" }, "model_length"))).toContainEqual({
      type: "finish",
      choice: 0,
      reason: "length",
      raw: "model_length",
    });
    const failed = fold(chunk({ content: "x" }), chunk({}, "error", { usage: USAGE }));
    expect(kinds(failed)).toEqual(["start", "text", "usage", "error"]);
    const whole = readWhole({ choices: [{ index: 0, message: { content: "x" }, finish_reason: "error" }] });
    expect(kinds(whole)).toEqual(["error"]);
  });

  it("M5: with an error in the place of a chunk never ends", () => {
    for (const error of [
      { object: "error", message: "no more", type: "internal_server_error", code: "1000" },
      { detail: [{ loc: ["body"], msg: "no more" }] },
      { error: { message: "no more" } },
    ]) {
      const parts = fold(...CALLS.slice(0, 1), error);
      expect(kinds(parts)).toEqual(["start", "error"]);
      expect(parts.at(-1)).toMatchObject({ error: { message: "no more", class: "failed" } });
    }
  });

  it("tells its choices apart", () => {
    const two = { choices: [0, 1].map((index) => ({ index, delta: { content: `${index}` }, finish_reason: "stop" })) };
    expect(fold(two).filter(({ type }) => type === "text")).toEqual([
      { type: "text", choice: 0, text: "0" },
      { type: "text", choice: 1, text: "1" },
    ]);
  });

  it.each([
    ["thinking", THOUGHT],
    ["calls", CALLS],
  ])("of %s is the same one byte at a time, and cut anywhere never ends", (_, chunks) => {
    const lines = [...chunks.map((item) => JSON.stringify(item)), "[DONE]"];
    expect(foldParts(byteWise(lines))).toEqual(foldParts(eventsOf(lines)));
    for (let length = 0; length < lines.length; length += 1) {
      expect(kinds(foldParts(eventsOf(lines.slice(0, length))))).not.toContain("end");
    }
  });
});

describe("a whole answer", () => {
  it("M4: means the same as its stream", () => {
    const content = [think("Hm, wörld."), { type: "text", text: "Wörld" }];
    const body = {
      id: "cmpl-1",
      model: "mistral-large-2512",
      choices: [{ index: 0, message: { role: "assistant", content, tool_calls: null }, finish_reason: "stop" }],
      usage: USAGE,
    };
    expect(readWhole(body)).toEqual(joined(fold(...THOUGHT)));
  });

  it("has its tools named as the caller does, and arguments as text in any form", () => {
    const tool_calls = [{ id: "aaaaaaaaa", function: { name: "f_1", arguments: { a: 1 } } }];
    const parts = readWhole(
      { choices: [{ message: { content: "", tool_calls }, finish_reason: "tool_calls" }] },
      { ...PLAIN, tool_names: new Map([["f_1", "f.x"]]) },
    );
    expect(parts).toContainEqual({ type: "tool_call", choice: 0, index: 0, id: "aaaaaaaaa", name: "f.x" });
    expect(parts).toContainEqual({ type: "tool_arguments", choice: 0, index: 0, json: '{"a":1}' });
  });

  it("tells the cached part of the prompt apart", () => {
    const usage = { ...USAGE, prompt_tokens_details: { cached_tokens: 10 } };
    expect(readWhole({ choices: [], usage })).toContainEqual({
      type: "usage",
      usage: expect.objectContaining({ input: 2, cached_read: 10, output: 3 }),
    });
  });
});

describe("a refusal", () => {
  const headers = new Headers({ "retry-after": "2" });

  it("M5: is read in the API's own shape", () => {
    const body = { object: "error", message: "Too long", type: "invalid_request_prompt", param: null, code: "3051" };
    expect(mistral.readError(400, headers, JSON.stringify(body))).toEqual({
      class: "rejected",
      status: 400,
      message: "Too long",
      code: "3051",
      param: null,
      retry_after_ms: 2_000,
    });
  });

  it.each([
    ["as the body", (detail: unknown) => ({ detail })],
    ["as the message", (detail: unknown) => ({ object: "error", message: { detail } })],
    ["as the message's list", (detail: unknown) => ({ object: "Error", message: detail })],
  ])("M5: of the validator is read with the path of the field: %s", (_, shape) => {
    const detail = [{ type: "extra_forbidden", loc: ["body", "messages", 0, "user", "name"], msg: "Not permitted" }];
    expect(mistral.readError(422, new Headers(), JSON.stringify(shape(detail)))).toMatchObject({
      class: "rejected",
      status: 422,
      message: "messages[0].user.name: Not permitted",
      param: "messages[0].user.name",
    });
  });

  it.each([
    [401, "auth"],
    [402, "quota"],
    [403, "auth"],
    [404, "not_found"],
    [413, "too_large"],
    [429, "rate_limited"],
    [500, "failed"],
    [503, "overloaded"],
    [504, "timeout"],
  ])("with status %d is %s, whatever its body says", (status, kind) => {
    for (const body of ["", "<html>", '{"message":"x"}', '{"detail":"x"}', '{"detail":[]}', "[1]"]) {
      expect(mistral.readError(status, headers, body)).toMatchObject({ class: kind, status });
    }
  });
});

describe("embeddings", () => {
  const embed = (request: object) =>
    embeddings.translate({
      request: embeddingsRequestSchema.parse({ model: "m/x", input: "Hi", ...request }),
      account,
      model: { ...MODEL, upstream_id: "mistral-embed" },
    });

  it("are asked for as numbers, with only the fields that the API knows", () => {
    const translation = embed({ dimensions: 256, encoding_format: "base64", user: "u" });
    if (isRefused(translation)) throw new Error("refused");
    expect(translation.call.url).toBe("https://upstream.example/v1/embeddings");
    expect(JSON.parse(translation.call.body)).toEqual({ model: "mistral-embed", input: ["Hi"], output_dimension: 256 });
    expect(translation.warnings).toEqual(["user left out: the provider has no equivalent"]);
  });

  it("of tokens are refused", () => {
    expect(embed({ input: [1, 2] })).toMatchObject({ refused: { code: "unsupported_parameter", param: "input" } });
  });

  it("are read with their usage; an error in their place is one", () => {
    const data = [{ object: "embedding", index: 0, embedding: [0.5] }];
    const answer = embeddings.readWhole({ id: "e", model: "mistral-embed", data, usage: { prompt_tokens: 4 } });
    expect(answer.vectors).toEqual([[0.5]]);
    expect(kinds(answer.parts)).toEqual(["start", "usage", "end"]);
    expect(kinds(embeddings.readWhole({ object: "error", message: "x" }).parts)).toEqual(["error"]);
  });
});

const recorded = recordingsOf("mistral");
const STREAMS = [
  ["mistral-text", ["start", "text", "finish", "usage", "end"], { input: 13, output: 8 }],
  ["mistral-tool-call", ["start", "tool_call", "tool_arguments", "finish", "usage", "end"], { input: 124, output: 22 }],
] as const;

// Skipped where the recorded answers of the provider are not on this machine; the other tests here do not need them.
describe.skipIf(!recorded.present)("recorded answers", () => {
  it.each(STREAMS)("%s has the parts of its kind, streamed and whole", (name, types, usage) => {
    const stream = joined(foldParts([...eventsOf(recorded.lines(`${name}.chunks.txt`)), DONE]));
    expect(kinds(stream)).toEqual(types);
    expect(stream).toContainEqual({ type: "usage", usage: expect.objectContaining(usage) });
    expect(kinds(joined(mistral.readWhole(recorded.json(`${name}.json`), PLAIN)))).toEqual(types);
  });

  it.each(STREAMS)("%s is the same one byte at a time, and cut at any event never ends", (name) => {
    const lines = [...recorded.lines(`${name}.chunks.txt`), "[DONE]"];
    expect(foldParts(byteWise(lines))).toEqual(foldParts(eventsOf(lines)));
    for (let length = 0; length < lines.length; length += 1) {
      expect(kinds(foldParts(eventsOf(lines.slice(0, length))))).not.toContain("end");
    }
  });
});
