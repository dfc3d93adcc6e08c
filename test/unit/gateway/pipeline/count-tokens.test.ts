import { describe, expect, it } from "vitest";
import { AnswerMeter } from "../../../../workers/gateway/pipeline/answer-meter.ts";
import { countPendingOutput, countPrompt } from "../../../../workers/gateway/pipeline/count-tokens.ts";
import { model, request, tokenizerOf } from "../fixtures.ts";

const OWN = model({ encoding: "o200k_base" });
const UNPUBLISHED = model({ encoding: null });

/** A meter in which as many words wait to be counted; the tokenizer of these tests makes a token of each. */
function meterWith(words: number): AnswerMeter {
  const meter = new AnswerMeter();
  meter.observe([{ type: "text", choice: 0, text: "word ".repeat(words) }]);
  return meter;
}

describe("counting what no provider reported", () => {
  it("takes the count as it is where the encoding is the model's own", async () => {
    const meter = meterWith(100);
    await countPendingOutput(tokenizerOf(1), meter, OWN);
    expect(meter.tokens_bound).toBe(100);
    expect(await countPrompt(tokenizerOf(100), request(), OWN)).toBe(100);
  });

  it("raises the count of a stand-in, so that a bill does not stay below what was delivered", async () => {
    const meter = meterWith(100);
    await countPendingOutput(tokenizerOf(1), meter, UNPUBLISHED);
    expect(meter.tokens_bound).toBe(140);
    expect(await countPrompt(tokenizerOf(100), request(), UNPUBLISHED)).toBe(140);
  });

  it("raises by what wraps a tool call", async () => {
    const meter = new AnswerMeter();
    meter.observe([
      { type: "tool_call", choice: 0, index: 0, id: "c", name: "weather" },
      { type: "tool_arguments", choice: 0, index: 0, json: "{}" },
    ]);
    await countPendingOutput(tokenizerOf(1), meter, model({ encoding: null, upstream_id: "claude-opus-5" }));
    expect(meter.tokens_bound).toBe(42);
    const messages = [
      { role: "assistant", tool_calls: [{ id: "c", type: "function", function: { name: "f", arguments: "{}" } }] },
    ];
    const claude = model({ encoding: null, upstream_id: "claude-opus-5" });
    expect(await countPrompt(tokenizerOf(100), request({ messages }), claude)).toBe(180);
  });

  it("leaves a byte for a token, and says so, when the tokenizer does not answer", async () => {
    const meter = meterWith(100);
    await countPendingOutput(tokenizerOf(null), meter, OWN);
    expect(meter.tokens_bound).toBe(500);
    expect(meter.approximate).toBe(true);
    expect(await countPrompt(tokenizerOf(null), request(), OWN)).toBeNull();
  });

  it("counts nothing where nothing waits", async () => {
    const meter = new AnswerMeter();
    await countPendingOutput(tokenizerOf(null), meter, OWN);
    expect(meter).toMatchObject({ tokens_bound: 0, approximate: false });
  });
});
