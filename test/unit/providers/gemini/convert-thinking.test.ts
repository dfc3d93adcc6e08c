import { describe, expect, it } from "vitest";
import type { ChatRequest } from "../../../../schema/wire/openai-chat.ts";
import { convertThinking } from "../../../../workers/gateway/providers/gemini/convert-thinking.ts";
import { modelTraits } from "../../../../workers/gateway/providers/gemini/model-traits.ts";

const asked = (model: string, effort: ChatRequest["reasoning_effort"]) => convertThinking(effort, modelTraits(model));

describe("reasoning_effort", () => {
  it.each<[string, ChatRequest["reasoning_effort"], object | null]>([
    ["gemini-2.5-flash", "none", { thinkingBudget: 0, includeThoughts: false }],
    ["gemini-2.5-flash", "high", { thinkingBudget: 24_576, includeThoughts: true }],
    ["gemini-2.5-flash-lite-preview-09-2025", "minimal", { thinkingBudget: 512, includeThoughts: true }],
    ["gemini-2.5-pro", "low", { thinkingBudget: 1_024, includeThoughts: true }],
    ["gemini-2.5-pro", "none", { thinkingBudget: 128, includeThoughts: false }],
    ["gemini-3-pro-preview", "low", { thinkingLevel: "low", includeThoughts: true }],
    ["gemini-3-pro-preview", "medium", { thinkingLevel: "high", includeThoughts: true }],
    ["gemini-3.1-pro-preview", "medium", { thinkingLevel: "medium", includeThoughts: true }],
    ["gemini-3-flash-preview", "minimal", { thinkingLevel: "minimal", includeThoughts: true }],
    ["gemini-3.8-flash", "minimal", { thinkingLevel: "low", includeThoughts: true }],
    ["gemini-4-ultra", "max", { thinkingLevel: "high", includeThoughts: true }],
    ["gemini-10.1-pro", "medium", { thinkingLevel: "medium", includeThoughts: true }],
    ["gemini-flash-latest", "low", { thinkingLevel: "low", includeThoughts: true }],
    ["gemini-2.0-flash", "high", null],
    ["gemini-1.5-pro-002", "none", null],
    ["a-model-of-ones-own", "high", { thinkingBudget: 24_576, includeThoughts: true }],
    ["gemini-3-pro-preview", null, null],
  ])("of %s, %s, is %j", (model, effort, config) => {
    expect(asked(model, effort).config).toEqual(config);
  });

  it.each<[string, ChatRequest["reasoning_effort"], number]>([
    ["gemini-2.5-flash", "none", 0],
    ["gemini-2.5-pro", "none", 1],
    ["gemini-3-pro-preview", "none", 1],
    ["gemini-2.0-flash", "high", 1],
    ["gemini-2.0-flash", "none", 0],
  ])("of %s, %s, is said not to be what was asked in %i warnings", (model, effort, count) => {
    expect(asked(model, effort).warnings).toHaveLength(count);
  });
});

describe("signatures of calls", () => {
  it.each([
    ["gemini-2.5-pro", false],
    ["gemini-3-pro-preview", true],
    ["gemini-4-flash", true],
  ])("are put in place of missing ones for %s: %s", (model, signs) => {
    expect(modelTraits(model).signs_calls).toBe(signs);
  });
});
