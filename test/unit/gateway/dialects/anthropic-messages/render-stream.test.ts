import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Part } from "../../../../../schema/canonical/parts.ts";
import { anthropicMessages } from "../../../../../workers/gateway/dialects/anthropic-messages/anthropic-messages.ts";
import { markRedacted, markSignature } from "../../../../../workers/gateway/providers/kit/thinking-signature.ts";
import { accumulated, CONTEXT, rendered, USAGE } from "./read-messages.ts";

const START: Part = { type: "start", id: "x", model: "m" };
const text = (said: string): Part => ({ type: "text", choice: 0, text: said });
const reasoning = (said: string): Part => ({ type: "reasoning", choice: 0, text: said });
const signed = (signature: string): Part => ({ type: "reasoning_signature", choice: 0, signature });
const call = (index: number): Part => ({
  type: "tool_call",
  choice: 0,
  index,
  id: `call_${index}`,
  name: `tool_${index}`,
});
const args = (index: number, json: string): Part => ({ type: "tool_arguments", choice: 0, index, json });
const finish = (reason: "stop" | "tool_calls"): Part => ({ type: "finish", choice: 0, reason, raw: null });

const wholeContent = (parts: readonly Part[]) => anthropicMessages.renderWhole(parts, CONTEXT, USAGE).content;

const cutUp = (whole: string, size: number): readonly string[] =>
  Array.from({ length: Math.ceil(whole.length / size) }, (_, at) => whole.slice(at * size, (at + 1) * size));

/** Streams merged into one: `order` says from which of them the next part comes. */
function merged(streams: readonly (readonly Part[])[], order: readonly number[]): readonly Part[] {
  const left = streams.map((stream) => [...stream]);
  const out: Part[] = [];
  for (let at = 0; left.some(({ length }) => length > 0); at += 1) {
    const open = left.filter(({ length }) => length > 0);
    const next = open[(order[at % order.length] ?? 0) % open.length]?.shift();
    if (next !== undefined) out.push(next);
  }
  return out;
}

const inputs = fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { minLength: 1, maxLength: 4 });
const words = fc.array(fc.string({ minLength: 1 }), { maxLength: 4 });

describe("a stream of blocks that were said at once", () => {
  it("loses nothing, whatever the order, and is the whole answer", async () => {
    await fc.assert(
      fc.asyncProperty(
        inputs,
        words,
        words,
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.nat(5), { minLength: 1, maxLength: 60 }),
        async (values, said, thought, size, order) => {
          const calls = values.map((value, index) => [
            call(index),
            ...cutUp(JSON.stringify(value), size).map((piece) => args(index, piece)),
          ]);
          const parts = [
            START,
            ...merged([...calls, said.map(text), thought.map(reasoning)], order),
            finish("tool_calls"),
          ];
          const { content } = await accumulated(rendered(parts));
          expect(content).toEqual(wholeContent(parts));
          for (const [index, value] of values.entries()) {
            const found = content.filter((block) => block.type === "tool_use" && block.id === `call_${index}`);
            expect(found).toMatchObject([{ name: `tool_${index}` }]);
            expect(JSON.stringify(found[0]?.type === "tool_use" ? found[0].input : null)).toBe(
              JSON.stringify(JSON.parse(JSON.stringify(value))),
            );
          }
          const joined = (type: "text" | "thinking") =>
            content
              .map((block) =>
                block.type !== type
                  ? ""
                  : block.type === "text"
                    ? block.text
                    : "thinking" in block
                      ? block.thinking
                      : "",
              )
              .join("");
          expect(joined("text")).toBe(said.join(""));
          expect(joined("thinking")).toBe(thought.join(""));
        },
      ),
    );
  });

  it("sends the first at once, and the next as soon as the first is whole", () => {
    const renderer = anthropicMessages.createRenderer(CONTEXT);
    const send = (part: Part) => renderer.event({ event: null, data: "" }, [part]);
    send(START);
    expect(send(call(0))).toContain('"name":"tool_0"');
    expect(send(args(0, '{"a":'))).toContain('{\\"a\\":');
    expect(send(call(1))).toBe("");
    expect(send(args(1, '{"b":2}'))).toBe("");
    const released = send(args(0, "1}"));
    expect(released).toContain('"index":0');
    expect(released).toContain('"name":"tool_1"');
    expect(released).toContain('{\\"b\\":2');
    expect(send(call(2))).toContain('"name":"tool_2"');
  });

  it.each<[string, readonly Part[], readonly object[]]>([
    ["no JSON", [call(0), args(0, "not"), args(0, " json")], [{ _malformed_arguments: "not json" }]],
    ["cut short", [call(0), args(0, '{"a":"b')], [{ a: null, _malformed_arguments: '{"a":"b' }]],
    ["never written", [call(0), call(1), args(1, "{}")], [{}, {}]],
    [
      "broken beside whole ones",
      [call(0), args(0, "{x"), call(1), args(1, '{"b":1}')],
      [{ _malformed_arguments: "{x" }, { b: 1 }],
    ],
  ])("has an input for arguments that are %s, and the SDK reads it", async (_name, said, expected) => {
    const parts = [START, ...said, finish("tool_calls")];
    const { content } = await accumulated(rendered(parts));
    expect(content.map((block) => (block.type === "tool_use" ? block.input : null))).toEqual(expected);
    expect(content).toEqual(wholeContent(parts));
  });

  it("leaves out what other choices say", async () => {
    const parts: readonly Part[] = [START, text("mine"), { type: "text", choice: 1, text: "theirs" }, finish("stop")];
    expect((await accumulated(rendered(parts))).content).toEqual([{ type: "text", text: "mine" }]);
  });
});

describe("thinking in several blocks", () => {
  it("has each signature on its own block and redacted ones where they stood", async () => {
    const parts = [
      START,
      reasoning("One."),
      signed(markSignature("c2ln", 0, true)),
      signed("MQ=="),
      reasoning("Two"),
      reasoning("."),
      signed(markSignature("c2lnMg==", 4, false)),
      signed(markRedacted("cmVkMQ==", 8)),
      signed(markRedacted("cmVkMg==", 8)),
      signed(markSignature("ZW1wdHk=", 8, false)),
      call(0),
      args(0, "{}"),
      reasoning("After."),
      signed(markSignature("c2lnMw==", 8, false)),
      text("Done."),
      finish("stop"),
    ];
    const expected = [
      { type: "thinking", thinking: "One.", signature: "c2lnMQ==" },
      { type: "thinking", thinking: "Two.", signature: "c2lnMg==" },
      { type: "redacted_thinking", data: "cmVkMQ==" },
      { type: "redacted_thinking", data: "cmVkMg==" },
      { type: "thinking", thinking: "", signature: "ZW1wdHk=" },
      { type: "tool_use", id: "call_0", name: "tool_0", input: {} },
      { type: "thinking", thinking: "After.", signature: "c2lnMw==" },
      { type: "text", text: "Done." },
    ];
    expect((await accumulated(rendered(parts))).content).toEqual(expected);
    expect(wholeContent(parts)).toEqual(expected);
  });

  it("sends a signature in one piece: clients keep the last that they get", () => {
    const events = rendered([START, reasoning("x"), signed("YQ"), signed("=="), text("y"), finish("stop")]);
    expect(events.match(/signature_delta/g)).toHaveLength(1);
  });
});

describe("a stream in which the caller got nothing", () => {
  it("is an error when the provider ended it, and no message without content", async () => {
    const renderer = anthropicMessages.createRenderer(CONTEXT);
    const events = renderer.event({ event: null, data: "" }, [{ type: "end" }]) + renderer.end({ usage: {}, ao: null });
    expect(events).not.toContain("message_stop");
    await expect(accumulated(events)).rejects.toMatchObject({ error: { error: { type: "api_error" } } });
  });

  it("is an error when the wallet cuts it: what was rendered was not sent", async () => {
    const renderer = anthropicMessages.createRenderer(CONTEXT);
    renderer.event({ event: null, data: "" }, [START, text("too dear")]);
    const events = renderer.cut({ usage: {}, ao: { cut: "wallet_exhausted" } });
    expect(events).not.toContain("message_stop");
    await expect(accumulated(events)).rejects.toMatchObject({
      error: { error: { type: "billing_error", code: "wallet_exhausted" } },
    });
  });

  it("is a message without content when the provider finished one", async () => {
    const message = await accumulated(rendered([START, finish("stop")]));
    expect(message).toMatchObject({ content: [], stop_reason: "end_turn" });
  });
});
