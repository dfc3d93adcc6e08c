import { describe, expect, it } from "vitest";
import { messagesGateway } from "./messages-gateway.ts";

const PATH = "/v1/messages/count_tokens";
const ASK = { model: "p/m", messages: [{ role: "user", content: "Hello" }] };
const FOUND = { type: "search_result", source: "s", title: "t", content: [{ type: "text", text: "x" }] };

/** What a count is made of, as the tokenizer was asked. */
async function counting(kind: string) {
  const gateway = await messagesGateway(kind);
  const post = async (change: object, headers: Readonly<Record<string, string>> = {}) => {
    const response = await gateway.fetch(PATH, {
      method: "POST",
      headers: { "x-api-key": gateway.key, "content-type": "application/json", ...headers },
      body: JSON.stringify({ ...ASK, ...change }),
    });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };
  return { gateway, post };
}

describe.each(["anthropic", "openai", "cohere"])("a count for a model of %s", (kind) => {
  it("is made here: no provider is asked, no money moves, and a bound of the answer is not needed", async () => {
    const { gateway, post } = await counting(kind);
    for (const change of [
      {},
      { system: "Be brief.", tools: [{ name: "a", input_schema: { type: "object" } }] },
      { thinking: { type: "enabled", budget_tokens: 2_000 }, tool_choice: { type: "auto" } },
    ]) {
      const { status, headers, body } = await post(change);
      expect([status, body]).toEqual([200, { input_tokens: expect.any(Number) }]);
      expect(headers.get("x-request-id")).toMatch(/^req_/);
      expect(headers.get("x-ao-warnings")).toBeNull();
    }
    await gateway.drained();
    expect(gateway.steps).toEqual([]);
    expect(gateway.events).toEqual([]);
  });

  it.each<[object, number, string, string]>([
    [{ messages: [] }, 400, "invalid_request_error", "messages"],
    [
      { messages: [{ role: "user", content: [{ type: "text" }] }] },
      400,
      "invalid_request_error",
      "messages.0.content.0.text",
    ],
    [{ tools: [{ description: "nameless" }] }, 400, "invalid_request_error", "tools.0.name"],
    [{ model: "p/other" }, 404, "not_found_error", "model"],
  ])("refuses %j with a %i of Anthropic's form", async (change, status, type, param) => {
    const { gateway, post } = await counting(kind);
    const answer = await post(change);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ type: "error", error: { type, param }, request_id: expect.any(String) });
    expect(gateway.steps).toEqual([]);
  });

  it("needs a key that is known, has the scope and may use the model", async () => {
    const { gateway, post } = await counting(kind);
    expect(await post({}, { "x-api-key": `ao_${"x".repeat(43)}` })).toMatchObject({
      status: 401,
      body: { error: { type: "authentication_error" } },
    });
    const narrow = await counting(kind);
    narrow.gateway.d1.run(`UPDATE api_keys SET models = '["p/other"]' WHERE org_id = '${narrow.gateway.org_id}'`);
    expect(await narrow.post({})).toMatchObject({
      status: 403,
      body: { error: { type: "permission_error", param: "model" } },
    });
    expect(gateway.steps).toEqual([]);
  });

  it("bounds what it reads", async () => {
    const { post } = await counting(kind);
    const deep = JSON.parse(`${"[".repeat(200)}${"]".repeat(200)}`);
    expect(await post({ messages: [{ role: "user", content: [{ type: "text", text: "x", deep }] }] })).toMatchObject({
      status: 400,
      body: { error: { type: "invalid_request_error", code: "json_too_deep" } },
    });
    expect(await post({ system: "x".repeat(17 * 1024 * 1024) })).toMatchObject({
      status: 413,
      body: { error: { type: "request_too_large" } },
    });
  });
});

describe("what only Anthropic can read", () => {
  const change = { messages: [{ role: "user", content: [{ type: "text", text: "x" }, FOUND] }] };

  it("is named where it is not counted", async () => {
    const { status, headers } = await (await counting("anthropic")).post(change);
    expect([status, headers.get("x-ao-warnings")]).toEqual([200, "messages.0.content.1 is not counted"]);
  });

  it("is refused elsewhere, as the message would be", async () => {
    const { status, body } = await (await counting("openai")).post(change);
    expect([status, body]).toMatchObject([
      400,
      { error: { code: "unsupported_parameter", param: "messages.0.content.1" } },
    ]);
  });
});
