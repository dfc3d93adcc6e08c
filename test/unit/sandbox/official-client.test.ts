import OpenAI from "openai";
import { describe, expect, it } from "vitest";
import { createSandbox } from "../../../workers/sandbox/handler.ts";

/** OpenAI's own client, whose requests go to a sandbox in memory. */
function client(): OpenAI {
  const handle = createSandbox({ now: () => 1_767_322_245_678, sleep: async () => "slept" });
  return new OpenAI({
    apiKey: "sk-any",
    baseURL: "http://sandbox/v1",
    maxRetries: 0,
    fetch: (input, init) => handle(new Request(input, init)),
  });
}

const messages = [{ role: "user" as const, content: "hello world" }];

describe("OpenAI's own client", () => {
  it("assembles a stream with its usage", async () => {
    const stream = client().chat.completions.stream({
      model: "echo",
      messages,
      stream_options: { include_usage: true },
    });
    const answer = await stream.finalChatCompletion();
    expect(answer.choices[0]?.message.content).toBe("hello world");
    expect(answer.usage?.completion_tokens).toBe(4);
  });

  it("assembles streamed tool calls", async () => {
    const tools = ["first", "second"].map((name) => ({
      type: "function" as const,
      function: { name, parameters: { type: "object", properties: { place: { type: "string" } } } },
    }));
    const answer = await client().chat.completions.stream({ model: "tools", messages, tools }).finalChatCompletion();
    const calls = answer.choices[0]?.message.tool_calls ?? [];
    expect(calls.map((call) => (call.type === "function" ? call.function : null))).toMatchObject([
      { name: "first", arguments: '{"place":"place"}' },
      { name: "second", arguments: '{"place":"place"}' },
    ]);
  });

  it("unpacks embeddings, lists models and knows its own errors", async () => {
    const { data } = await client().embeddings.create({ model: "embed", input: "some text", dimensions: 8 });
    expect(data[0]?.embedding).toHaveLength(8);
    expect((await client().models.list()).data.length).toBeGreaterThan(20);
    const failing = client().chat.completions.create({ model: "error-429", messages });
    await expect(failing).rejects.toBeInstanceOf(OpenAI.RateLimitError);
  });

  it("throws on an error in the middle of a stream", async () => {
    const stream = await client().chat.completions.create({ model: "error-mid-stream", messages, stream: true });
    const read = async () => {
      let text = "";
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
      return text;
    };
    await expect(read()).rejects.toBeInstanceOf(OpenAI.APIError);
  });
});
