import { describe, expect, it } from "vitest";
import { bodyOf, call, fn, MODEL, refusalOf, thinker, translated, warningsOf } from "./fixtures.ts";

describe("a request", () => {
  it("goes to the chat completions with the key, and asks for no usage: it comes anyway", () => {
    const { call: made } = translated({ stream: true, stream_options: { include_usage: true } });
    expect(made.url).toBe("https://upstream.example/v1/chat/completions");
    expect(made.headers).toEqual({ authorization: "Bearer mi-canary" });
    expect(JSON.parse(made.body)).toEqual({
      model: "mistral-large-2512",
      messages: [{ role: "user", content: "Hello" }],
      stream: true,
    });
  });

  it("M3: has stop, response_format, n, penalties and the seed", () => {
    const request = {
      stop: "END",
      n: 2,
      presence_penalty: -0.5,
      frequency_penalty: 1.5,
      temperature: 0,
      top_p: 0.9,
      seed: 0,
      response_format: { type: "json_object" },
      prompt_cache_key: "k",
      metadata: { a: "b" },
    };
    const { seed, ...same } = request;
    expect(bodyOf(request)).toMatchObject({ ...same, random_seed: seed });
    expect(bodyOf(request)).not.toHaveProperty("seed");
    expect(warningsOf(request)).toEqual([]);
  });

  it("has the caller's bound as max_tokens, or the one that was paid for", () => {
    expect(bodyOf({ max_completion_tokens: 9 })).toMatchObject({ max_tokens: 9 });
    expect(bodyOf({ max_completion_tokens: 9 })).not.toHaveProperty("max_completion_tokens");
    expect(bodyOf({}, MODEL, 512)).toMatchObject({ max_tokens: 512 });
    expect(bodyOf({})).not.toHaveProperty("max_tokens");
  });

  it("holds no field that the API does not know, for each would be refused", () => {
    const request = { user: "u", store: true, logit_bias: { "1": 1 }, top_k: 3, brand_new: 1, tools: [], n: null };
    expect(bodyOf(request)).toEqual(bodyOf({}));
    expect(warningsOf(request).map((warning) => warning.split(" ")[0])).toEqual([
      "top_k",
      "logit_bias",
      "user",
      "store",
      "brand_new",
    ]);
  });

  it.each([
    ["temperature", { temperature: 1.6 }],
    ["seed", { seed: -1 }],
    ["logprobs", { logprobs: true }],
    ["functions", { functions: [{ name: "f" }] }],
    ["modalities", { modalities: ["text", "audio"] }],
    ["web_search_options", { web_search_options: {} }],
  ])("with a %s that the provider has not is refused", (param, request) => {
    expect(refusalOf(request)).toMatchObject({ code: "unsupported_parameter", param });
  });

  it("has a schema format whole; without a schema it is any JSON", () => {
    const json_schema = { name: "x", description: "d", schema: { type: "object", $defs: {} }, strict: true };
    const format = { type: "json_schema", json_schema };
    expect(bodyOf({ response_format: format })).toMatchObject({ response_format: format });
    expect(bodyOf({ response_format: { type: "json_schema", json_schema: { name: "x" } } })).toMatchObject({
      response_format: { type: "json_object" },
    });
  });
});

describe("tools", () => {
  it("M2: required is any; a named choice, none and auto stay", () => {
    const tools = [fn("f"), fn("g")];
    const named = { type: "function", function: { name: "g" } };
    expect(bodyOf({ tools, tool_choice: "required" })).toMatchObject({ tool_choice: "any" });
    for (const tool_choice of ["none", "auto", named]) {
      expect(bodyOf({ tools, tool_choice, parallel_tool_calls: false })).toMatchObject({
        tools,
        tool_choice,
        parallel_tool_calls: false,
      });
    }
  });

  it("that are none leave no choice behind, and a choice of what is not offered is refused", () => {
    expect(bodyOf({ tool_choice: "auto", parallel_tool_calls: true })).toEqual(bodyOf({}));
    expect(refusalOf({ tool_choice: "required" })).toMatchObject({ param: "tool_choice" });
    const named = { type: "function", function: { name: "x" } };
    expect(refusalOf({ tools: [fn("f")], tool_choice: named })).toMatchObject({ param: "tool_choice" });
    expect(refusalOf({ tools: [{ type: "custom", custom: { name: "c" } }] })).toMatchObject({ param: "tools[0]" });
  });

  it("with names that the API does not take are renamed, everywhere alike, and named back", () => {
    const name = `${"x".repeat(64)}.y`;
    const { call: made, tool_names } = translated({
      tools: [fn(name)],
      tool_choice: { type: "function", function: { name } },
      messages: [
        { role: "user", content: "Hi" },
        { role: "assistant", tool_calls: [call("abcdefghi", name, "{}")] },
        { role: "tool", tool_call_id: "abcdefghi", content: "x" },
      ],
    });
    const body = JSON.parse(made.body);
    const renamed = body.tools[0].function.name;
    expect(renamed).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
    expect(body.tool_choice.function.name).toBe(renamed);
    expect(body.messages[1].tool_calls[0].function.name).toBe(renamed);
    expect(tool_names).toEqual(new Map([[renamed, name]]));
  });
});

describe("reasoning_effort", () => {
  it.each([
    ["mistral-small-2603", "none", "none"],
    ["mistral-small-2603", "high", "high"],
    ["mistral-medium-3-5", "low", "high"],
    ["mistral-medium-3-5", "max", "high"],
    ["mistral-large-4-0", "minimal", "low"],
    ["mistral-large-4-0", "medium", "medium"],
    ["mistral-large-4-0", "xhigh", "high"],
  ])("on %s: %s is %s, with a warning where it is another", (id, reasoning_effort, expected) => {
    const model = thinker(id);
    expect(bodyOf({ reasoning_effort }, model)).toMatchObject({ reasoning_effort: expected });
    expect(warningsOf({ reasoning_effort }, model)).toEqual(
      reasoning_effort === expected
        ? []
        : [`reasoning_effort ${reasoning_effort} became ${expected}: the model has no ${reasoning_effort}`],
    );
  });

  it("is left out with a warning where the model always reasons, or never does", () => {
    expect(bodyOf({ reasoning_effort: "low" }, thinker("magistral-medium-2509"))).not.toHaveProperty(
      "reasoning_effort",
    );
    expect(warningsOf({ reasoning_effort: "low" }, thinker("magistral-medium-2509"))).toEqual([
      "reasoning_effort left out: the model always reasons",
    ]);
    expect(warningsOf({ reasoning_effort: "low" })).toEqual(["reasoning_effort left out: the model does not reason"]);
    expect(warningsOf({ reasoning_effort: "none" })).toEqual([]);
  });
});
