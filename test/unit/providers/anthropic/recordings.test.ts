import { describe, expect, it } from "vitest";
import { anthropic } from "../../../../workers/gateway/providers/anthropic/anthropic.ts";
import { createSseReader } from "../../../../workers/gateway/providers/kit/sse.ts";
import {
  eventsOf,
  foldParts,
  joined,
  PLAIN,
  recordedJson,
  recordedLines,
  recordingsPresent,
  WITH_JSON_TOOL,
} from "./fixtures.ts";

const STREAMS = [
  ["anthropic-text.chunks.txt", PLAIN, ["start", "text", "finish", "usage", "end"], "stop"],
  [
    "anthropic-tool-no-args.chunks.txt",
    PLAIN,
    ["start", "text", "tool_call", "tool_arguments", "finish", "usage", "end"],
    "tool_calls",
  ],
  ["anthropic-json-tool.1.chunks.txt", WITH_JSON_TOOL, ["start", "text", "finish", "usage", "end"], "stop"],
  ["anthropic-refusal.chunks.txt", PLAIN, ["start", "refusal", "finish", "usage", "end"], "content_filter"],
] as const;

const kinds = (parts: readonly unknown[]) =>
  parts.map((part) => (typeof part === "object" && part !== null && "type" in part ? part.type : null));
const reasonOf = (parts: readonly unknown[]) =>
  parts.find((part) => typeof part === "object" && part !== null && "reason" in part);

// Skipped where the recorded answers of the provider are not on this machine; the other tests here do not need them.
describe.skipIf(!recordingsPresent)("recorded answers", () => {
  it.each(STREAMS)("%s streams to the parts of the whole answer of its shape", (name, translation, types, reason) => {
    const stream = joined(foldParts(eventsOf(recordedLines(name)), translation));
    const whole = joined(anthropic.readWhole(recordedJson(name.replace(".chunks.txt", ".json")), translation));
    expect(kinds(stream)).toEqual(types);
    expect(kinds(whole)).toEqual(types);
    expect(reasonOf(stream)).toMatchObject({ reason });
    expect(reasonOf(whole)).toMatchObject({ reason });
  });

  it.each(STREAMS)("S6: %s is the same one byte at a time", (name, translation) => {
    const lines = recordedLines(name);
    const reader = createSseReader();
    const bytes = new TextEncoder().encode(lines.map((line) => `data: ${line}\n\n`).join(""));
    const events = [...bytes].flatMap((byte) => reader.feed(new Uint8Array([byte])));
    expect(foldParts(events, translation)).toEqual(foldParts(eventsOf(lines), translation));
  });

  it.each(STREAMS)("S7: %s cut at any event never ends", (name, translation) => {
    const events = eventsOf(recordedLines(name));
    for (let length = 0; length < events.length; length += 1) {
      expect(foldParts(events.slice(0, length), translation).some(({ type }) => type === "end")).toBe(false);
    }
  });

  it("a tool without arguments has {}", () => {
    const parts = foldParts(eventsOf(recordedLines("anthropic-tool-no-args.chunks.txt")));
    expect(parts.filter(({ type }) => type === "tool_arguments")).toEqual([
      { type: "tool_arguments", choice: 0, index: 0, json: "{}" },
    ]);
  });

  it("thinking is reasoning with its signature, and its tokens are told apart", () => {
    const parts = anthropic.readWhole(recordedJson("anthropic-claude-opus-5-reasoning-high.1.json"), PLAIN);
    expect(kinds(parts)).toEqual(["start", "reasoning", "reasoning_signature", "text", "finish", "usage", "end"]);
    expect(parts).toContainEqual({ type: "usage", usage: { input: 51, output: 1_560, reasoning: 139 } });
  });
});
