import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { byteWise, eventOf, joined, kinds } from "../kit-fold-harness.ts";
import {
  callDelta,
  callEnd,
  callStart,
  contentDelta,
  contentStart,
  foldParts,
  messageEnd,
  readWhole,
  START,
  USAGE,
} from "./fixtures.ts";

const word = fc.string({ unit: "grapheme", maxLength: 30 });
const answer = fc.record({
  plan: word,
  blocks: fc.array(fc.record({ type: fc.constantFrom("text" as const, "thinking" as const), said: word }), {
    maxLength: 4,
  }),
  calls: fc.array(
    fc.record({ id: fc.string({ minLength: 1 }), name: fc.constantFrom("f", "g"), input: fc.dictionary(word, word) }),
    { maxLength: 3 },
  ),
  cut: fc.integer({ min: 1, max: 7 }),
  finish_reason: fc.constantFrom("COMPLETE", "TOOL_CALL", "MAX_TOKENS", "STOP_SEQUENCE"),
});
type Answer = typeof answer extends fc.Arbitrary<infer T> ? T : never;

/** The pieces of a text, `size` UTF-16 units each; none for an empty one. */
const pieces = (value: string, size: number): readonly string[] =>
  Array.from({ length: Math.ceil(value.length / size) }, (_, at) => value.slice(at * size, (at + 1) * size));

const written = (input: object): string => (Object.keys(input).length === 0 ? "" : JSON.stringify(input));

const eventsFor = ({ plan, blocks, calls, cut, finish_reason }: Answer): readonly object[] => [
  START,
  ...pieces(plan, cut).map((tool_plan) => ({ type: "tool-plan-delta", delta: { message: { tool_plan } } })),
  ...blocks.flatMap(({ type, said }, index) => [
    contentStart(index, type),
    ...pieces(said, cut).map((piece) => contentDelta(index, { [type]: piece })),
    { type: "content-end", index },
  ]),
  ...calls.flatMap(({ id, name, input }, index) => [
    callStart(index, id, name),
    ...pieces(written(input), cut).map((piece) => callDelta(index, piece)),
    callEnd(index),
  ]),
  messageEnd(finish_reason),
];

describe("any answer", () => {
  it("means the same streamed as whole", () => {
    fc.assert(
      fc.property(answer, (given) => {
        const { plan, blocks, calls, finish_reason } = given;
        const whole = readWhole({
          id: "msg-1",
          message: {
            tool_plan: plan,
            content: blocks.map(({ type, said }) => ({ type, [type]: said })),
            tool_calls: calls.map(({ id, name, input }) => ({ id, function: { name, arguments: written(input) } })),
          },
          finish_reason,
          usage: USAGE,
        });
        expect(joined(foldParts(eventsFor(given).map(eventOf)))).toEqual(joined(whole));
      }),
    );
  });

  it("is the same one byte at a time, and cut before its last event never ends", () => {
    fc.assert(
      fc.property(answer, fc.nat(), (given, at) => {
        const events = eventsFor(given);
        const lines = events.map((event) => JSON.stringify(event));
        expect(foldParts(byteWise(lines))).toEqual(foldParts(events.map(eventOf)));
        expect(kinds(foldParts(events.slice(0, at % events.length).map(eventOf)))).not.toContain("end");
      }),
      { numRuns: 40 },
    );
  });
});
