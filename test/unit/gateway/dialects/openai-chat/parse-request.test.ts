import { describe, expect, it } from "vitest";
import { isRefused } from "../../../../../schema/kernel/errors.ts";
import type { JsonObject } from "../../../../../schema/kernel/json.ts";
import { LIMITS } from "../../../../../schema/kernel/limits.ts";
import { parseChatRequest } from "../../../../../workers/gateway/dialects/openai-chat/parse-request.ts";

const ASK: JsonObject = { model: "m", messages: [{ role: "user", content: "Hi" }] };

const parse = (more: JsonObject) => parseChatRequest({ ...ASK, ...more });
const paramOf = (body: JsonObject): string | undefined => {
  const parsed = parseChatRequest(body);
  return isRefused(parsed) ? parsed.refused.param : "accepted";
};

describe("a chat request", () => {
  it.each<JsonObject>([
    {},
    { stream: null, max_tokens: null, tools: null, stop: null, n: null, user: null },
    {
      messages: [
        { role: "assistant", content: null, tool_calls: [{ id: "a", function: { name: "f", arguments: "" } }] },
      ],
    },
    { messages: [{ role: "assistant" }] },
    { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "https://example.com/a.png" } }] }] },
    { tool_choice: { type: "allowed_tools", allowed_tools: {} } },
    { response_format: { type: "json_schema", json_schema: { name: "x", schema: { $ref: "#" } } } },
    { brand_new: { deep: [1] } },
  ])("%j is accepted", (more) => {
    expect(isRefused(parse(more))).toBe(false);
  });

  it("keeps what it does not know, and every order", () => {
    const body = {
      ...ASK,
      zeta: 1,
      alpha: { z: 1, a: 2 },
      messages: [{ role: "user", content: "Hi", x: { b: 1, a: 2 } }],
      tools: [{ type: "function", function: { name: "f", parameters: { z: 1, a: { y: 1, b: 2 } } }, extra: true }],
    };
    const parsed = parseChatRequest(body);
    expect(parsed).toEqual({ request: body });
    const { tools } = isRefused(parsed) ? {} : parsed.request;
    expect(JSON.stringify(tools?.[0])).toContain('"parameters":{"z":1,"a":{"y":1,"b":2}}');
  });

  it.each<[JsonObject, string]>([
    [{ messages: ASK.messages ?? null }, "model"],
    [{ ...ASK, model: 7 }, "model"],
    [{ ...ASK, model: "" }, "model"],
    [{ ...ASK, model: "x".repeat(LIMITS.model_name_chars + 1) }, "model"],
    [{ model: "m" }, "messages"],
    [{ ...ASK, messages: [] }, "messages"],
    [{ ...ASK, messages: "Hi" }, "messages"],
    [{ ...ASK, messages: ["Hi"] }, "messages[0]"],
    [{ ...ASK, messages: [{ role: "robot", content: "x" }] }, "messages[0].role"],
    [{ ...ASK, messages: [{ role: "user", content: "a" }, { role: "user" }] }, "messages[1].content"],
    [{ ...ASK, messages: [{ role: "user", content: null }] }, "messages[0].content"],
    [{ ...ASK, messages: [{ role: "user", content: [{ type: "smell" }] }] }, "messages[0].content"],
    ...["ftp://x/y.png", "file:///etc/passwd", "gs://bucket/y.png", "iVBORw0KGgo="].map((url): [JsonObject, string] => [
      { ...ASK, messages: [{ role: "user", content: [{ type: "image_url", image_url: { url } }] }] },
      "messages[0].content[0].image_url.url",
    ]),
    [{ ...ASK, messages: [{ role: "tool", content: "x" }] }, "messages[0].tool_call_id"],
    [
      { ...ASK, messages: [{ role: "assistant", tool_calls: [{ id: "a", function: { name: "f" } }] }] },
      "messages[0].tool_calls[0].function.arguments",
    ],
    [{ ...ASK, max_tokens: 0 }, "max_tokens"],
    [{ ...ASK, max_tokens: -1 }, "max_tokens"],
    [{ ...ASK, max_tokens: 1.5 }, "max_tokens"],
    [{ ...ASK, max_tokens: "10" }, "max_tokens"],
    [{ ...ASK, max_tokens: 1e300 }, "max_tokens"],
    [{ ...ASK, max_completion_tokens: 0 }, "max_completion_tokens"],
    [{ ...ASK, max_tokens: 1, max_completion_tokens: 1 }, "max_tokens"],
    [{ ...ASK, n: 0 }, "n"],
    [{ ...ASK, n: 129 }, "n"],
    [{ ...ASK, temperature: 3 }, "temperature"],
    [{ ...ASK, stop: [1] }, "stop"],
    [{ ...ASK, stream: "true" }, "stream"],
    [{ ...ASK, stream_options: { include_usage: 1 } }, "stream_options.include_usage"],
    [{ ...ASK, tools: [{ type: "function", function: {} }] }, "tools[0].function.name"],
    [{ ...ASK, tools: [{ type: "function", function: { name: "f" } }, { type: "x" }] }, "tools[1].type"],
    [{ ...ASK, tool_choice: "always" }, "tool_choice"],
    [{ ...ASK, response_format: { type: "xml" } }, "response_format.type"],
    [{ ...ASK, response_format: { type: "json_schema" } }, "response_format.json_schema"],
    [{ ...ASK, reasoning_effort: "extreme" }, "reasoning_effort"],
    [{ ...ASK, metadata: { a: 1 } }, "metadata.a"],
  ])("%j is refused naming %s", (body, param) => {
    expect(paramOf(body)).toBe(param);
  });

  it("names the field in the message too, and what is wrong with it", () => {
    expect(parse({ messages: [{ role: "user", content: 7 }] })).toEqual({
      refused: {
        code: "invalid_request",
        message: "`messages[0].content` is not valid: must be a string or an array of content parts.",
        param: "messages[0].content",
      },
    });
  });

  it("never repeats what was sent in the message", () => {
    const parsed = parse({
      temperature: "canary-value",
      messages: [{ role: "canary-role", content: "canary-prompt" }],
    });
    expect(JSON.stringify(parsed)).not.toContain("canary");
  });
});
