import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byteWise, eventsOf, joined, kinds } from "../kit-fold-harness.ts";
import { chunk, foldParts, readWhole, USAGE } from "./fixtures.ts";

const word = fc.string({ unit: "grapheme", maxLength: 30 });
const answer = fc.record({
  thought: word,
  said: word,
  in_chunks: fc.boolean(),
  calls: fc.uniqueArray(fc.record({ id: fc.stringMatching(/^[a-zA-Z0-9]{9}$/), name: fc.constantFrom("f", "g") }), {
    maxLength: 3,
    selector: ({ id }) => id,
  }),
  cut: fc.integer({ min: 1, max: 7 }),
  finish_reason: fc.constantFrom("stop", "length", "model_length", "tool_calls"),
});
type Answer = typeof answer extends fc.Arbitrary<infer T> ? T : never;

/** The pieces of a text, `size` UTF-16 units each; none for an empty one. */
const pieces = (value: string, size: number): readonly string[] =>
  Array.from({ length: Math.ceil(value.length / size) }, (_, at) => value.slice(at * size, (at + 1) * size));

const think = (text: string) => ({ type: "thinking", thinking: [{ type: "text", text }] });
const say = (text: string) => ({ type: "text", text });
const callOf = ({ id, name }: Answer["calls"][number]) => ({ id, function: { name, arguments: '{"a":1}' } });

const linesFor = ({ thought, said, in_chunks, calls, cut, finish_reason }: Answer): readonly string[] => [
  ...[
    chunk({ role: "assistant", content: "" }),
    ...pieces(thought, cut).map((piece) => chunk({ content: [think(piece)] })),
    ...pieces(said, cut).map((piece) => chunk({ content: in_chunks ? [say(piece)] : piece })),
    ...calls.map((call) => chunk({ tool_calls: [callOf(call)] })),
    chunk({ content: "" }, finish_reason, { usage: USAGE }),
  ].map((event) => JSON.stringify(event)),
  "[DONE]",
];

describe("any answer", () => {
  it("means the same streamed as whole", () => {
    fc.assert(
      fc.property(answer, (given) => {
        const { thought, said, calls, finish_reason } = given;
        const message = { content: [think(thought), say(said)], tool_calls: calls.map(callOf) };
        const whole = readWhole({
          id: "cmpl-1",
          model: "mistral-large-2512",
          choices: [{ index: 0, message, finish_reason }],
          usage: USAGE,
        });
        expect(joined(foldParts(eventsOf(linesFor(given))))).toEqual(joined(whole));
      }),
    );
  });

  it("is the same one byte at a time, and cut before its last event never ends", () => {
    fc.assert(
      fc.property(answer, fc.nat(), (given, at) => {
        const lines = linesFor(given);
        expect(foldParts(byteWise(lines))).toEqual(foldParts(eventsOf(lines)));
        expect(kinds(foldParts(eventsOf(lines.slice(0, at % lines.length))))).not.toContain("end");
      }),
      { numRuns: 40 },
    );
  });
});
