import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chatRequestSchema } from "../../../../schema/wire/openai-chat.ts";
import { toolNames } from "../../../../workers/gateway/providers/kit/tool-names.ts";
import { ASK, bodyOf, JSON_MODEL, modelNamed, refusalOf, translated, warningsOf } from "./fixtures.ts";

const fn = (name: string, more: object = {}) => ({ type: "function", function: { name, ...more } });
const TOOLS = [fn("b"), fn("a")];

describe("tools", () => {
  it("A10, W6: keep their order and their schema whole", () => {
    const parameters = {
      type: "object",
      properties: { at: { $ref: "#/$defs/place" }, when: { anyOf: [{ type: "string" }, { type: "null" }] } },
      required: ["at"],
      additionalProperties: false,
      $defs: { place: { type: "object", properties: { x: { type: "number", minimum: 0 } } } },
      definitions: { old: { type: "string" } },
    };
    const body = bodyOf({ tools: [fn("b", { description: "B", parameters }), fn("a")] });
    expect(body.tools).toEqual([
      { name: "b", description: "B", input_schema: parameters },
      { name: "a", input_schema: { type: "object", properties: {} } },
    ]);
    expect(JSON.stringify(body.tools?.[0]?.input_schema)).toBe(JSON.stringify(parameters));
  });

  it("keep a cache breakpoint", () => {
    const tools = [{ ...fn("a"), cache_control: { type: "ephemeral", ttl: "1h" } }];
    expect(bodyOf({ tools }).tools?.[0]?.cache_control).toEqual({ type: "ephemeral", ttl: "1h" });
  });

  it("A10: are strict where the model can, and a warning says where it cannot", () => {
    const tools = [fn("a", { strict: true, parameters: { type: "object", additionalProperties: false } })];
    expect(bodyOf({ tools }, JSON_MODEL).tools?.[0]?.strict).toBe(true);
    expect(warningsOf({ tools }, JSON_MODEL)).toEqual([]);
    expect(bodyOf({ tools }).tools?.[0]).not.toHaveProperty("strict");
    expect(warningsOf({ tools })).toEqual(["strict left out: the model has no strict tools"]);
  });

  it("of the custom kind are refused, naming the place", () => {
    const tools = [fn("a"), { type: "custom", custom: { name: "c" } }];
    expect(refusalOf({ tools })).toMatchObject({ code: "unsupported_parameter", param: "tools[1]" });
  });
});

describe("the choice of a tool", () => {
  it.each([
    ["auto", {}, undefined],
    ["auto", { parallel_tool_calls: false }, { type: "auto", disable_parallel_tool_use: true }],
    ["none", {}, { type: "none" }],
    ["none", { parallel_tool_calls: false }, { type: "none" }],
    ["required", {}, { type: "any" }],
    ["required", { parallel_tool_calls: false }, { type: "any", disable_parallel_tool_use: true }],
    [{ type: "function", function: { name: "a" } }, {}, { type: "tool", name: "a" }],
    [
      { type: "function", function: { name: "a" } },
      { parallel_tool_calls: false },
      { type: "tool", name: "a", disable_parallel_tool_use: true },
    ],
  ])("A9: %j with %j is %j", (tool_choice, more, expected) => {
    expect(bodyOf({ tools: TOOLS, tool_choice, ...more }).tool_choice).toEqual(expected);
  });

  it("A9: is not sent without tools, nor is the wish for single calls", () => {
    expect(bodyOf({ parallel_tool_calls: false, tool_choice: "auto" })).not.toHaveProperty("tool_choice");
    expect(bodyOf({ tools: [], tool_choice: "none" })).not.toHaveProperty("tool_choice");
  });

  it.each(["required", { type: "function", function: { name: "a" } }])("%j without tools is refused", (tool_choice) => {
    expect(refusalOf({ tool_choice })).toMatchObject({ code: "invalid_request", param: "tool_choice" });
  });

  it("of a tool that is not offered is refused", () => {
    const tool_choice = { type: "function", function: { name: "z" } };
    expect(refusalOf({ tools: TOOLS, tool_choice })).toMatchObject({ code: "invalid_request", param: "tool_choice" });
  });

  it.each([
    { type: "allowed_tools", allowed_tools: {} },
    { type: "custom", custom: { name: "a" } },
  ])("%j has no equivalent and is refused", (tool_choice) => {
    expect(refusalOf({ tools: TOOLS, tool_choice })).toMatchObject({
      code: "unsupported_parameter",
      param: "tool_choice",
    });
  });

  it("that forces a call is refused where the model cannot be forced", () => {
    const model = modelNamed("claude-opus-5-5");
    expect(refusalOf({ tools: TOOLS, tool_choice: "required" }, model)).toMatchObject({
      code: "unsupported_parameter",
      param: "tool_choice",
    });
    expect(bodyOf({ tools: TOOLS, tool_choice: "auto" }, model).tools).toHaveLength(2);
  });
});

describe("names of tools outside the provider's alphabet", () => {
  const REQUEST = {
    tools: [fn("files.read"), fn("files_read"), fn("wörter/zählen")],
    tool_choice: { type: "function", function: { name: "files.read" } },
    messages: [
      { role: "user", content: "x" },
      {
        role: "assistant",
        content: null,
        tool_calls: [{ id: "c1", type: "function", function: { name: "files.read", arguments: "{}" } }],
      },
      { role: "tool", tool_call_id: "c1", content: "1" },
    ],
  };

  it("A16: are changed in the tools, the choice and the history alike, and mapped back", () => {
    const { tool_names } = translated(REQUEST);
    const body = bodyOf(REQUEST);
    const [dotted, plain, umlauts] = (body.tools ?? []).map(({ name }) => name);
    expect(plain).toBe("files_read");
    expect([...tool_names]).toEqual([
      [dotted, "files.read"],
      [umlauts, "wörter/zählen"],
    ]);
    expect(body.tool_choice).toEqual({ type: "tool", name: dotted });
    expect(body.messages[1]?.content[0]).toMatchObject({ type: "tool_use", name: dotted });
  });

  it("are the same in every turn, whatever stands beside them", () => {
    const alone = bodyOf({ tools: [fn("files.read")] }).tools?.[0]?.name;
    expect(bodyOf(REQUEST).tools?.[0]?.name).toBe(alone);
  });

  it("A16: are valid and one to one, whatever they are", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: "grapheme", maxLength: 200 }), { maxLength: 20 }), (names) => {
        const request = chatRequestSchema.parse({ model: "m", messages: ASK, tools: names.map((name) => fn(name)) });
        const { to_upstream, to_caller, json_tool } = toolNames(request);
        const upstream = names.map((name) => to_upstream.get(name) ?? name);
        expect(upstream.every((name) => /^[a-zA-Z0-9_-]{1,128}$/.test(name))).toBe(true);
        expect(new Set([...upstream, json_tool]).size).toBe(names.length + 1);
        expect(upstream.map((name) => to_caller.get(name) ?? name)).toEqual(names);
      }),
    );
  });
});
