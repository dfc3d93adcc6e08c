import { describe, expect, it } from "vitest";
import { indentJson } from "../../../../workers/dashboard/app/lib/json-text.ts";
import { beginningOf } from "../../../../workers/dashboard/app/lib/long-text.ts";
import {
  answeredTurns,
  askedTurns,
  textOfTurn,
  toolsOf,
} from "../../../../workers/dashboard/app/pages/request/texts/turns.ts";

describe("JSON text", () => {
  it("is laid out as JSON.stringify would, with blanks and signs in its texts as they were", () => {
    const value = { a: [1, { b: [] }, {}], c: 'a "b": {x, [y]} \\', d: null, e: "", f: [[true]] };
    for (const text of [JSON.stringify(value), JSON.stringify(value, null, 7)]) {
      expect(indentJson(text)).toBe(JSON.stringify(value, null, 2));
    }
    expect(indentJson(' "one" ')).toBe('"one"');
  });

  it("keeps each number to the last digit", () => {
    expect(indentJson('{"id":12345678901234567890,"x":1.10e+2}')).toBe(
      '{\n  "id": 12345678901234567890,\n  "x": 1.10e+2\n}',
    );
  });

  it("is none where it was cut off", () => {
    expect(indentJson('{"city":"Ber')).toBeNull();
    expect(indentJson("It is sunny.")).toBeNull();
  });
});

describe("a long text", () => {
  it("is shown whole up to its bounds, and begins with as many lines or signs beyond them", () => {
    expect(beginningOf("x".repeat(1_600))).toBeNull();
    expect(beginningOf("x".repeat(1_601))).toBe("x".repeat(1_600));
    expect(beginningOf("a\n".repeat(23))).toBeNull();
    expect(beginningOf("a\n".repeat(40))).toBe("a\n".repeat(24).slice(0, -1));
  });

  it("is not cut within a sign of two units", () => {
    expect(beginningOf(`${"x".repeat(1_599)}😀😀`)).toBe("x".repeat(1_599));
  });
});

const chat = (messages: readonly unknown[], tools?: readonly unknown[]) => ({
  request: { kind: "chat", messages, ...(tools === undefined ? {} : { tools }) } as const,
});

describe("a conversation", () => {
  it("has a turn for each message, and a tool's result under the name of the tool", () => {
    const turns = askedTurns(
      chat([
        { role: "system", content: "Be brief." },
        { role: "user", name: "ada", content: [{ type: "text", text: "Weather?" }] },
        {
          role: "assistant",
          content: null,
          reasoning_content: "Ask the tool.",
          tool_calls: [
            { id: "call_1", type: "function", function: { name: "get_weather", arguments: '{"city":"Bonn"}' } },
          ],
        },
        { role: "tool", tool_call_id: "call_1", content: "no such city", is_error: true },
        { role: "tool", tool_call_id: "call_of_nobody", content: "" },
      ]),
    );
    expect(turns.map(({ role, name, failed }) => [role, name, failed])).toEqual([
      ["system", null, false],
      ["user", "ada", false],
      ["assistant", null, false],
      ["tool", "get_weather", true],
      ["tool", "call_of_nobody", false],
    ]);
    expect(turns[2]?.pieces).toEqual([
      { kind: "reasoning", text: "Ask the tool." },
      { kind: "call", id: "call_1", name: "get_weather", text: '{"city":"Bonn"}' },
    ]);
    expect(turns.map(textOfTurn)).toEqual([
      "Be brief.",
      "Weather?",
      'Ask the tool.\n\nget_weather({"city":"Bonn"})',
      "no such city",
      "",
    ]);
  });

  it("tells of media what is kept of them, and shows a part that it does not know as it stands", () => {
    const kept = { media_type: "image/png", bytes: 70, sha256: "abc" };
    const [turn] = askedTurns(
      chat([
        {
          role: "user",
          content: [
            { type: "image_url", image_url: { url: kept } },
            { type: "image_url", image_url: { url: "https://example.com/cat.png" } },
            { type: "input_audio", input_audio: { data: { ...kept, media_type: "audio/wav" }, format: "wav" } },
            { type: "file", file: { file_data: kept, filename: "a.png" } },
            { type: "hologram", depth: 3 },
          ],
        },
      ]),
    );
    expect(turn?.pieces.map(({ text }) => text)).toEqual([
      "Picture, not stored: image/png, 70 bytes, SHA-256 abc",
      "Picture: https://example.com/cat.png",
      "Sound, not stored: audio/wav, 70 bytes, SHA-256 abc",
      "File, not stored: image/png, 70 bytes, SHA-256 abc",
      '{"type":"hologram","depth":3}',
    ]);
  });

  it("breaks on nothing that is not as it should be", () => {
    expect(askedTurns(chat([null, 3, { content: 7 }, {}])).map(({ role, pieces }) => [role, pieces])).toEqual([
      ["unknown", []],
      ["unknown", []],
    ]);
    expect(toolsOf(chat([], [{ type: "custom", custom: { name: "grammar" } }, "x"]))).toEqual([
      { name: "grammar", description: null, parameters: null },
    ]);
  });

  it("has an answer for each choice, with reasoning, refusal and calls", () => {
    const choice = { index: 0, text: "Hi", reasoning: "Greet.", refusal: null, tool_calls: [], finish_reason: "stop" };
    expect(answeredTurns({ choices: [choice] })).toEqual([
      {
        role: "assistant",
        name: null,
        failed: false,
        pieces: [
          { kind: "reasoning", text: "Greet." },
          { kind: "text", text: "Hi" },
        ],
      },
    ]);
    const called = { ...choice, index: 1, text: null, tool_calls: [{ id: "c", name: "f", arguments: '{"a' }] };
    const two = answeredTurns({ choices: [choice, called] });
    expect(two.map(({ role }) => role)).toEqual(["assistant, choice 1", "assistant, choice 2"]);
    expect(two[1]?.pieces.at(-1)).toEqual({ kind: "call", id: "c", name: "f", text: '{"a' });
  });
});

describe("what is no chat", () => {
  const said = (kind: "embeddings" | "rerank", request: object) =>
    askedTurns({ request: { kind, ...request } }).map((turn) => [turn.role, textOfTurn(turn)]);

  it("has its inputs, texts or tokens, and its query and documents", () => {
    expect(said("embeddings", { input: "one" })).toEqual([["input", "one"]]);
    expect(said("embeddings", { input: ["one", "two"] })).toEqual([
      ["input 1", "one"],
      ["input 2", "two"],
    ]);
    expect(said("embeddings", { input: [1, 2, 3] })).toEqual([["input", "[1,2,3]"]]);
    expect(said("embeddings", { input: [[1], [2]] })).toEqual([
      ["input 1", "[1]"],
      ["input 2", "[2]"],
    ]);
    expect(said("rerank", { query: "q", documents: ["a", { text: "b" }] })).toEqual([
      ["query", "q"],
      ["document 1", "a"],
      ["document 2", '{"text":"b"}'],
    ]);
  });
});
