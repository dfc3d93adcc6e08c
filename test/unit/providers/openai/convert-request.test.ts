import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ASK, bodyOf, NEW_MODEL, translated } from "./fixtures.ts";

describe("a request to a provider of OpenAI's dialect", () => {
  it("goes on as it came but for the model's own name", () => {
    const request = {
      messages: [
        { role: "developer", content: "Be brief.", name: "boss" },
        { role: "user", content: [{ type: "text", text: "Hi", cache_control: { type: "ephemeral" } }] },
        {
          role: "assistant",
          content: null,
          tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: "" } }],
        },
        { role: "tool", tool_call_id: "c1", content: "42" },
      ],
      temperature: 1.6,
      stop: ["a", "b"],
      n: 2,
      seed: 7,
      logit_bias: { "50256": -100 },
      tools: [
        { type: "function", function: { name: "f", parameters: { $ref: "#/$defs/x", additionalProperties: false } } },
      ],
      tool_choice: { type: "function", function: { name: "f" } },
      metadata: { a: "b" },
    };
    expect(bodyOf(request)).toEqual({ ...request, model: "gpt-old-2024-01-01" });
  });

  it("keeps fields that we do not know, at any depth", () => {
    const unknown = { top_k: 40, provider_extra: { deep: [1, { x: null }] }, reasoning: { max_tokens: 5 } };
    const messages = [{ role: "user", content: "Hi", x_custom: { a: 1 } }];
    expect(bodyOf({ ...unknown, messages })).toEqual({ ...unknown, messages, model: "gpt-old-2024-01-01" });
  });

  it("W6: keeps tools and messages in their order, byte by byte, for the provider's prompt cache", () => {
    const tool = (name: string) => ({
      type: "function",
      function: { name, parameters: { z: 1, a: { properties: { q: {}, b: {} } } } },
    });
    const tools = ["zeta", "alpha", "mid"].map(tool);
    expect(translated({ tools }).call.body).toContain(`"tools":${JSON.stringify(tools)}`);
  });

  it("is a POST to the account's own address, with nothing but its credential", () => {
    const { call, warnings } = translated({ base_url: "https://evil.example", api_base: "https://evil.example" });
    expect(call.url).toBe("https://upstream.example/v1/chat/completions");
    expect(call.headers).toEqual({ authorization: "Bearer sk-canary" });
    expect(warnings).toEqual([]);
  });

  it("says the account's organisation and project where there are", () => {
    const credential = { api_key: "k", organization: "org-1", project: "proj_1", other: "never sent" };
    expect(translated({}, { credential }).call.headers).toEqual({
      authorization: "Bearer k",
      "openai-organization": "org-1",
      "openai-project": "proj_1",
    });
  });

  it("has no authorization where the account has no key", () => {
    expect(translated({}, { credential: {} }).call.headers).toEqual({});
  });

  it("never shows the credential in the body", () => {
    expect(translated({ stream: true }).call.body).not.toContain("canary");
  });
});

describe("the usage of a stream", () => {
  it.each([
    [undefined, { include_usage: true }],
    [null, { include_usage: true }],
    [{ include_usage: false }, { include_usage: true }],
    [{ include_usage: true }, { include_usage: true }],
    [
      { include_obfuscation: false, other: 1 },
      { include_obfuscation: false, other: 1, include_usage: true },
    ],
  ])("is asked for when the caller sent stream_options %j", (stream_options, expected) => {
    expect(bodyOf({ stream: true, stream_options }).stream_options).toEqual(expected);
  });

  it.each([false, null, undefined])("is not asked for when stream is %j", (stream) => {
    expect(bodyOf({ stream })).not.toHaveProperty("stream_options");
  });
});

describe("the bound of the output", () => {
  it.each([
    ["the caller's max_tokens", { max_tokens: 5 }, undefined, { max_tokens: 5 }],
    ["the caller's max_completion_tokens", { max_completion_tokens: 5 }, undefined, { max_completion_tokens: 5 }],
    ["the caller's own, not ours", { max_tokens: 5 }, 99, { max_tokens: 5 }],
    ["the caller's newer one, not ours", { max_completion_tokens: 5 }, 99, { max_completion_tokens: 5 }],
    ["ours where the caller has none", {}, 99, { max_tokens: 99 }],
    ["ours where the caller's is null", { max_tokens: null }, 99, { max_tokens: 99 }],
    ["none where nobody has one", {}, undefined, {}],
  ])("is %s", (_name, request, max_output_tokens, expected) => {
    const { max_tokens, max_completion_tokens } = bodyOf(
      request,
      max_output_tokens === undefined ? {} : { max_output_tokens },
    );
    expect({ max_tokens, max_completion_tokens }).toEqual({
      max_tokens: undefined,
      max_completion_tokens: undefined,
      ...expected,
    });
  });

  it("is renamed for a model that takes the newer name, and the caller is told", () => {
    const { call, warnings } = translated({ max_tokens: 5 }, { model: NEW_MODEL });
    expect(JSON.parse(call.body)).toEqual({ messages: ASK, max_completion_tokens: 5, model: NEW_MODEL.upstream_id });
    expect(warnings).toEqual(["max_tokens was sent as max_completion_tokens, which this model takes"]);
  });

  it.each([
    [{ max_tokens: 5 }, 5],
    [{ max_completion_tokens: 7 }, 7],
    [{}, 99],
  ])("for such a model has the newer name only: %j", (request, expected) => {
    const body = bodyOf(request, { model: NEW_MODEL, max_output_tokens: 99 });
    expect(body.max_completion_tokens).toBe(expected);
    expect(body).not.toHaveProperty("max_tokens");
  });

  it("is warned about only when it was renamed", () => {
    expect(translated({}, { model: NEW_MODEL, max_output_tokens: 9 }).warnings).toEqual([]);
    expect(translated({ max_completion_tokens: 9 }, { model: NEW_MODEL }).warnings).toEqual([]);
  });
});

describe("any request", () => {
  // `translate` freezes the request to its depth, so that a change in place would throw.
  const request = fc.record(
    {
      stream: fc.boolean(),
      stream_options: fc.record({ include_usage: fc.boolean() }, { requiredKeys: [] }),
      max_tokens: fc.integer({ min: 1, max: 9_999 }),
      temperature: fc.constantFrom(0, 0.5, 2),
      extra: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );

  it("W2: is translated the same twice and never changed in place", () => {
    fc.assert(
      fc.property(request, fc.option(fc.integer({ min: 1, max: 99 }), { nil: undefined }), (asked, bound) => {
        const options = bound === undefined ? {} : { max_output_tokens: bound };
        expect(translated(asked, options).call.body).toBe(translated(asked, options).call.body);
        const { model, stream_options, max_tokens, messages, ...rest } = bodyOf(asked, options);
        const { stream_options: _options, max_tokens: _bound, ...others } = JSON.parse(JSON.stringify(asked));
        expect(rest).toEqual(others);
        expect(messages).toEqual(ASK);
        expect(max_tokens).toBe(asked.max_tokens ?? bound);
        expect(model).toBe("gpt-old-2024-01-01");
        expect(stream_options).toEqual(
          asked.stream === true ? { ...asked.stream_options, include_usage: true } : asked.stream_options,
        );
      }),
    );
  });
});
