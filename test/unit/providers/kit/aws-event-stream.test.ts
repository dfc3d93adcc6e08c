import { EventStreamCodec } from "@smithy/eventstream-codec";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../../schema/kernel/limits.ts";
import { createAwsEventReader } from "../../../../workers/gateway/providers/kit/aws-event-stream.ts";
import { END_OF_STREAM } from "../../../../workers/gateway/providers/kit/end-of-stream.ts";

const encoder = new TextEncoder();
const codec = new EventStreamCodec(String, (text) => encoder.encode(text));

const frame = (headers: Readonly<Record<string, string>>, body: string): Uint8Array =>
  codec.encode({
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, { type: "string", value }])),
    body: encoder.encode(body),
  });
const event = (type: string, body: string) => frame({ ":message-type": "event", ":event-type": type }, body);

const concat = (...frames: readonly Uint8Array[]): Uint8Array => new Uint8Array(frames.flatMap((bytes) => [...bytes]));

const STREAM = concat(
  event("contentBlockDelta", JSON.stringify({ delta: { text: "Grüße 👋" } })),
  event("messageStop", "{}"),
  frame({ ":message-type": "exception", ":exception-type": "throttlingException" }, '{"message":"slow down"}'),
  frame({ ":message-type": "error", ":error-code": "InternalFailure", ":error-message": "gone" }, ""),
);
const EVENTS = [
  { event: "contentBlockDelta", data: '{"delta":{"text":"Grüße 👋"}}' },
  { event: "messageStop", data: "{}" },
  { event: "exception:throttlingException", data: '{"message":"slow down"}' },
  { event: "exception:InternalFailure", data: '{"message":"gone"}' },
  { event: END_OF_STREAM, data: "" },
];

const read = (bytes: Uint8Array, size: number) => {
  const reader = createAwsEventReader();
  const events = [];
  for (let at = 0; at < bytes.length; at += size) events.push(...reader.feed(bytes.slice(at, at + size)));
  return [...events, ...reader.end()];
};

describe("an event stream of AWS", () => {
  it.each([1, 3, 7, 11, 13, 64, STREAM.length])("B1: reads the same in pieces of %i bytes", (size) => {
    expect(read(STREAM, size)).toEqual(EVENTS);
  });

  it("B2: refuses a frame of which any one bit is wrong", () => {
    const good = event("messageStop", '{"stopReason":"end_turn"}');
    for (let at = 4; at < good.length; at += 1) {
      const bad = good.slice();
      bad[at] = (bad[at] ?? 0) ^ 1;
      expect(() => read(bad, bad.length), `byte ${at}`).toThrow(
        expect.objectContaining({ name: "AwsEventStreamError" }),
      );
    }
  });

  it.each([
    ["shorter than its own lengths", 15],
    ["larger than its limit", LIMITS.sse_event_bytes + 1],
  ])("refuses a frame that says it is %s, before it is held", (why, size) => {
    const prelude = new Uint8Array(4);
    new DataView(prelude.buffer).setUint32(0, size);
    expect(() => createAwsEventReader().feed(prelude)).toThrow(why);
  });

  it("ends between two frames only", () => {
    for (let length = 0; length <= STREAM.length; length += 1) {
      const events = read(STREAM.slice(0, length), 5);
      const whole_frames = [...Array(5).keys()].some((count) => lengthOf(count) === length);
      expect(events.at(-1)?.event === END_OF_STREAM, `after ${length} bytes`).toBe(whole_frames);
    }
  });

  it("reads a body whose rest of a frame is followed by many at once", () => {
    const many = concat(...Array.from({ length: 500 }, (_, at) => event("contentBlockDelta", String(at))));
    const reader = createAwsEventReader();
    const events = [...reader.feed(many.slice(0, 10)), ...reader.feed(many.slice(10)), ...reader.end()];
    expect(events.map(({ data }) => data)).toEqual([...Array(500).keys()].map(String).concat(""));
  });
});

/** The length of the first `count` frames of STREAM. */
function lengthOf(count: number): number {
  let at = 0;
  const view = new DataView(STREAM.buffer);
  for (let frames = 0; frames < count && at < STREAM.length; frames += 1) at += view.getUint32(at);
  return at;
}
