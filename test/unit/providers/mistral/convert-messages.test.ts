import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chatRequestSchema } from "../../../../schema/wire/openai-chat.ts";
import { callIds } from "../../../../workers/gateway/providers/mistral/call-ids.ts";
import { bodyOf, call, refusalOf, thinker, warningsOf } from "./fixtures.ts";

const messagesOf = (messages: readonly object[], model?: ReturnType<typeof thinker>) =>
  bodyOf({ messages }, model).messages;

/** A conversation that calls and answers each id. */
const conversation = (ids: readonly string[]) =>
  chatRequestSchema.parse({
    model: "m",
    messages: [
      { role: "user", content: "Hi" },
      ...ids.flatMap((id) => [
        { role: "assistant", tool_calls: [call(id, "f", "{}")] },
        { role: "tool", tool_call_id: id, content: "x" },
      ]),
    ],
  }).messages;

describe("the ids of tool calls", () => {
  const id = fc.oneof(
    fc.string(),
    fc.stringMatching(/^[a-zA-Z0-9]{9}$/),
    fc.integer().map((number) => `call_${number}`),
  );

  it("M1: become nine letters and digits, one to one, and stay what they are through later turns", () => {
    fc.assert(
      fc.property(fc.uniqueArray(id, { maxLength: 40 }), fc.nat(40), (ids, turns) => {
        const all = callIds(conversation(ids));
        expect([...all.keys()]).toEqual(ids);
        for (const made of all.values()) expect(made).toMatch(/^[a-zA-Z0-9]{9}$/);
        expect(new Set(all.values()).size).toBe(ids.length);
        const own = ids.filter((known) => /^[a-zA-Z0-9]{9}$/.test(known));
        for (const known of own) expect(all.get(known)).toBe(known);
        for (const [known, made] of callIds(conversation(ids.slice(0, turns)))) expect(all.get(known)).toBe(made);
      }),
    );
  });

  it("M1: differ for ids that are much alike", () => {
    const ids = Array.from({ length: 2_000 }, (_, at) => `call_${at}`);
    expect(new Set(callIds(conversation(ids)).values()).size).toBe(ids.length);
  });

  it("M1: name call and result alike in the request", () => {
    const messages = messagesOf([
      { role: "user", content: "Hi" },
      { role: "assistant", content: "", tool_calls: [call("call_abc123", "f", ""), call("gSIMJiOkT", "g", '{"a":1}')] },
      { role: "tool", tool_call_id: "call_abc123", content: "one" },
      { role: "tool", tool_call_id: "gSIMJiOkT", content: "two" },
    ]);
    const made = callIds(conversation(["call_abc123"])).get("call_abc123");
    expect(messages).toEqual([
      { role: "user", content: "Hi" },
      { role: "assistant", content: "", tool_calls: [call(made ?? "", "f", "{}"), call("gSIMJiOkT", "g", '{"a":1}')] },
      { role: "tool", tool_call_id: made, content: "one" },
      { role: "tool", tool_call_id: "gSIMJiOkT", content: "two" },
    ]);
  });
});

describe("a conversation", () => {
  it("has only the fields that the API knows, and names what is lost", () => {
    const messages = [
      { role: "developer", content: "Be brief.", cache_control: { type: "ephemeral" } },
      { role: "user", name: "Ann", content: "Hi" },
      { role: "assistant", content: "Ok", refusal: null, reasoning_content: "Hm" },
      { role: "assistant", content: null },
      { role: "user", content: [{ type: "text", text: "And?", cache_control: { type: "ephemeral" } }] },
    ];
    expect(messagesOf(messages)).toEqual([
      { role: "system", content: "Be brief." },
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Ok" },
      { role: "user", content: "And?" },
    ]);
    expect(warningsOf({ messages })).toEqual([
      "the name of a message left out",
      "reasoning_content left out: the model takes no thinking",
      "a message without content left out",
    ]);
  });

  it("M4: hands thinking back in the provider's own form to a model that thinks", () => {
    const turn = { role: "assistant", content: "391", reasoning_content: "17 * 23" };
    expect(messagesOf([turn], thinker("mistral-small-2603"))).toEqual([
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: [{ type: "text", text: "17 * 23" }], closed: true },
          { type: "text", text: "391" },
        ],
      },
    ]);
  });

  it("has images, by address or as data without parameters", () => {
    const content = [
      { type: "text", text: "What?" },
      { type: "image_url", image_url: { url: "https://a.example/x.png", detail: "low" } },
      { type: "image_url", image_url: { url: "data:image/png;charset=utf-8;base64,AAAA" } },
    ];
    expect(messagesOf([{ role: "user", content }])).toEqual([
      {
        role: "user",
        content: [content[0], content[1], { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }],
      },
    ]);
  });

  it.each([
    [{ role: "user", content: [{ type: "input_audio", input_audio: { data: "A", format: "wav" } }] }, "content[0]"],
    [{ role: "user", content: [{ type: "file", file: { file_id: "f" } }] }, "content[0]"],
    [{ role: "system", content: [{ type: "image_url", image_url: { url: "https://x" } }] }, "content[0]"],
    [{ role: "function", name: "f", content: "x" }, "role"],
  ])("with what cannot be said is refused where it stands: %j", (message, path) => {
    expect(refusalOf({ messages: [{ role: "user", content: "Hi" }, message] }).param).toBe(`messages[1].${path}`);
  });
});
