import { describe, expect, it } from "vitest";
import { applyParameters, unsettable } from "../../../../../workers/gateway/pipeline/experiments/apply-parameters.ts";

const ALL = {
  temperature: 0.5,
  top_p: 0.9,
  max_tokens: 7,
  reasoning_effort: "low",
  system_prompt: "Be brief.",
} as const;
const user = { role: "user", content: "Hello" };

describe("parameters of a variant", () => {
  it.each([
    [
      "openai-chat",
      { temperature: 1, max_tokens: 100, messages: [{ role: "developer", content: "Be long." }, user] },
      {
        temperature: 0.5,
        top_p: 0.9,
        max_completion_tokens: 7,
        reasoning_effort: "low",
        messages: [{ role: "system", content: "Be brief." }, user],
      },
    ],
    [
      "openai-responses",
      { reasoning: { summary: "auto" }, input: [{ role: "system", content: "Be long." }, user] },
      {
        temperature: 0.5,
        top_p: 0.9,
        max_output_tokens: 7,
        reasoning: { summary: "auto", effort: "low" },
        instructions: "Be brief.",
        input: [user],
      },
    ],
  ])("take the place of the caller's own in %s", (dialect, body, changed) => {
    expect(unsettable(dialect, ALL)).toBeNull();
    expect(applyParameters(dialect, body, ALL)).toEqual(changed);
  });

  it("leave the caller's body as it was, and what they do not name", () => {
    const body = { model: "m", temperature: 1, messages: [{ role: "system", content: "Be long." }, user] };
    const before = structuredClone(body);
    expect(applyParameters("openai-chat", body, { temperature: 0 })).toEqual({ ...before, temperature: 0 });
    expect(body).toEqual(before);
    const { reasoning_effort: _, ...settable } = ALL;
    expect(applyParameters("anthropic-messages", { system: "Be long.", max_tokens: 1 }, settable)).toEqual({
      temperature: 0.5,
      top_p: 0.9,
      max_tokens: 7,
      system: "Be brief.",
    });
  });

  it("are told where a dialect has no word for them", () => {
    expect(unsettable("anthropic-messages", ALL)).toBe("reasoning_effort");
    expect(unsettable("openai-completions", { system_prompt: "x" })).toBe("system_prompt");
    expect(unsettable("rerank", { temperature: 0 })).toBe("temperature");
  });
});
