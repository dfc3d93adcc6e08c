import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countTokens, tokenise } from "../../../schema/tokens/sandbox-tokens.ts";

describe("the sandbox's tokens", () => {
  it.each([
    ["", []],
    ["hello world", ["hell", "o", " wor", "ld"]],
    ["a b", ["a", " b"]],
    ["  \n  x", ["  \n ", " x"]],
    ["äöü", ["äö", "ü"]],
    ["世界", ["世", "界"]],
    ["👋🏽!", ["👋", "🏽", "!"]],
  ])("cuts %j as documented", (text, tokens) => {
    expect([...tokenise(text)]).toEqual(tokens);
    expect(countTokens(text)).toBe(tokens.length);
  });

  it("joins to the same text again, in pieces of one to four bytes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const tokens = [...tokenise(text)];
        expect(tokens.join("")).toBe(text);
        for (const token of tokens) {
          expect(new TextEncoder().encode(token).length).toBeLessThanOrEqual(4);
          expect(token).not.toBe("");
        }
      }),
    );
  });
});
