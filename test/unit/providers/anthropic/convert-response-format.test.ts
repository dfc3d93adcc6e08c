import { describe, expect, it } from "vitest";
import { anthropic } from "../../../../workers/gateway/providers/anthropic/anthropic.ts";
import { closeSchema } from "../../../../workers/gateway/providers/anthropic/close-schema.ts";
import { deepFreeze } from "../deep-freeze.ts";
import {
  ASK,
  blockStart,
  blockStop,
  bodyOf,
  eventOf,
  foldParts,
  JSON_MODEL,
  joined,
  json,
  MESSAGE_STOP,
  message,
  messageDelta,
  messageStart,
  modelNamed,
  OLD_MODEL,
  tool,
  translated,
  WITH_JSON_TOOL,
  warningsOf,
} from "./fixtures.ts";

const SCHEMA = { type: "object", properties: { a: { type: "integer" } }, required: ["a"], additionalProperties: false };
const SCHEMA_FORMAT = {
  type: "json_schema",
  json_schema: { name: "x", description: "An a.", schema: SCHEMA, strict: true },
};
const OBJECT_FORMAT = { type: "json_object" };
const TOOLS = [{ type: "function", function: { name: "f" } }];

describe("a JSON schema on a model with structured outputs", () => {
  it("A12: is asked for natively, with nothing else changed", () => {
    const body = bodyOf({ response_format: SCHEMA_FORMAT, tools: TOOLS, tool_choice: "required" }, JSON_MODEL);
    expect(body.output_config).toEqual({ format: { type: "json_schema", schema: SCHEMA } });
    expect(body.tools).toHaveLength(1);
    expect(body.tool_choice).toEqual({ type: "any" });
    expect(translated({ response_format: SCHEMA_FORMAT }, JSON_MODEL)).toMatchObject({ json_tool: null, warnings: [] });
  });

  it("has its open objects closed, with a warning, because the provider refuses them", () => {
    const schema = {
      type: "object",
      properties: {
        list: { type: "array", items: { type: "object", properties: {} } },
        free: { type: "object", additionalProperties: true },
      },
      $defs: { d: { anyOf: [{ type: ["object", "null"], properties: {} }, { type: "string" }] } },
      allOf: [{ type: "object", properties: { b: { type: "string" } } }],
      default: { type: "object" },
    };
    const response_format = { type: "json_schema", json_schema: { name: "x", schema } };
    expect(bodyOf({ response_format }, JSON_MODEL).output_config?.format?.schema).toEqual({
      ...schema,
      properties: {
        list: { type: "array", items: { type: "object", properties: {}, additionalProperties: false } },
        free: { type: "object", additionalProperties: true },
      },
      $defs: {
        d: { anyOf: [{ type: ["object", "null"], properties: {}, additionalProperties: false }, { type: "string" }] },
      },
      additionalProperties: false,
    });
    expect(warningsOf({ response_format }, JSON_MODEL)).toHaveLength(1);
  });

  it("that is closed already stays the very same", () => {
    const schema = deepFreeze({ ...SCHEMA });
    expect(closeSchema(schema)).toBe(schema);
  });
});

describe("a JSON format on other models", () => {
  it("A12: is a tool that must be called, with the caller's schema", () => {
    const translation = translated({ response_format: SCHEMA_FORMAT });
    const body = bodyOf({ response_format: SCHEMA_FORMAT });
    expect(translation.json_tool).toBe("json");
    expect(body.tools).toEqual([{ name: "json", description: expect.stringContaining("An a."), input_schema: SCHEMA }]);
    expect(body.tool_choice).toEqual({ type: "tool", name: "json", disable_parallel_tool_use: true });
    expect(body).not.toHaveProperty("output_config");
  });

  it.each([OLD_MODEL, JSON_MODEL])(
    "A12: of any object is an open tool, also where schemas are native: $upstream_id",
    (model) => {
      const body = bodyOf({ response_format: OBJECT_FORMAT }, model);
      expect(body.tools?.[0]?.input_schema).toEqual({ type: "object", additionalProperties: true });
      expect(body.tool_choice).toMatchObject({ type: "tool", name: "json" });
    },
  );

  it("leaves the caller's tools callable: one call, theirs or the answer", () => {
    const body = bodyOf({ response_format: OBJECT_FORMAT, tools: TOOLS });
    expect(body.tools?.map(({ name }) => name)).toEqual(["f", "json"]);
    expect(body.tool_choice).toEqual({ type: "any", disable_parallel_tool_use: true });
    expect(warningsOf({ response_format: OBJECT_FORMAT, tools: TOOLS })).toHaveLength(1);
  });

  it("keeps the caller's tools from being called for tool_choice none", () => {
    const body = bodyOf({ response_format: OBJECT_FORMAT, tools: TOOLS, tool_choice: "none" });
    expect(body.tool_choice).toMatchObject({ type: "tool", name: "json" });
  });

  it.each(["required", { type: "function", function: { name: "f" } }])("gives way to tool_choice %j", (tool_choice) => {
    const translation = translated({ response_format: OBJECT_FORMAT, tools: TOOLS, tool_choice });
    expect(translation.json_tool).toBeNull();
    expect(translation.warnings).toHaveLength(1);
  });

  it("does not take the name of a tool of the caller's", () => {
    const tools = [{ type: "function", function: { name: "json" } }];
    expect(translated({ response_format: OBJECT_FORMAT, tools }).json_tool).toBe("json_");
  });

  it("is an instruction, with a warning, where a model cannot be forced", () => {
    const model = modelNamed("claude-opus-5-5");
    const request = { response_format: OBJECT_FORMAT, messages: [{ role: "system", content: "s" }, ...ASK] };
    const body = bodyOf(request, model);
    expect(body.system).toEqual([
      { type: "text", text: "s" },
      { type: "text", text: expect.stringContaining("one JSON object") },
    ]);
    expect(body).not.toHaveProperty("tools");
    expect(warningsOf(request, model)).toHaveLength(1);
  });

  it("of text changes nothing", () => {
    expect(bodyOf({ response_format: { type: "text" } })).toEqual(bodyOf({}));
  });
});

describe("the answer of the JSON tool", () => {
  it("A12: comes back as text with finish stop", () => {
    const parts = anthropic.readWhole(message([tool("t1", "json", { a: 1 })], "tool_use"), WITH_JSON_TOOL);
    expect(parts.slice(1, 3)).toEqual([
      { type: "text", choice: 0, text: '{"a":1}' },
      { type: "finish", choice: 0, reason: "stop", raw: "tool_use" },
    ]);
  });

  it("A12: comes back piece by piece on a stream", () => {
    const events = [
      messageStart(),
      blockStart(0, tool("t1", "json")),
      json(0, ""),
      json(0, '{"a":'),
      json(0, "1}"),
      blockStop(0),
      messageDelta("tool_use"),
      MESSAGE_STOP,
    ].map(eventOf);
    const parts = foldParts(events, WITH_JSON_TOOL);
    expect(parts.filter(({ type }) => type === "text")).toEqual([
      { type: "text", choice: 0, text: '{"a":' },
      { type: "text", choice: 0, text: "1}" },
    ]);
    expect(parts).toContainEqual({ type: "finish", choice: 0, reason: "stop", raw: "tool_use" });
    expect(parts.some(({ type }) => type === "tool_call" || type === "tool_arguments")).toBe(false);
  });

  it("is an empty object when the model gave none", () => {
    const events = [messageStart(), blockStart(0, tool("t1", "json")), blockStop(0), messageDelta("tool_use")].map(
      eventOf,
    );
    expect(foldParts(events, WITH_JSON_TOOL)).toContainEqual({ type: "text", choice: 0, text: "{}" });
  });

  it("is not mistaken for a call of the caller's own tool", () => {
    const content = [tool("t1", "f", { x: 1 })];
    const whole = joined(anthropic.readWhole(message(content, "tool_use"), WITH_JSON_TOOL));
    expect(whole).toContainEqual({ type: "tool_call", choice: 0, index: 0, id: "t1", name: "f" });
    expect(whole).toContainEqual({ type: "finish", choice: 0, reason: "tool_calls", raw: "tool_use" });
  });
});
