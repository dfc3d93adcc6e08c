import { describe, expect, it } from "vitest";
import { CACHE_TEXT_CHARS_MAX, cacheText } from "../../../../schema/semantics/cache-text.ts";
import { exactKey, type KeyParts, partitionKey } from "../../../../schema/semantics/partition.ts";
import { type ChatRequest, chatRequestSchema } from "../../../../schema/wire/openai-chat.ts";

const SYSTEM = { role: "system", content: "You are a travel agent." } as const;
const ASKED = { role: "user", content: "Is it warm in Rome?" } as const;
const BASE = { model: "gpt", messages: [SYSTEM, ASKED] } as const;
const TOOL = { type: "function", function: { name: "weather" } } as const;

const read = (body: unknown): ChatRequest => chatRequestSchema.parse(body);
const partsOf = (body: object, more: Partial<KeyParts> = {}): KeyParts => ({
  org: "org_1",
  team: "team_1",
  model: "openai/gpt",
  natives: null,
  policy_version: "1",
  request: read({ ...BASE, ...body }),
  ...more,
});
const keysOf = async (body: object, more: Partial<KeyParts> = {}) => ({
  partition: await partitionKey(partsOf(body, more)),
  exact: await exactKey(partsOf(body, more)),
});

describe("what a request is looked up by", () => {
  it("is its last turn, and the conversation before it is its context", () => {
    const follow = { role: "user", content: "And in winter?" };
    const answer = { role: "assistant", content: "It is." };
    const rome = cacheText(read({ ...BASE, messages: [SYSTEM, ASKED, answer, follow] }));
    const oslo = cacheText(
      read({ ...BASE, messages: [SYSTEM, { role: "user", content: "Is it warm in Oslo?" }, answer, follow] }),
    );
    expect(rome?.text).toBe("And in winter?");
    expect(oslo?.text).toBe("And in winter?");
    expect(rome?.context).not.toBe(oslo?.context);
  });

  it("keeps the indent of code and drops blank lines around it", () => {
    const text = "\n  \n    return x\n";
    expect(cacheText(read({ ...BASE, messages: [{ role: "user", content: text }] }))?.text).toBe("    return x");
  });

  it.each([
    ["an image", [{ role: "user", content: [{ type: "image_url", image_url: { url: "https://x.test/a.png" } }] }]],
    [
      "an image before",
      [{ role: "user", content: [{ type: "image_url", image_url: { url: "https://x.test/a.png" } }] }, ASKED],
    ],
    ["a tool's result", [ASKED, { role: "tool", tool_call_id: "1", content: "19" }]],
    ["the beginning of an answer", [ASKED, { role: "assistant", content: "Yes" }]],
    ["a blank text", [{ role: "user", content: " \n " }]],
    ["a document", [{ role: "user", content: "x".repeat(CACHE_TEXT_CHARS_MAX + 1) }]],
  ])("is nothing for %s", (_, messages) => {
    expect(cacheText(read({ ...BASE, messages }))).toBeNull();
  });
});

describe("keys", () => {
  it.each([
    { temperature: 0.2 },
    { temperature: 0 },
    { top_p: 0.5 },
    { seed: 7 },
    { stop: ["\n"] },
    { max_tokens: 5 },
    { tools: [TOOL] },
    { tools: [TOOL], tool_choice: "required" },
    { response_format: { type: "json_object" } },
    { reasoning_effort: "high" },
    { metadata: { team: "b" } },
    { something_new: true },
    { messages: [{ ...SYSTEM, content: "You are a travel agent. " }, ASKED] },
    { messages: [SYSTEM, { ...ASKED, name: "anna" }] },
  ])("are others with %j", async (body) => {
    const [base, other] = await Promise.all([keysOf({}), keysOf(body)]);
    expect(other.partition).not.toBe(base.partition);
    expect(other.exact).not.toBe(base.exact);
  });

  it.each([
    { org: "org_2" },
    { team: null },
    { model: "openai/other" },
    { policy_version: "2" },
    { natives: { a: 1 } },
  ])("are others for %j", async (more) => {
    const [base, other] = await Promise.all([keysOf({}), keysOf({}, more)]);
    expect(other.partition).not.toBe(base.partition);
    expect(other.exact).not.toBe(base.exact);
  });

  it.each([
    { stream: true, stream_options: { include_usage: true } },
    { user: "anna" },
    { n: 1, logprobs: false, presence_penalty: 0, temperature: null, tools: [], logit_bias: {} },
    { response_format: { type: "text" } },
    {
      messages: [
        { ...SYSTEM, cache_control: { type: "ephemeral" } },
        { ...ASKED, content: `${ASKED.content}\n` },
      ],
    },
    { messages: [{ ...SYSTEM, content: [{ type: "text", text: SYSTEM.content }] }, ASKED] },
  ])("are the same with %j", async (body) => {
    expect(await keysOf(body)).toEqual(await keysOf({}));
  });

  it("have one form for what has several", async () => {
    expect(await keysOf({ stop: "a", max_tokens: 5 })).toEqual(await keysOf({ stop: ["a"], max_completion_tokens: 5 }));
    expect(await keysOf({ tools: [TOOL], tool_choice: "auto" })).toEqual(await keysOf({ tools: [TOOL] }));
  });

  it("tell another last turn apart by the exact key alone", async () => {
    const [base, other] = [
      await keysOf({}),
      await keysOf({ messages: [SYSTEM, { ...ASKED, content: "Warm in Rome?" }] }),
    ];
    expect(other.partition).toBe(base.partition);
    expect(other.exact).not.toBe(base.exact);
  });
});
