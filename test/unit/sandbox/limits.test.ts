import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countTokens } from "../../../schema/tokens/sandbox-tokens.ts";
import { openSandbox, readStream, readWhole, user } from "./sandbox-client.ts";

describe("max_tokens", () => {
  it.each([1, 2, 3, 19, 20, 57])("cuts at exactly %i tokens with finish_reason length", async (max_tokens) => {
    const sandbox = openSandbox();
    for (const model of ["lorem", "think", "endless"]) {
      for (const field of ["max_tokens", "max_completion_tokens"]) {
        const body = { model, [field]: max_tokens, metadata: { chunks: "1000", delay_ms: "0" } };
        const whole = await readWhole(await sandbox.chat(body));
        expect(whole.usage?.completion_tokens).toBe(max_tokens);
        expect(whole.choice.finish_reason).toBe("length");
        const spoken = `${whole.message.content}`;
        const reasoned = whole.usage?.completion_tokens_details.reasoning_tokens ?? 0;
        expect(countTokens(spoken) + reasoned).toBe(max_tokens);
        const stream = await readStream(
          await sandbox.chat({ ...body, stream: true, stream_options: { include_usage: true } }),
        );
        expect([stream.text, stream.finish, stream.chunks.at(-1)?.usage]).toEqual([spoken, "length", whole.usage]);
      }
    }
  });

  it("does not cut a text that just fits", async () => {
    const { choice, usage } = await readWhole(await openSandbox().chat({ max_tokens: 4 }));
    expect([choice.finish_reason, usage?.completion_tokens]).toEqual(["stop", 4]);
  });

  it("cuts the arguments of a tool call", async () => {
    const tools = [
      { type: "function", function: { name: "f", parameters: { properties: { city: { type: "string" } } } } },
    ];
    const { choice, usage } = await readWhole(await openSandbox().chat({ model: "tools", tools, max_tokens: 3 }));
    expect(choice.finish_reason).toBe("length");
    expect(usage?.completion_tokens).toBe(3);
    expect(choice.message.tool_calls?.[0]?.function.arguments).toBe('{"city":');
  });

  it("cuts each choice, and the usage is their sum", async () => {
    const { choices, usage } = await readWhole(await openSandbox().chat({ n: 2, max_tokens: 3 }));
    expect(choices.map((choice) => choice.message.content)).toEqual(["hello wor", "hello wor"]);
    expect(usage?.completion_tokens).toBe(6);
  });

  it("cuts the one line of big-line", async () => {
    const body = { model: "big-line", max_tokens: 20_000 };
    const { text, finish, chunks } = await readStream(
      await openSandbox().chat({ ...body, stream: true, stream_options: { include_usage: true } }),
    );
    expect([text.length, finish, chunks.at(-1)?.usage?.completion_tokens]).toEqual([80_000, "length", 20_000]);
  });

  it("is overrun only by a model that is told to", async () => {
    const metadata = { chunks: "50", ignore_max_tokens: "1" };
    const { usage, choice } = await readWhole(await openSandbox().chat({ model: "lorem", max_tokens: 5, metadata }));
    expect([usage?.completion_tokens, choice.finish_reason]).toEqual([50, "stop"]);
  });
});

describe("stop sequences", () => {
  it.each([
    ["one two END three", "END", "one two "],
    ["one two END three", ["nothing", " t"], "one"],
    ["hello world", "o w", "hell"],
    ["aaab", "aab", "a"],
    ["hello world", "xyz", "hello world"],
    ["hello wo", "world", "hello wo"],
    ["STOP", ["STOP"], ""],
  ])("end %j at %j", async (content, stop, expected) => {
    const sandbox = openSandbox();
    const { message, choice } = await readWhole(await sandbox.chat({ messages: [user(content)], stop }));
    expect([message.content, choice.finish_reason]).toEqual([expected, "stop"]);
    const { text } = await readStream(await sandbox.chat({ messages: [user(content)], stop, stream: true }));
    expect(text).toBe(expected);
  });

  it("show exactly what stands before the first of them, and never a part of one", async () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", " ", "é"), maxLength: 30 });
    const stops = fc.array(fc.string({ unit: fc.constantFrom("a", "b", " ", "é"), minLength: 1, maxLength: 5 }), {
      minLength: 1,
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(letters, stops, async (content, stop) => {
        const { text } = await readStream(await openSandbox().chat({ messages: [user(content)], stop, stream: true }));
        const ends = stop.map((one) => content.indexOf(one)).filter((at) => at !== -1);
        // Of two stops that begin before either is complete, the one that is complete first ends the text.
        if (ends.length === 0) expect(text).toBe(content);
        else expect(stop.some((one) => content.startsWith(text + one))).toBe(true);
        expect(stop.some((one) => text.includes(one))).toBe(false);
      }),
    );
  });
});
