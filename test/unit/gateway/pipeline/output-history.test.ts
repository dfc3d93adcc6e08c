import { describe, expect, it } from "vitest";
import { expectedOutputTokens, learnOutputTokens } from "../../../../workers/gateway/pipeline/output-history.ts";

const LEAST = 4_096;
const MOST = 16_384;

describe("how long the answers of a model will be", () => {
  it("is the least before any was seen", () => {
    expect(expectedOutputTokens("never-seen")).toBe(LEAST);
  });

  it("is a little more than the longest lately, within bounds", () => {
    learnOutputTokens("a", 4_000);
    expect(expectedOutputTokens("a")).toBe(5_000);
    learnOutputTokens("a", 10);
    expect(expectedOutputTokens("a")).toBe(4_900);
    learnOutputTokens("a", 1_000_000);
    expect(expectedOutputTokens("a")).toBe(MOST);
    learnOutputTokens("b", 0);
    expect(expectedOutputTokens("b")).toBe(LEAST);
  });

  it("forgets one long answer after about a hundred short ones", () => {
    learnOutputTokens("c", 8_000);
    for (let answer = 0; answer < 120; answer += 1) learnOutputTokens("c", 100);
    expect(expectedOutputTokens("c")).toBe(LEAST);
  });

  it("is learnt for each model by itself", () => {
    learnOutputTokens("d", 4_000);
    expect(expectedOutputTokens("e")).toBe(LEAST);
  });

  it("keeps a bounded number of models, the last one always", () => {
    for (let index = 0; index < 2_500; index += 1) learnOutputTokens(`many-${index}`, 4_000);
    expect(expectedOutputTokens("many-2499")).toBe(5_000);
    expect(expectedOutputTokens("many-0")).toBe(LEAST);
  });
});
