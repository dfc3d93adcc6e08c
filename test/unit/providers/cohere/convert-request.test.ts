import { describe, expect, it } from "vitest";
import { bodyOf, fn, MODEL, refusalOf, THINKER, translated, warningsOf } from "./fixtures.ts";

describe("a request", () => {
  it("goes to Chat v2 with the key, and says whether it streams", () => {
    const { call } = translated({});
    expect(call.url).toBe("https://upstream.example/v2/chat");
    expect(call.headers.authorization).toBe("Bearer co-canary");
    expect(JSON.parse(call.body)).toEqual({
      model: "command-a-03-2025",
      messages: [{ role: "user", content: "Hello" }],
      stream: false,
    });
    expect(bodyOf({ stream: true, stream_options: { include_usage: true } })).toMatchObject({ stream: true });
  });

  it("has the caller's parameters in the provider's words", () => {
    const request = {
      max_completion_tokens: 100,
      temperature: 0.4,
      top_p: 0.5,
      top_k: 40,
      seed: 0,
      stop: ["END", ""],
      frequency_penalty: 0.5,
      presence_penalty: 1,
    };
    expect(bodyOf(request)).toMatchObject({
      max_tokens: 100,
      temperature: 0.4,
      p: 0.5,
      k: 40,
      seed: 0,
      stop_sequences: ["END"],
      frequency_penalty: 0.5,
      presence_penalty: 1,
    });
    expect(warningsOf(request)).toEqual([]);
    expect(bodyOf({ stop: "END" })).toMatchObject({ stop_sequences: ["END"] });
  });

  it("has the bound that was paid for where the caller gave none", () => {
    expect(bodyOf({}, MODEL, 512)).toMatchObject({ max_tokens: 512 });
    expect(bodyOf({ max_tokens: 7 }, MODEL, 512)).toMatchObject({ max_tokens: 7 });
  });

  it.each([
    ["n", { n: 2 }],
    ["logprobs", { logprobs: true }],
    ["top_logprobs", { top_logprobs: 3 }],
    ["frequency_penalty", { frequency_penalty: 1.5 }],
    ["presence_penalty", { presence_penalty: -0.1 }],
    ["top_k", { top_k: 501 }],
    ["seed", { seed: -1 }],
    ["stop", { stop: ["1", "2", "3", "4", "5", "6"] }],
    ["functions", { functions: [{ name: "f" }] }],
    ["web_search_options", { web_search_options: {} }],
  ])("with a %s that the provider has not is refused and not bent", (param, request) => {
    expect(refusalOf(request)).toMatchObject({ code: "unsupported_parameter", param });
  });

  it.each([
    [1, 0.99],
    [0, 0.01],
  ])("with top_p %d says that it became %d", (top_p, p) => {
    expect(bodyOf({ top_p })).toMatchObject({ p });
    expect(warningsOf({ top_p })).toEqual([`top_p became ${p}: the provider's ends are 0.01 and 0.99`]);
  });

  it("names what is left out", () => {
    const warnings = warningsOf({ user: "u", logit_bias: { "1": 2 }, safety_mode: "OFF", parallel_tool_calls: false });
    expect(warnings.map((warning) => warning.split(" ")[0])).toEqual([
      "logit_bias",
      "user",
      "parallel_tool_calls",
      "safety_mode",
    ]);
    expect(bodyOf({ user: "u", safety_mode: "OFF" })).toEqual(bodyOf({}));
  });
});

describe("a response format", () => {
  const schema = { type: "object", properties: { a: { $ref: "#/$defs/x" } }, $defs: { x: {} } };

  it("is JSON, with the caller's schema whole", () => {
    expect(bodyOf({ response_format: { type: "json_object" } })).toMatchObject({
      response_format: { type: "json_object" },
    });
    const asked = bodyOf({ response_format: { type: "json_schema", json_schema: { name: "x", schema } } });
    expect(asked.response_format).toEqual({ type: "json_object", json_schema: schema });
    expect(bodyOf({ response_format: { type: "text" } })).toEqual(bodyOf({}));
  });

  it("together with tools is refused: the provider has one or the other", () => {
    const request = { response_format: { type: "json_object" }, tools: [fn("f")] };
    expect(refusalOf(request)).toMatchObject({ code: "unsupported_parameter", param: "response_format" });
  });
});

describe("reasoning_effort", () => {
  it.each([
    ["minimal", 100],
    ["low", 250],
    ["medium", 500],
    ["high", 800],
    ["xhigh", 900],
    ["max", 950],
  ])("%s is a budget of %d of a thousand tokens", (reasoning_effort, token_budget) => {
    const body = bodyOf({ reasoning_effort, max_tokens: 1_000 }, THINKER);
    expect(body.thinking).toEqual({ type: "enabled", token_budget });
  });

  it("none switches thinking off", () => {
    expect(bodyOf({ reasoning_effort: "none" }, THINKER)).toMatchObject({ thinking: { type: "disabled" } });
  });

  it("takes its share of the model's maximum without a bound, and is never nothing", () => {
    expect(bodyOf({ reasoning_effort: "medium" }, THINKER)).toMatchObject({ thinking: { token_budget: 16_000 } });
    expect(bodyOf({ reasoning_effort: "low", max_tokens: 1 }, THINKER)).toMatchObject({
      thinking: { token_budget: 1 },
    });
  });

  it("is left out with a warning on a model that does not reason", () => {
    expect(bodyOf({ reasoning_effort: "high" })).not.toHaveProperty("thinking");
    expect(warningsOf({ reasoning_effort: "high" })).toEqual(["reasoning_effort left out: the model does not reason"]);
    expect(warningsOf({ reasoning_effort: "none" })).toEqual([]);
  });
});

describe("tools", () => {
  it("keep their order and their schemas whole", () => {
    const parameters = { type: "object", additionalProperties: false, definitions: { a: {} }, properties: {} };
    const { tools } = bodyOf({ tools: [fn("b", { description: "B", parameters }), fn("a", { parameters: null })] });
    expect(tools).toEqual([
      { type: "function", function: { name: "b", description: "B", parameters } },
      { type: "function", function: { name: "a", parameters: { type: "object", properties: {} } } },
    ]);
  });

  it.each([
    ["required", "REQUIRED"],
    ["none", "NONE"],
    ["auto", undefined],
  ])("with tool_choice %s have %s", (tool_choice, expected) => {
    expect(bodyOf({ tools: [fn("f")], tool_choice }).tool_choice).toBe(expected);
  });

  it("C4: a named choice offers that tool alone, and requires it", () => {
    const body = bodyOf({
      tools: [fn("f"), fn("g"), fn("h")],
      tool_choice: { type: "function", function: { name: "g" } },
    });
    expect(body.tool_choice).toBe("REQUIRED");
    expect(body.tools).toEqual([expect.objectContaining({ function: expect.objectContaining({ name: "g" }) })]);
  });

  it("with a choice of what is not offered are refused", () => {
    const named = { type: "function", function: { name: "x" } };
    expect(refusalOf({ tools: [fn("f")], tool_choice: named })).toMatchObject({ param: "tool_choice" });
    expect(refusalOf({ tool_choice: "required" })).toMatchObject({ param: "tool_choice" });
    expect(refusalOf({ tools: [{ type: "custom", custom: { name: "c" } }] })).toMatchObject({ param: "tools[0]" });
    const allowed = { type: "allowed_tools", allowed_tools: {} };
    expect(refusalOf({ tools: [fn("f")], tool_choice: allowed })).toMatchObject({ code: "unsupported_parameter" });
  });

  it("are strict when all of them are, and say so when they cannot be", () => {
    const strict = fn("f", { strict: true });
    expect(bodyOf({ tools: [strict] })).toMatchObject({ strict_tools: true });
    expect(bodyOf({ tools: [strict, fn("g")] })).not.toHaveProperty("strict_tools");
    expect(warningsOf({ tools: [strict, fn("g")] })).toEqual([
      "strict left out: the provider has it for all tools or for none",
    ]);
  });

  it("with names of another alphabet are renamed, and the answer's are named back", () => {
    const { call, tool_names } = translated({ tools: [fn("über.tool")] });
    const [tool] = JSON.parse(call.body).tools;
    expect(tool.function.name).toMatch(/^[a-zA-Z0-9_-]+$/);
    expect(tool_names.get(tool.function.name)).toBe("über.tool");
  });
});
