import { describe, expect, it } from "vitest";
import * as z from "zod";
import type { Refusal } from "../../../../../schema/kernel/errors.ts";
import { inCallersPlace, ownPath } from "../../../../../workers/gateway/dialects/callers-place.ts";
import { messagesGateway } from "./messages-gateway.ts";

const errorSchema = z.object({
  type: z.literal("error"),
  error: z.looseObject({ type: z.string(), message: z.string(), param: z.string().nullable() }),
});

const PDF = { type: "document", source: { type: "base64", media_type: "application/pdf", data: "AA==" } };
const tool = (name: string) => ({ name, input_schema: { type: "object" } });

/** A history whose canonical form has other indexes than the body: results are messages, instructions too. */
const HISTORY = [
  { role: "user", content: "Hello" },
  {
    role: "assistant",
    content: [
      { type: "text", text: "I look." },
      { type: "tool_use", id: "toolu_1", name: "a", input: {} },
      { type: "tool_use", id: "toolu_2", name: "a", input: {} },
    ],
  },
];
const answered = (content: unknown) => [
  ...HISTORY,
  {
    role: "user",
    content: [
      { type: "tool_result", tool_use_id: "toolu_1", content: "one" },
      { type: "tool_result", tool_use_id: "toolu_2", content },
      { type: "text", text: "Go on." },
    ],
  },
];

interface Case {
  readonly kind: string;
  readonly change: object;
  readonly param: string;
}

const CASES: readonly Case[] = [
  { kind: "openai", change: { max_tokens: 0 }, param: "max_tokens" },
  { kind: "openai", change: { messages: [{ role: "user" }] }, param: "messages.0.content" },
  { kind: "openai", change: { tools: [tool("a"), { input_schema: {} }] }, param: "tools.1.name" },
  {
    kind: "openai",
    change: { tools: [tool("a"), { type: "bash_20250124", name: "bash" }] },
    param: "tools.1",
  },
  {
    kind: "openai",
    change: {
      messages: answered([
        { type: "text", text: "x" },
        { type: "search_result", source: "s", title: "t", content: [] },
      ]),
    },
    param: "messages.2.content.1.content.1",
  },
  {
    kind: "openai",
    change: { messages: answered([{ type: "image", source: { type: "url", url: "ftp://x" } }]) },
    param: "messages.2.content.1.content.0",
  },
  {
    kind: "cohere",
    change: { messages: [{ role: "user", content: [{ type: "text", text: "x" }, PDF] }] },
    param: "messages.0.content.1",
  },
  {
    kind: "cohere",
    change: { system: "Be brief.", messages: [{ role: "user", content: [PDF] }] },
    param: "messages.0.content.0",
  },
  { kind: "mistral", change: { tool_choice: { type: "tool", name: "b" }, tools: [tool("a")] }, param: "tool_choice" },
  { kind: "openai", change: { fallbacks: "default" }, param: "fallbacks" },
];

describe("a refusal", () => {
  it.each(CASES)("of $change by $kind names $param", async ({ kind, change, param }) => {
    const gateway = await messagesGateway(kind);
    const response = await gateway.ask(change);
    const { error } = errorSchema.parse(await response.json());
    expect([response.status, error.type, error.param]).toEqual([400, "invalid_request_error", param]);
    expect(error.message).not.toMatch(/\[\d+\]/);
    expect(gateway.steps).toEqual([]);
  });

  it.each([
    ["messages[4].content[0]", "messages.2.content.1.content"],
    ["messages[5].content[0].text", "messages.2.content.2"],
    ["messages[0].content", "system"],
    ["messages[2].tool_calls[1].function.arguments", "messages.1.content.2.input"],
    ["tools[0].function.parameters", "tools.0.input_schema"],
    ["max_completion_tokens", "max_tokens"],
    ["reasoning_effort", "thinking"],
    ["stop", "stop_sequences"],
    ["something_new", "something_new"],
  ])("of the provider that names %s names %s", async (theirs, own) => {
    const error = {
      message: `Invalid value for \`${theirs}\`.`,
      type: "invalid_request_error",
      param: theirs,
      code: null,
    };
    const gateway = await messagesGateway("openai", { upstream: () => Response.json({ error }, { status: 400 }) });
    const response = await gateway.ask({ system: "Be brief.", tools: [tool("a")], messages: answered("two") });
    const body = errorSchema.parse(await response.json());
    expect(response.status).toBe(400);
    expect(body.error.param).toBe(own);
    expect(body.error.message).toContain(`\`${own}\``);
    await gateway.drained();
    expect(gateway.steps).toEqual(["admit", "upstream", "release"]);
  });
});

describe("a place in the caller's body", () => {
  const places = [
    { canonical: "messages[1]", own: "messages.0" },
    { canonical: "messages[1].content[1]", own: "messages.0.content.3" },
  ];
  const pathOf = (param: string): string => ownPath(param, places);
  const at = (param: string): Refusal =>
    inCallersPlace({ code: "invalid_request", param, message: `\`${param}\` and more` }, pathOf);

  it.each([
    ["messages[1].content[1].text", "messages.0.content.3"],
    ["messages[1].content[10]", "messages.0"],
    ["messages[1]", "messages.0"],
    ["messages[10]", "messages[10]"],
    ["messages", "messages"],
  ])("of %s is %s", (canonical, own) => {
    expect(at(canonical)).toMatchObject({ param: own, message: `\`${own}\` and more` });
  });

  it("of a refusal that names none is none", () => {
    expect(inCallersPlace({ code: "invalid_request" }, pathOf)).toEqual({ code: "invalid_request" });
  });
});
