import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { MODELS } from "../../../workers/sandbox/models/catalogue.ts";
import { openSandbox, readError, readWhole, user } from "./sandbox-client.ts";

const ids = z.object({ data: z.array(z.object({ id: z.string() })) });

describe("the sandbox's API", () => {
  it("lists its models, and answers each by its id", async () => {
    const sandbox = openSandbox();
    const list = ids.parse(await (await sandbox.get("/v1/models")).json()).data.map((model) => model.id);
    expect(list).toEqual(Object.keys(MODELS));
    for (const id of list) expect((await sandbox.get(`/v1/models/${id}`)).status).toBe(200);
    expect(await readError(await sandbox.get("/v1/models/none"))).toMatchObject({
      status: 404,
      code: "model_not_found",
    });
  });

  it("has a price for every model", () => {
    const prices = z
      .object({ models: z.array(z.object({ id: z.string() })) })
      .parse(JSON.parse(readFileSync("schema/prices/sandbox.json", "utf8")));
    expect(prices.models.map((model) => model.id).sort()).toEqual(Object.keys(MODELS).sort());
  });

  it("takes any key or none, but not sk-invalid", async () => {
    const sandbox = openSandbox();
    const as = (authorization: string) => sandbox.chat({}, { headers: { authorization } });
    expect((await sandbox.chat({})).status).toBe(200);
    expect((await as("Bearer anything")).status).toBe(200);
    const refused = await as("Bearer sk-invalid");
    expect(await readError(refused)).toMatchObject({ status: 401, code: "invalid_api_key" });
  });

  it("answers with the caller's request id, or its own, and with rate limits", async () => {
    const sandbox = openSandbox();
    const named = await sandbox.chat({}, { headers: { "x-request-id": "mine" } });
    expect(named.headers.get("x-request-id")).toBe("mine");
    const unnamed = await sandbox.chat({});
    expect(unnamed.headers.get("x-request-id")).toMatch(/^req_[0-9A-Za-z]{32}$/);
    for (const kind of ["limit", "remaining", "reset"]) {
      for (const unit of ["requests", "tokens"]) expect(named.headers.has(`x-ratelimit-${kind}-${unit}`)).toBe(true);
    }
  });

  it("is healthy, and knows no other paths or methods", async () => {
    const sandbox = openSandbox();
    expect(await (await sandbox.get("/health")).json()).toEqual({ ok: true });
    expect((await sandbox.get("/v1/chat/completions")).status).toBe(405);
    expect((await sandbox.send("/v1/audio/speech", {})).status).toBe(404);
    expect((await sandbox.get("/elsewhere")).status).toBe(404);
  });

  it("gives two equal requests the same words and different ids", async () => {
    const sandbox = openSandbox();
    const [first, second] = [await readWhole(await sandbox.chat({})), await readWhole(await sandbox.chat({}))];
    expect(second.message).toEqual(first.message);
    expect(second.id).not.toBe(first.id);
  });
});

describe("validation is OpenAI's", () => {
  const call = { id: "c1", type: "function", function: { name: "f", arguments: "{}" } };
  const asked = { role: "assistant", content: null, tool_calls: [call] };
  const tool = { type: "function", function: { name: "f" } };

  it.each<[string, object, string | null, string | null]>([
    ["no messages", { messages: undefined }, "messages", "missing_required_parameter"],
    ["no message", { messages: [] }, "messages", "invalid_value"],
    ["content of a wrong type", { messages: [user(7)] }, "messages[0].content", "invalid_type"],
    ["a string for a number", { max_tokens: "9" }, "max_tokens", "invalid_type"],
    ["a number in metadata", { metadata: { chunks: 5 } }, "metadata.chunks", "invalid_type"],
    ["n of nought", { n: 0 }, "n", "invalid_value"],
    ["stream_options without a stream", { stream_options: { include_usage: true } }, "stream_options", null],
    ["a tool choice without tools", { tool_choice: "auto" }, "tool_choice", null],
    ["parallel calls without tools", { parallel_tool_calls: false }, "parallel_tool_calls", null],
    ["empty tools", { tools: [] }, "tools", "empty_array"],
    ["five stops", { stop: ["a", "b", "c", "d", "e"] }, "stop", "array_above_max_length"],
    ["both limits", { max_tokens: 1, max_completion_tokens: 1 }, "max_tokens", "invalid_parameter_combination"],
    [
      "a result without a call",
      { messages: [user("x"), { role: "tool", tool_call_id: "c1", content: "" }] },
      "messages[1].role",
      null,
    ],
    ["a call without a result", { messages: [user("x"), asked, user("y")], tools: [tool] }, "messages[2].role", null],
    ["a call at the end", { messages: [user("x"), asked] }, "messages[2].role", null],
  ])("refuses %s", async (_name, body, param, code) => {
    const error = await readError(await openSandbox().chat(body));
    expect(error).toMatchObject({ status: 400, type: "invalid_request_error", param, code });
  });

  it("refuses an unknown model before it looks at the rest", async () => {
    const error = await readError(await openSandbox().chat({ model: "gpt-9", messages: undefined }));
    expect(error).toMatchObject({ status: 404, code: "model_not_found" });
    expect(await readError(await openSandbox().chat({ model: "toString" }))).toMatchObject({ status: 404 });
  });

  it.each(["", "{", "[]", "null", `${"[".repeat(10_000)}`])("refuses a body that is no JSON object", async (body) => {
    const response = await openSandbox().send("/v1/chat/completions", null, { body });
    expect((await readError(response)).status).toBe(400);
  });

  it("refuses a missing model", async () => {
    expect((await readError(await openSandbox().chat({ model: undefined }))).status).toBe(400);
  });

  it("refuses embeddings of chat models and chats with the embedding model", async () => {
    const sandbox = openSandbox();
    expect((await sandbox.send("/v1/embeddings", { model: "echo", input: "x" })).status).toBe(400);
    expect((await sandbox.chat({ model: "embed" })).status).toBe(404);
  });
});

describe("prompt tokens", () => {
  const count = async (body: object) => (await readWhole(await openSandbox().chat(body))).usage?.prompt_tokens;

  it("count every message's role and text", async () => {
    expect(await count({ messages: [user("hello world")] })).toBe(5);
    expect(await count({ messages: [{ role: "system", content: "a b" }, user([{ type: "text", text: "cd" }])] })).toBe(
      5,
    );
  });

  it("count images, tools and the response format", async () => {
    const image = { type: "image_url", image_url: { url: "https://example.com/a.png" } };
    expect(await count({ messages: [user([image, { type: "text", text: "a" }])] })).toBe(1 + 1 + 85);
    const tools = [{ type: "function", function: { name: "f" } }];
    expect(await count({ tools })).toBe(5 + Math.ceil(JSON.stringify(tools).length / 4));
    expect(await count({ response_format: { type: "json_object" } })).toBeGreaterThan(5);
  });
});
