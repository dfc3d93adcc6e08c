import { describe, expect, it } from "vitest";
import { modelTraits } from "../../../../workers/gateway/providers/anthropic/model-traits.ts";
import { bodyOf, modelNamed, OLD_MODEL, refusalOf, warningsOf } from "./fixtures.ts";

const TOOLS = [{ type: "function", function: { name: "a" } }];
const ADAPTIVE = modelNamed("claude-opus-4-6");
const ON_BY_DEFAULT = modelNamed("claude-sonnet-5");
const ALWAYS_ON = modelNamed("claude-opus-5-5");

describe("reasoning on a model with a thinking budget", () => {
  it.each([
    ["minimal", 1_024],
    ["low", 2_000],
    ["medium", 5_000],
    ["high", 8_000],
    ["xhigh", 9_000],
    ["max", 9_500],
  ])("A13: %s of 10,000 tokens is a budget of %d", (reasoning_effort, budget_tokens) => {
    expect(bodyOf({ reasoning_effort, max_tokens: 10_000 }).thinking).toEqual({ type: "enabled", budget_tokens });
  });

  it.each(["max_tokens", "max_completion_tokens"])(
    "A13: is refused, naming %s, when the bound leaves no room",
    (field) => {
      expect(refusalOf({ reasoning_effort: "low", [field]: 1_024 })).toMatchObject({
        code: "invalid_request",
        param: field,
      });
      expect(bodyOf({ reasoning_effort: "low", [field]: 1_025 }).thinking).toEqual({
        type: "enabled",
        budget_tokens: 1_024,
      });
    },
  );

  it("is off without a word to the provider for none", () => {
    const body = bodyOf({ reasoning_effort: "none" });
    expect(body).not.toHaveProperty("thinking");
    expect(warningsOf({ reasoning_effort: "none" })).toEqual([]);
  });
});

describe("reasoning on an adaptive model", () => {
  it.each([
    ["minimal", "low"],
    ["low", "low"],
    ["medium", "medium"],
    ["high", "high"],
    ["max", "max"],
  ])("A13: %s is effort %s, with the reasoning shown", (reasoning_effort, effort) => {
    const body = bodyOf({ reasoning_effort }, ADAPTIVE);
    expect(body.thinking).toEqual({ type: "adaptive", display: "summarized" });
    expect(body.output_config).toEqual({ effort });
  });

  it("xhigh is lowered with a warning where the model has none", () => {
    expect(bodyOf({ reasoning_effort: "xhigh" }, ADAPTIVE).output_config).toEqual({ effort: "high" });
    expect(warningsOf({ reasoning_effort: "xhigh" }, ADAPTIVE)).toHaveLength(1);
    expect(bodyOf({ reasoning_effort: "xhigh" }, ON_BY_DEFAULT).output_config).toEqual({ effort: "xhigh" });
  });

  it("goes together with a native JSON schema", () => {
    const response_format = {
      type: "json_schema",
      json_schema: { name: "x", schema: { type: "object", properties: {}, additionalProperties: false } },
    };
    const body = bodyOf({ reasoning_effort: "high", response_format }, ADAPTIVE);
    expect(body.output_config).toMatchObject({ effort: "high", format: { type: "json_schema" } });
    expect(body.thinking).toMatchObject({ type: "adaptive" });
  });

  it("none switches off a model that reasons by default", () => {
    expect(bodyOf({ reasoning_effort: "none" }, ON_BY_DEFAULT).thinking).toEqual({ type: "disabled" });
  });

  it("none is the lowest effort, with a warning, where the model always reasons", () => {
    const body = bodyOf({ reasoning_effort: "none" }, ALWAYS_ON);
    expect(body).not.toHaveProperty("thinking");
    expect(body.output_config).toEqual({ effort: "low" });
    expect(warningsOf({ reasoning_effort: "none" }, ALWAYS_ON)).toHaveLength(1);
  });
});

describe("what does not go with reasoning", () => {
  it("A13: temperature and top_p are left out with a warning", () => {
    const request = { reasoning_effort: "high", temperature: 0.2, top_p: 0.5 };
    const body = bodyOf(request);
    expect(body).not.toHaveProperty("temperature");
    expect(body).not.toHaveProperty("top_p");
    expect(warningsOf(request)).toEqual([
      "temperature left out: not possible with reasoning",
      "top_p left out: not possible with reasoning",
    ]);
  });

  it.each(["required", { type: "function", function: { name: "a" } }])(
    "A13: tool_choice %j is refused",
    (tool_choice) => {
      expect(refusalOf({ reasoning_effort: "high", tools: TOOLS, tool_choice })).toMatchObject({
        code: "unsupported_parameter",
        param: "tool_choice",
      });
    },
  );

  it.each(["auto", "none"])("tool_choice %s is kept", (tool_choice) => {
    expect(bodyOf({ reasoning_effort: "high", tools: TOOLS, tool_choice }).thinking).toMatchObject({ type: "enabled" });
  });

  it("a JSON format that needs a forced tool wins, with a warning", () => {
    const request = { reasoning_effort: "high", response_format: { type: "json_object" } };
    expect(bodyOf(request)).not.toHaveProperty("thinking");
    expect(bodyOf(request).tool_choice).toMatchObject({ type: "tool", name: "json" });
    expect(warningsOf(request)).toHaveLength(1);
  });

  it("a forced tool switches off reasoning that is on by default", () => {
    expect(bodyOf({ tools: TOOLS, tool_choice: "required" }, ON_BY_DEFAULT).thinking).toEqual({ type: "disabled" });
    expect(bodyOf({ tools: TOOLS }, ON_BY_DEFAULT)).not.toHaveProperty("thinking");
  });
});

it("a model that does not reason leaves reasoning_effort out with a warning", () => {
  const model = { ...OLD_MODEL, capabilities: [] };
  expect(bodyOf({ reasoning_effort: "high" }, model)).not.toHaveProperty("thinking");
  expect(warningsOf({ reasoning_effort: "high" }, model)).toHaveLength(1);
  expect(warningsOf({ reasoning_effort: "none" }, model)).toEqual([]);
});

describe("a model's traits follow from its name", () => {
  it.each([
    ["claude-3-haiku-20240307", "none", "omit", "both", true],
    ["claude-3-7-sonnet-20250219", "budget", "omit", "both", true],
    ["claude-sonnet-4-20250514", "budget", "omit", "both", true],
    ["claude-opus-4-1-20250805", "budget", "omit", "one", true],
    ["claude-haiku-4-5-20251001", "budget", "omit", "one", true],
    ["claude-opus-4-6", "adaptive", "omit", "one", true],
    ["claude-opus-4-8", "adaptive", "omit", "none", true],
    ["claude-opus-5", "adaptive", "disabled", "none", true],
    ["claude-opus-5-20260724", "adaptive", "disabled", "none", true],
    ["claude-haiku-5-5", "adaptive", "disabled", "none", true],
    ["claude-sonnet-5-5", "adaptive", "never", "none", false],
    ["claude-fable-5", "adaptive", "never", "none", true],
    ["claude-mythos-preview", "adaptive", "never", "none", true],
    ["claude-fable-5-2", "adaptive", "never", "none", false],
    ["claude-opus-6", "adaptive", "never", "none", false],
    ["us.anthropic.claude-opus-4-5-20251101-v1:0", "budget", "omit", "one", true],
    ["kimi-k2", "budget", "omit", "both", true],
  ])("%s", (id, thinking, thinking_off, sampling, forced_tool) => {
    expect(modelTraits(id)).toMatchObject({ thinking, thinking_off, sampling, forced_tool });
  });
});
