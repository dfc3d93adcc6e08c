import { describe, expect, it } from "vitest";
import { ASK, messagesGateway } from "./messages-gateway.ts";

const MESSAGE = {
  id: "msg_1",
  type: "message",
  role: "assistant",
  model: "claude-sonnet-4-5",
  content: [{ type: "text", text: "ok" }],
  stop_reason: "end_turn",
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 1 },
};
const upstream = () => Response.json(MESSAGE);

const called = (content: readonly object[]) => [
  { role: "user", content: "Hello" },
  { role: "assistant", content: [{ type: "tool_use", id: "toolu_1", name: "a", input: {} }] },
  { role: "user", content: [{ type: "tool_result", tool_use_id: "toolu_1", content }] },
];
const OWN = { name: "a", input_schema: { type: "object" }, defer_loading: true };
const FOUND = { type: "search_result", source: "s", title: "t", content: [{ type: "text", text: "x" }] };

describe("what only Anthropic has", () => {
  it.each<[string, object]>([
    [
      "a toolset of an MCP server, which has no name",
      {
        tools: [{ type: "mcp_toolset", mcp_server_name: "docs" }],
        mcp_servers: [{ type: "url", url: "https://mcp.example", name: "docs" }],
      },
    ],
    ["a toolset of a browser", { tools: [{ type: "browser_toolset_20260801" }] }],
    ["a tool search", { tools: [OWN, { type: "tool_search_tool_bm25_20251119", name: "tool_search_tool_bm25" }] }],
    [
      "references to tools in a result",
      { tools: [OWN], messages: called([{ type: "tool_reference", tool_name: "a" }]) },
    ],
    ["search results in a result", { tools: [OWN], messages: called([{ type: "text", text: "found" }, FOUND]) }],
    [
      "a file by its id",
      { messages: [{ role: "user", content: [{ type: "document", source: { type: "file", file_id: "file_1" } }] }] },
    ],
    ["clearing of old results", { context_management: { edits: [{ type: "clear_tool_uses_20250919" }] } }],
  ])("goes on as it came: %s", async (_name, change) => {
    const gateway = await messagesGateway("anthropic", { upstream });
    const response = await gateway.ask(change);
    expect(await response.json()).toEqual(MESSAGE);
    expect(gateway.called[0]?.body).toEqual({ ...ASK, ...change, model: "claude-sonnet-4-5" });
    await gateway.drained();
    expect(gateway.settled).toHaveLength(1);
  });

  it.each<[object, string]>([
    [{ tools: [{ type: "code_execution_20250825", name: "code_execution" }] }, "tools.0"],
    [{ tools: [{ type: "advisor_20260301", name: "advisor", model: "claude-opus-5" }] }, "tools.0"],
    [{ context_management: { edits: [{ type: "compact_20260112" }] } }, "context_management"],
    [{ compaction: {} }, "compaction"],
    [{ fallbacks: [{ model: "claude-opus-5" }] }, "fallbacks"],
    [{ container: "c_1" }, "container"],
  ])("is refused when it is billed apart and has no price: %j", async (change, param) => {
    const gateway = await messagesGateway("anthropic", { upstream });
    const response = await gateway.ask(change);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { type: "invalid_request_error", param } });
    expect(gateway.steps).toEqual([]);
  });
});
