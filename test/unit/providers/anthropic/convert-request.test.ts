import { describe, expect, it } from "vitest";
import { bodyOf, JSON_MODEL, modelNamed, OLD_MODEL, refusalOf, translated, warningsOf } from "./fixtures.ts";

describe("the call", () => {
  it("carries the account's key and the version, and goes to the account's own URL", () => {
    const { call } = translated({});
    expect(call.url).toBe("https://upstream.example/v1/messages");
    expect(call.headers).toEqual({
      "anthropic-version": "2023-06-01",
      "x-api-key": "sk-ant-canary",
    });
    expect(call.body).not.toContain("sk-ant-canary");
  });

  it("names the model as the provider does", () => {
    expect(bodyOf({})).toEqual({
      model: "claude-sonnet-4-20250514",
      max_tokens: 64_000,
      messages: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
    });
  });

  it("asks for a stream only when the caller does", () => {
    expect(bodyOf({ stream: true, stream_options: { include_usage: true } }).stream).toBe(true);
    expect(bodyOf({ stream: false })).not.toHaveProperty("stream");
    expect(warningsOf({ stream: true, stream_options: { include_usage: true } })).toEqual([]);
  });
});

describe("the output bound", () => {
  it.each([
    ["the caller's max_completion_tokens first", { max_completion_tokens: 11, max_tokens: 22 }, 33, 11],
    ["then the caller's max_tokens", { max_tokens: 22 }, 33, 22],
    ["then the bound that was paid for", {}, 33, 33],
    ["then the model's own", {}, undefined, 64_000],
  ])("is %s", (_, request, paid, expected) => {
    expect(bodyOf(request, OLD_MODEL, paid).max_tokens).toBe(expected);
  });
});

describe("sampling", () => {
  it("A3: refuses a temperature above 1 instead of lowering it", () => {
    expect(refusalOf({ temperature: 1.6 })).toMatchObject({ code: "unsupported_parameter", param: "temperature" });
  });

  it("passes temperature and top_p where the model takes both", () => {
    expect(bodyOf({ temperature: 0.3, top_p: 0.9 })).toMatchObject({ temperature: 0.3, top_p: 0.9 });
  });

  it("keeps a temperature of 0", () => {
    expect(bodyOf({ temperature: 0 }).temperature).toBe(0);
  });

  it("leaves out top_p beside a temperature where the model takes one of them, and says so", () => {
    expect(bodyOf({ temperature: 0.3, top_p: 0.9 }, JSON_MODEL)).not.toHaveProperty("top_p");
    expect(warningsOf({ temperature: 0.3, top_p: 0.9 }, JSON_MODEL)).toEqual([
      "top_p left out: not possible with temperature on this model",
    ]);
    expect(bodyOf({ top_p: 0.9 }, JSON_MODEL).top_p).toBe(0.9);
  });

  it("leaves out sampling that the newest models refuse, and says so", () => {
    const request = { temperature: 0.3, top_p: 0.9 };
    const body = bodyOf(request, modelNamed("claude-opus-4-7"));
    expect(body).not.toHaveProperty("temperature");
    expect(body).not.toHaveProperty("top_p");
    expect(warningsOf(request, modelNamed("claude-opus-4-7"))).toEqual([
      "temperature left out: not possible with this model",
      "top_p left out: not possible with this model",
    ]);
  });

  it("is silent about defaults", () => {
    expect(warningsOf({ temperature: 1, top_p: 1 }, modelNamed("claude-opus-5"))).toEqual([]);
  });
});

describe("stop sequences", () => {
  it("A1: makes a list of a single one", () => {
    expect(bodyOf({ stop: "END" }).stop_sequences).toEqual(["END"]);
  });

  it("A1: drops blank ones with a warning and keeps the rest as they are", () => {
    expect(bodyOf({ stop: ["\n", " END ", ""] }).stop_sequences).toEqual([" END "]);
    expect(warningsOf({ stop: ["\n", "END"] })).toEqual(["a blank stop sequence left out"]);
    expect(bodyOf({ stop: "\n\n" })).not.toHaveProperty("stop_sequences");
  });
});

describe("parameters without an equivalent", () => {
  it.each([
    ["n", { n: 2 }],
    ["logprobs", { logprobs: true }],
    ["top_logprobs", { top_logprobs: 3 }],
    ["modalities", { modalities: ["text", "audio"] }],
    ["audio", { audio: { voice: "alloy", format: "wav" } }],
    ["prediction", { prediction: { type: "content", content: "x" } }],
    ["web_search_options", { web_search_options: {} }],
    ["functions", { functions: [{ name: "f" }] }],
    ["function_call", { function_call: "auto" }],
  ])("A15: refuses %s, naming it", (param, request) => {
    expect(refusalOf(request)).toMatchObject({ code: "unsupported_parameter", param });
  });

  it("refuses a message of role function, naming it", () => {
    const messages = [
      { role: "user", content: "x" },
      { role: "function", name: "f", content: "1" },
    ];
    expect(refusalOf({ messages })).toMatchObject({ code: "unsupported_parameter", param: "messages[1].role" });
  });

  it.each([
    ["seed", { seed: 0 }],
    ["presence_penalty", { presence_penalty: 0.5 }],
    ["frequency_penalty", { frequency_penalty: -1 }],
    ["logit_bias", { logit_bias: { "1": 5 } }],
    ["store", { store: true }],
    ["metadata", { metadata: { team: "a" } }],
    ["verbosity", { verbosity: "low" }],
  ])("leaves out %s with a warning", (name, request) => {
    expect(warningsOf(request)).toEqual([`${name} left out: the provider has no equivalent`]);
    expect(bodyOf(request)).not.toHaveProperty(name);
  });

  it("names in its warnings only what may stand in a header, and not without end", () => {
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`field_${at}`, 1]));
    const warnings = warningsOf({ "a\r\nx-evil: 1": 1, ünicode: 1, ...many });
    expect(warnings).toHaveLength(13);
    expect(warnings.at(-1)).toBe("40 other fields left out: the provider has no equivalent");
    expect(warnings.every((warning) => /^[\x20-\x7e]+$/.test(warning))).toBe(true);
  });

  it("is silent about values that ask for nothing", () => {
    const request = {
      n: 1,
      logprobs: false,
      top_logprobs: 0,
      presence_penalty: 0,
      frequency_penalty: 0,
      logit_bias: {},
      store: false,
      seed: null,
      modalities: ["text"],
      parallel_tool_calls: true,
    };
    expect(warningsOf(request)).toEqual([]);
  });
});

describe("the end user", () => {
  it.each([
    ["user", { user: "u-1" }],
    ["safety_identifier", { safety_identifier: "u-1" }],
  ])("is handed on from %s", (_, request) => {
    expect(bodyOf(request).metadata).toEqual({ user_id: "u-1" });
    expect(warningsOf(request)).toEqual([]);
  });

  it("is left out with a warning when the provider would refuse its length", () => {
    expect(bodyOf({ user: "u".repeat(257) })).not.toHaveProperty("metadata");
    expect(warningsOf({ user: "u".repeat(257) })).toEqual(["user left out: longer than 256 characters"]);
  });
});

describe("the service tier", () => {
  it.each([
    ["auto", "auto"],
    ["default", "standard_only"],
  ])("%s is the provider's %s", (asked, sent) => {
    expect(bodyOf({ service_tier: asked }).service_tier).toBe(sent);
  });

  it("is left out with a warning when the provider has no such tier", () => {
    expect(bodyOf({ service_tier: "flex" })).not.toHaveProperty("service_tier");
    expect(warningsOf({ service_tier: "flex" })).toHaveLength(1);
  });
});
