import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../../../../schema/kernel/limits.ts";
import type { UpstreamEvent } from "../../../../workers/gateway/providers/kit/provider.ts";
import { createSseReader, SseOverflow } from "../../../../workers/gateway/providers/kit/sse.ts";

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Reads bytes cut at the given places, to the end. */
function readCut(bytes: Uint8Array, cuts: readonly number[]): readonly UpstreamEvent[] {
  const reader = createSseReader();
  const events: UpstreamEvent[] = [];
  let from = 0;
  for (const to of [...cuts].sort((a, b) => a - b)) {
    events.push(...reader.feed(bytes.subarray(from, to)));
    from = to;
  }
  events.push(...reader.feed(bytes.subarray(from)));
  return [...events, ...reader.end()];
}

const readWhole = (text: string): readonly UpstreamEvent[] => readCut(encode(text), []);
const readByByte = (text: string): readonly UpstreamEvent[] => {
  const bytes = encode(text);
  return readCut(
    bytes,
    Array.from(bytes, (_, index) => index),
  );
};
const data = (...texts: readonly string[]): readonly UpstreamEvent[] =>
  texts.map((text) => ({ event: null, data: text }));

describe("what a stream says", () => {
  it.each([
    ["LF", "data: 1\n\ndata: 2\n\n", data("1", "2")],
    ["CR", "data: 1\r\rdata: 2\r\r", data("1", "2")],
    ["CRLF", "data: 1\r\n\r\ndata: 2\r\n\r\n", data("1", "2")],
    ["mixed separators", "data: 1\r\n\ndata: 2\n\r\ndata: 3\r\r\n", data("1", "2", "3")],
    ["a byte order mark", "\uFEFFdata: 1\n\n", data("1")],
    ["comments between and inside events", ": keepalive\n\ndata: 1\n: inside\n\n:\n\ndata: 2\n\n", data("1", "2")],
    ["no space after the colon", 'data:{"a":1}\n\n', data('{"a":1}')],
    ["only one space taken off", "data:  1\n\n", data(" 1")],
    ["data of several lines", 'data: {"a":\ndata: 1}\n\n', data('{"a":\n1}')],
    ["data without a value", "data\n\n", data("")],
    ["unknown fields", "retries: 5\nfoo\ndata: 1\n\n", data("1")],
    ["ids and retry times", "id: 7\nretry: 100\ndata: 1\n\n", data("1")],
    ["an event without data", "event: ping\n\ndata: 1\n\n", data("1")],
    ["blank lines around", "\n\n\ndata: 1\n\n\n\n", data("1")],
    ["characters of two to four bytes", "data: é漢👋\n\n", data("é漢👋")],
  ])("S1, S2, S3, S4: %s: the same whole and one byte at a time", (_name, text, events) => {
    expect(readWhole(text)).toEqual(events);
    expect(readByByte(text)).toEqual(events);
  });

  it("keeps the names of events, each for its own event only", () => {
    const text = "event: brand_new\ndata: 1\n\ndata: 2\n\n";
    const events = [
      { event: "brand_new", data: "1" },
      { event: null, data: "2" },
    ];
    expect(readWhole(text)).toEqual(events);
    expect(readByByte(text)).toEqual(events);
  });

  it("S2: takes CR and LF that come in two reads as one separator", () => {
    const reader = createSseReader();
    expect(reader.feed(encode("data: 1\r"))).toEqual([]);
    expect(reader.feed(encode("\ndata: 2\r\n\r"))).toEqual(data("1\n2"));
    expect(reader.feed(encode("\ndata: 3\n\n"))).toEqual(data("3"));
  });

  it("answers each event as soon as it is complete", () => {
    const reader = createSseReader();
    expect(reader.feed(encode("data: 1\n\ndata: 2"))).toEqual(data("1"));
    expect(reader.feed(encode("\n"))).toEqual([]);
    expect(reader.feed(encode("\n"))).toEqual(data("2"));
    expect(reader.end()).toEqual([]);
  });
});

describe("the end of a stream", () => {
  it.each([
    ["[DONE] that lacks its blank line", "data: [DONE]", data("[DONE]")],
    ["[DONE] that lacks a line", "data: [DONE]\n", data("[DONE]")],
    ["[DONE] behind a lone CR", "data: [DONE]\r", data("[DONE]")],
    ["JSON that lacks its blank line", 'data: {"a":1}\n', data('{"a":1}')],
  ])("keeps %s", (_name, text, events) => {
    expect(readWhole(text)).toEqual(events);
    expect(readByByte(text)).toEqual(events);
  });

  it("drops an event that was cut in the middle, wherever that was", () => {
    const text = 'data: {"text":"漢","more":[1,2,{"a":"b"}]}';
    const bytes = encode(text);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(readCut(bytes.subarray(0, length), [])).toEqual([]);
    }
    expect(readCut(bytes, [])).toHaveLength(1);
  });

  it.each(["", "\n\n", ": comment", "event: x", "data: [DON", "da"])("has nothing to keep of %j", (text) => {
    expect(readWhole(text)).toEqual([]);
  });
});

describe("an event beyond the limit", () => {
  const MEGABYTE = "x".repeat(1024 * 1024);
  const feedMegabytes = (before: string, between: string): (() => void) => {
    const reader = createSseReader();
    return () => {
      reader.feed(encode(before));
      for (let fed = 0; fed <= LIMITS.sse_event_bytes; fed += MEGABYTE.length) reader.feed(encode(MEGABYTE + between));
    };
  };

  it("is refused when it is one endless line", () => {
    expect(feedMegabytes("data: ", "")).toThrow(SseOverflow);
  });

  it("is refused when it is endless lines", () => {
    expect(feedMegabytes("data: ", "\ndata: ")).toThrow(SseOverflow);
  });

  it("is not what many events together are", () => {
    expect(feedMegabytes("data: ", "\n\ndata: ")).not.toThrow();
  });
});

describe("any list of events", () => {
  const SEPARATORS = ["\n", "\r", "\r\n"] as const;
  const line = fc.string({ unit: "binary", maxLength: 12 }).map((text) => text.replace(/[\r\n\0\uFEFF]/g, "·"));
  const event = fc.record({
    // The name "" is no name, and a name is trimmed of one space only.
    name: fc.option(
      line.filter((text) => text !== "" && !text.startsWith(" ")),
      { nil: null },
    ),
    lines: fc.array(line, { minLength: 1, maxLength: 3 }),
    comment: fc.boolean(),
    space: fc.boolean(),
  });

  it("S2, S6: is read the same in every fragmentation and with every separator", () => {
    fc.assert(
      fc.property(
        fc.array(event, { maxLength: 6 }),
        fc.constantFrom(...SEPARATORS),
        fc.boolean(),
        fc.array(fc.nat({ max: 400 }), { maxLength: 12 }),
        (events, separator, mark, places) => {
          const written = events.map(({ name, lines, comment, space }) => {
            // Without the space after the colon, a value that begins with one would lose it.
            const bare = !space && lines.every((text) => !text.startsWith(" "));
            const rows = lines.map((text) => `data:${bare ? "" : " "}${text}`);
            return [...(comment ? [": hi"] : []), ...(name === null ? [] : [`event: ${name}`]), ...rows, ""]
              .map((row) => row + separator)
              .join("");
          });
          const bytes = encode((mark ? "\uFEFF" : "") + written.join(""));
          const expected = events.map(({ name, lines }) => ({ event: name, data: lines.join("\n") }));
          const cuts = places.map((place) => place % (bytes.length + 1));
          const everywhere = Array.from(bytes, (_, index) => index);
          // A lone surrogate is no text: encoders write U+FFFD for it.
          const clean = expected.map((item) => ({
            event: item.event === null ? null : item.event.toWellFormed(),
            data: item.data.toWellFormed(),
          }));
          expect(readCut(bytes, cuts)).toEqual(clean);
          expect(readCut(bytes, everywhere)).toEqual(clean);
        },
      ),
    );
  });
});
