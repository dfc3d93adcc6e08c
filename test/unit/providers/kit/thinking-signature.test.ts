import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anthropic } from "../../../../workers/gateway/providers/anthropic/anthropic.ts";
import { thinkingBlocks } from "../../../../workers/gateway/providers/kit/thinking-signature.ts";
import { bodyOf, message, PLAIN } from "../anthropic/fixtures.ts";

const base64 = fc.base64String({ minLength: 4, maxLength: 40 });
const block = fc.oneof(
  fc.record({ type: fc.constant("thinking" as const), thinking: fc.string({ unit: "grapheme" }), signature: base64 }),
  fc.record({ type: fc.constant("redacted_thinking" as const), data: base64 }),
);

/** What an OpenAI client keeps of an answer: texts and signatures joined, as it joins every delta. */
function kept(content: readonly object[]) {
  const parts = anthropic.readWhole(message(content), PLAIN);
  return {
    reasoning_content: parts.map((part) => (part.type === "reasoning" ? part.text : "")).join(""),
    reasoning_signature: parts.map((part) => (part.type === "reasoning_signature" ? part.signature : "")).join(""),
  };
}

describe("thinking that goes through an OpenAI client", () => {
  it("A14: comes back block by block as it was, for any number of blocks", () => {
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 6 }), (blocks) => {
        const assistant = { role: "assistant", content: "x", ...kept(blocks) };
        const { messages } = bodyOf({ messages: [{ role: "user", content: "q" }, assistant] });
        expect(messages[1]?.content.slice(0, -1)).toEqual(blocks);
      }),
    );
  });

  it("has the plain signature when there is one block", () => {
    expect(kept([{ type: "thinking", thinking: "hm", signature: "c2ln" }]).reasoning_signature).toBe("c2ln");
  });

  it.each([
    ["abcdef", ";3;c2ln"],
    ["abc", "c2ln;9;c2ln"],
    ["abcdef", "c2ln;4;c2ln;2;c2ln"],
    ["abc", ";r0;ZGF0YQ=="],
    ["abc", ""],
  ])("is not handed back when text %j and signature %j do not fit", (text, signature) => {
    expect(thinkingBlocks(text, signature)).toBeNull();
  });
});
