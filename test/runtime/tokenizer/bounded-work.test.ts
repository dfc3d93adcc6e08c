import { describe, expect, test } from "vitest";
import type { Encoder } from "../../../workers/tokenizer/encoders.ts";
import { COUNT_LIMITS, TextCounter } from "../../../workers/tokenizer/text-counter.ts";

/** An encoder that counts characters and writes down what it was asked to do. */
function recordingEncoder(): { encoder: Encoder; asked: string[] } {
  const asked: string[] = [];
  const encoder: Encoder = {
    count: (text) => {
      asked.push(text);
      return text.length;
    },
    forget: () => undefined,
  };
  return { encoder, asked };
}

const longestRun = (text: string): number =>
  Math.max(0, ...[...text.matchAll(/[\p{L}\p{M}]+|[^\s\p{L}\p{N}]+|\s+/gu)].map(([run]) => run.length));

const HAN = "的一是不了人我在有他这为之大来以个中上们";

describe("hostile texts cost a bounded amount of work", () => {
  const size = 100 * 1024;
  test.each([
    ["one letter", "a".repeat(size)],
    ["spaces", " ".repeat(size)],
    ["line breaks", "\n".repeat(size)],
    ["signs", "!".repeat(size)],
    ["Chinese without punctuation", HAN.repeat(size / HAN.length)],
    ["emoji", "😀".repeat(size / 2)],
    ["combining marks", `e${"\u0301".repeat(size)}`],
    ["runs just too long, one after the other", `${"a".repeat(COUNT_LIMITS.run_chars + 1)} `.repeat(100)],
  ])("%s: no run beyond the limit reaches the encoder, in few calls, and nothing is left out", (_name, text) => {
    const { encoder, asked } = recordingEncoder();
    const count = new TextCounter(encoder).count(text);
    expect(count).toEqual({ tokens: text.length, approximate: true });
    expect(asked.join("")).toBe(text);
    expect(Math.max(...asked.map(longestRun))).toBeLessThanOrEqual(COUNT_LIMITS.run_chars);
    expect(asked.length).toBeLessThanOrEqual(2 * Math.ceil(text.length / COUNT_LIMITS.slice_chars) + 1);
  });

  test("a run at the limit is still exact, and counted in one piece", () => {
    const { encoder, asked } = recordingEncoder();
    const run = "a".repeat(COUNT_LIMITS.run_chars);
    const text = `${run} ${run}`;
    expect(new TextCounter(encoder).count(text).approximate).toBe(false);
    expect(asked).toEqual([text]);
  });

  test("no slice ends between the two halves of a character", () => {
    const { encoder, asked } = recordingEncoder();
    new TextCounter(encoder).count(`a${"𝒳".repeat(5_000)}`);
    for (const slice of asked) expect(slice.isWellFormed()).toBe(true);
  });

  test("one call counts so many characters over all its texts; the rest is bounded by its bytes", () => {
    const { encoder, asked } = recordingEncoder();
    const counter = new TextCounter(encoder);
    const words = "some words ".repeat(Math.ceil(COUNT_LIMITS.text_chars / 11));
    expect(counter.count(words)).toEqual({ tokens: words.length, approximate: true });
    expect(counter.count("éé")).toEqual({ tokens: 4, approximate: true });
    expect(asked.join("").length).toBe(COUNT_LIMITS.text_chars);
    expect(counter.total()).toEqual({ tokens: words.length + 4, approximate: true });
  });
});
