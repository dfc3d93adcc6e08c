import { describe, expect, it } from "vitest";
import { raiseCount, TOKEN_STRATEGIES, tokenStrategy } from "../../../../workers/gateway/pipeline/token-strategies.ts";
import { model } from "../fixtures.ts";
import { MEASURED } from "./measured-tokens.ts";

/** What providers themselves counted of recorded answers: the stand-in's count of the same text, calls, the provider's count. */
const RECORDED = [
  ["Claude", "A long answer.", 71, 0, 94],
  ["Claude", "A long answer.", 56, 0, 78],
  ["Claude", "A call.", 10, 1, 48],
  ["Claude", "A call.", 53, 1, 93],
  ["Gemini", "A long answer.", 21, 0, 23],
  ["Gemini", "A call.", 7, 1, 15],
  ["Cohere", "A long answer.", 48, 0, 50],
  ["Cohere", "Two calls.", 49, 2, 52],
  ["DeepSeek", "A call.", 47, 1, 83],
  ["DeepSeek", "A call.", 55, 1, 92],
  ["Llama", "A long answer.", 601, 0, 607],
  ["Llama", "A call.", 2, 1, 15],
  ["Mistral", "A long answer.", 422, 0, 434],
  ["Mistral", "A call.", 8, 1, 22],
] as const;

const unpublished = (upstream_id: string) => tokenStrategy(model({ upstream_id, encoding: null }));
const named = (family: string) => TOKEN_STRATEGIES.find((strategy) => strategy.family === family) ?? null;

describe("the strategy of a model", () => {
  it.each([
    ["claude-opus-5", "Claude"],
    ["us.anthropic.claude-sonnet-4-20250514-v1:0", "Claude"],
    ["gemini-3-pro-preview", "Gemini"],
    ["google/gemma-3-27b-it", "Gemini"],
    ["deepseek-reasoner", "DeepSeek"],
    ["deepseek-r1-distill-llama-70b", "DeepSeek"],
    ["llama-3.3-70b-versatile", "Llama"],
    ["meta-llama/Llama-4-Scout", "Llama"],
    ["mistral-large-2512", "Mistral"],
    ["codestral-latest", "Mistral"],
    ["command-a-03-2025", "Cohere"],
    ["embed-v4.0", "Cohere"],
    ["rerank-v3.5", "Cohere"],
    ["brand-new-1", "unknown"],
  ])("of %s is %s's", (upstream_id, family) => {
    expect(unpublished(upstream_id)?.family).toBe(family);
  });

  it("is none where the model has an encoding of its own", () => {
    const strategy = tokenStrategy(model({ upstream_id: "claude-x", encoding: "cl100k_base" }));
    expect(strategy).toBeNull();
    expect(raiseCount({ tokens: 7, texts: ["1 Привет"], tool_calls: 3 }, strategy)).toBe(7);
  });
});

describe("a raised count", () => {
  const cells = MEASURED.flatMap(({ script, text, o200k, families }) =>
    Object.entries(families).map(([family, own]) => ({ family, script, text, o200k, own })),
  );

  it.each(cells)(
    "of $script is not below what $family's own vocabulary makes of it",
    ({ family, text, o200k, own }) => {
      const raised = raiseCount({ tokens: o200k, texts: [text], tool_calls: 0 }, named(family));
      expect(raised).toBeGreaterThanOrEqual(own);
      const unknown = raiseCount({ tokens: o200k, texts: [text], tool_calls: 0 }, unpublished("brand-new-1"));
      expect(unknown).toBeGreaterThanOrEqual(own);
    },
  );

  it("of two scripts together is not below either's own vocabulary", () => {
    for (const family of TOKEN_STRATEGIES.map((strategy) => strategy.family)) {
      for (const first of MEASURED) {
        for (const second of MEASURED) {
          const own = (first.families[family] ?? 0) + (second.families[family] ?? 0);
          const tokens = first.o200k + second.o200k;
          const raised = raiseCount({ tokens, texts: [first.text, second.text], tool_calls: 0 }, named(family));
          expect(raised, `${family}: ${first.script}, ${second.script}`).toBeGreaterThanOrEqual(own);
        }
      }
    }
  });

  it.each(RECORDED)(
    "of %s (%s %d tokens, %d calls) is not below the provider's %d",
    (family, text, o200k, calls, own) => {
      const raised = raiseCount({ tokens: o200k, texts: [text], tool_calls: calls }, named(family));
      expect(raised).toBeGreaterThanOrEqual(own);
    },
  );

  it("of English prose is at most two fifths above the stand-in's", () => {
    const english = MEASURED.find(({ script }) => script === "english");
    for (const strategy of TOKEN_STRATEGIES) {
      const raised = raiseCount({ tokens: 1_000, texts: [english?.text ?? ""], tool_calls: 0 }, strategy);
      expect(raised, strategy.family).toBeLessThanOrEqual(1_400);
    }
  });
});
