import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joined, kinds } from "../kit-fold-harness.ts";
import { blockStop, COUNTS, callStart, delta, foldParts, METADATA, messageStop, readWhole, START } from "./fixtures.ts";

const word = fc.string({ unit: "grapheme", minLength: 1, maxLength: 30 });
const block = fc.oneof(
  word.map((text) => ({ text })),
  fc.record({ text: word, signature: fc.stringMatching(/^[A-Za-z0-9+/]{4,20}$/) }).map((reasoningText) => ({
    reasoningContent: { reasoningText },
  })),
  fc
    .record({ toolUseId: fc.uuid(), name: fc.constantFrom("f", "g"), input: fc.dictionary(word, word) })
    .map((toolUse) => ({ toolUse })),
);
const answer = fc.record({
  blocks: fc.array(block, { maxLength: 6 }),
  cut: fc.integer({ min: 1, max: 7 }),
  stopReason: fc.constantFrom("end_turn", "tool_use", "max_tokens"),
});
type Block = typeof block extends fc.Arbitrary<infer T> ? T : never;

const pieces = (value: string, size: number): readonly string[] =>
  Array.from({ length: Math.ceil(value.length / size) }, (_, at) => value.slice(at * size, (at + 1) * size));

function eventsFor(content: Block, at: number, size: number) {
  if ("text" in content) return [...pieces(content.text, size).map((text) => delta(at, { text })), blockStop(at)];
  if ("reasoningContent" in content) {
    const { text, signature } = content.reasoningContent.reasoningText;
    return [
      ...pieces(text, size).map((piece) => delta(at, { reasoningContent: { text: piece } })),
      ...pieces(signature, size).map((piece) => delta(at, { reasoningContent: { signature: piece } })),
      blockStop(at),
    ];
  }
  const { toolUseId, name, input } = content.toolUse;
  const written = Object.keys(input).length === 0 ? "" : JSON.stringify(input);
  return [
    callStart(at, toolUseId, name),
    ...pieces(written, size).map((piece) => delta(at, { toolUse: { input: piece } })),
    blockStop(at),
  ];
}

/** Signatures in pieces are one signature. */
const signaturesJoined = (parts: ReturnType<typeof readWhole>) => ({
  signature: parts.map((part) => (part.type === "reasoning_signature" ? part.signature : "")).join(""),
  others: joined(parts.filter(({ type }) => type !== "reasoning_signature")),
});

describe("any answer", () => {
  it("means the same streamed as whole", () => {
    fc.assert(
      fc.property(answer, ({ blocks, cut, stopReason }) => {
        const whole = readWhole({ output: { message: { content: blocks } }, stopReason, usage: COUNTS });
        const events = [
          START,
          ...blocks.flatMap((content, at) => eventsFor(content, at, cut)),
          messageStop(stopReason),
          METADATA,
        ];
        expect(signaturesJoined(foldParts(events))).toEqual(signaturesJoined(whole));
      }),
    );
  });

  it("cut before messageStop never ends", () => {
    fc.assert(
      fc.property(answer, fc.nat(), ({ blocks, cut }, at) => {
        const events = [START, ...blocks.flatMap((content, index) => eventsFor(content, index, cut))];
        expect(kinds(foldParts(events.slice(0, at % (events.length + 1))))).not.toContain("end");
      }),
      { numRuns: 40 },
    );
  });
});
