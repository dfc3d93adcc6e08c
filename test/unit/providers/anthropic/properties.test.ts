import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anthropic } from "../../../../workers/gateway/providers/anthropic/anthropic.ts";
import {
  blockStart,
  blockStop,
  delta,
  eventOf,
  foldParts,
  joined,
  json,
  MESSAGE_STOP,
  message,
  messageDelta,
  messageStart,
  PLAIN,
  text,
} from "./fixtures.ts";

type Block =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "thinking"; readonly thinking: string; readonly signature: string }
  | { readonly type: "redacted_thinking"; readonly data: string }
  | {
      readonly type: "tool_use" | "server_tool_use";
      readonly id: string;
      readonly name: string;
      readonly input: object;
    };

const word = fc.string({ unit: "grapheme", maxLength: 30 });
const base64 = fc.base64String({ minLength: 4, maxLength: 20 });
const input = fc.dictionary(
  fc.string({ maxLength: 5 }).filter((key) => key !== "__proto__"),
  fc.oneof(fc.integer(), word),
  { maxKeys: 3 },
);
const block: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ type: fc.constant("text" as const), text: word }),
  fc.record({ type: fc.constant("thinking" as const), thinking: word, signature: base64 }),
  fc.record({ type: fc.constant("redacted_thinking" as const), data: base64 }),
  fc.record({
    type: fc.constantFrom("tool_use" as const, "server_tool_use" as const),
    id: fc.string({ minLength: 1 }),
    name: fc.constantFrom("f", "g", "json"),
    input,
  }),
);
const answer = fc.record({
  blocks: fc.array(block, { maxLength: 6 }),
  cut: fc.integer({ min: 1, max: 7 }),
  stop_reason: fc.constantFrom("end_turn", "tool_use", "max_tokens", "refusal"),
  input_tokens: fc.nat(1_000),
  output_tokens: fc.nat(1_000),
  json_tool: fc.constantFrom(null, "json"),
});

/** The pieces of a text, `size` UTF-16 units each; none for an empty one. */
const pieces = (value: string, size: number): readonly string[] =>
  Array.from({ length: Math.ceil(value.length / size) }, (_, at) => value.slice(at * size, (at + 1) * size));

/** The events by which the API streams a block. */
function streamed(value: Block, index: number, size: number): readonly object[] {
  switch (value.type) {
    case "text":
      return [
        blockStart(index, { type: "text", text: "" }),
        ...pieces(value.text, size).map((piece) => text(index, piece)),
        blockStop(index),
      ];
    case "thinking":
      return [
        blockStart(index, { type: "thinking", thinking: "", signature: "" }),
        ...pieces(value.thinking, size).map((thinking) => delta(index, { type: "thinking_delta", thinking })),
        delta(index, { type: "signature_delta", signature: value.signature }),
        blockStop(index),
      ];
    case "redacted_thinking":
      return [blockStart(index, value), blockStop(index)];
    default: {
      const arguments_ = Object.keys(value.input).length === 0 ? "" : JSON.stringify(value.input);
      return [
        blockStart(index, { ...value, input: {} }),
        json(index, ""),
        ...pieces(arguments_, size).map((piece) => json(index, piece)),
        blockStop(index),
      ];
    }
  }
}

const eventsFor = ({
  blocks,
  cut,
  stop_reason,
  input_tokens,
  output_tokens,
}: typeof answer extends fc.Arbitrary<infer T> ? T : never) =>
  [
    messageStart({ input_tokens, output_tokens: 0 }),
    ...blocks.flatMap((value, index) => streamed(value, index, cut)),
    messageDelta(stop_reason, { output_tokens }),
    MESSAGE_STOP,
  ].map(eventOf);

describe("any answer", () => {
  it("means the same streamed as whole", () => {
    fc.assert(
      fc.property(answer, (given) => {
        const translation = { ...PLAIN, json_tool: given.json_tool };
        const { blocks, stop_reason, input_tokens, output_tokens } = given;
        const whole = anthropic.readWhole(
          message(blocks, stop_reason, { usage: { input_tokens, output_tokens } }),
          translation,
        );
        const stream = joined(foldParts(eventsFor(given), translation));
        // Without any tokens a stream has nothing to report; a whole answer reports the empty usage.
        const reported = input_tokens + output_tokens > 0;
        expect(stream).toEqual(joined(whole.filter(({ type }) => reported || type !== "usage")));
      }),
    );
  });

  it("cut before its last event never ends", () => {
    fc.assert(
      fc.property(answer, fc.double({ min: 0, max: 1, noNaN: true }), (given, share) => {
        const events = eventsFor(given);
        const cut = events.slice(0, Math.min(events.length - 1, Math.floor(share * events.length)));
        expect(foldParts(cut).some(({ type }) => type === "end")).toBe(false);
      }),
    );
  });

  it("gives for each beginning of its events a beginning of its parts", () => {
    fc.assert(
      fc.property(answer, fc.nat(60), (given, length) => {
        const events = eventsFor(given);
        const whole = foldParts(events);
        const beginning = foldParts(events.slice(0, length));
        expect(whole.slice(0, beginning.length)).toEqual(beginning);
      }),
    );
  });

  it("is folded without changing a state that was seen before", () => {
    fc.assert(
      fc.property(answer, (given) => {
        let state = anthropic.stream.initial(PLAIN);
        for (const event of eventsFor(given)) {
          const before = JSON.stringify([...state.open, state.tool_calls, state.reasoning_chars, state.counts]);
          const { state: next } = anthropic.stream.step(state, event);
          expect(JSON.stringify([...state.open, state.tool_calls, state.reasoning_chars, state.counts])).toBe(before);
          expect(anthropic.stream.step(state, event).state).toEqual(next);
          state = next;
        }
      }),
    );
  });
});

it("whatever text arrives as an event, the fold answers and does not throw", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.json()), { maxLength: 5 }), (lines) => {
      expect(() => foldParts(lines.map((data) => ({ event: "content_block_delta", data })))).not.toThrow();
    }),
  );
});
