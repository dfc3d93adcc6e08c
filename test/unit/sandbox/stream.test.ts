import { describe, expect, it } from "vitest";
import {
  choicesOf,
  contentOf,
  finishOf,
  openSandbox,
  readPieces,
  readStream,
  readWhole,
  user,
} from "./sandbox-client.ts";

const STREAM = { stream: true, stream_options: { include_usage: true } };
const tool = { type: "function", function: { name: "get_weather", parameters: { type: "object" } } };

describe("a stream keeps OpenAI's contract", () => {
  it("says the role once, in the first delta", async () => {
    const { chunks } = await readStream(await openSandbox().chat(STREAM));
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.role ?? null).filter((role) => role !== null)).toEqual([
      "assistant",
    ]);
    expect(chunks[0]?.choices[0]?.delta.role).toBe("assistant");
  });

  it("has one id, one time and one model from the first chunk to the last", async () => {
    const { chunks } = await readStream(await openSandbox().chat(STREAM));
    expect(new Set(chunks.map(({ id, created, model }) => `${id} ${created} ${model}`)).size).toBe(1);
    expect(chunks[0]).toMatchObject({ created: 1_767_322_245, model: "echo" });
    expect(chunks[0]?.id).toMatch(/^chatcmpl-[0-9A-Za-z]{29}$/);
  });

  it("finishes in one last chunk without text, all others are unfinished", async () => {
    const { chunks } = await readStream(await openSandbox().chat({ stream: true }));
    const finishes = chunks.map((chunk) => chunk.choices[0]?.finish_reason);
    expect(finishes.slice(0, -1).every((finish) => finish === null)).toBe(true);
    expect(chunks.at(-1)?.choices[0]).toMatchObject({ delta: {}, finish_reason: "stop" });
  });

  it("carries usage only where it was asked for: null, then a chunk of its own, then [DONE]", async () => {
    const { chunks, done } = await readStream(await openSandbox().chat(STREAM));
    expect(done).toBe(true);
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
    expect(chunks.at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 5, completion_tokens: 4, total_tokens: 9 },
    });
    for (const options of [{}, { stream_options: { include_usage: false } }]) {
      const quiet = await readStream(await openSandbox().chat({ stream: true, ...options }));
      expect(quiet.raw.some((chunk) => JSON.stringify(chunk).includes("usage"))).toBe(false);
      expect(quiet.done).toBe(true);
    }
  });

  it("says what the whole answer says", async () => {
    const sandbox = openSandbox();
    for (const body of [
      { model: "echo" },
      { model: "free" },
      { model: "lorem" },
      { model: "think" },
      { model: "tools", tools: [tool] },
      { model: "big-line", metadata: { size_bytes: "300000" } },
    ]) {
      const whole = await readWhole(await sandbox.chat(body));
      const { chunks, text, finish } = await readStream(await sandbox.chat({ ...body, ...STREAM }));
      expect(text).toBe(whole.message.content ?? "");
      expect(finish).toBe(whole.choice.finish_reason);
      expect(chunks.at(-1)?.usage).toEqual(whole.usage);
    }
  });

  it("tells its choices apart by index, and counts all of them", async () => {
    const { chunks } = await readStream(await openSandbox().chat({ ...STREAM, n: 3 }));
    for (const index of [0, 1, 2]) {
      expect(contentOf(chunks, index)).toBe("hello world");
      expect(finishOf(chunks, index)).toBe("stop");
      expect(choicesOf(chunks, index).filter((choice) => choice.delta.role !== undefined)).toHaveLength(1);
    }
    expect(chunks.at(-1)?.usage?.completion_tokens).toBe(12);
    const whole = await readWhole(await openSandbox().chat({ n: 3 }));
    expect(whole.choices.map(({ index, message }) => [index, message.content])).toEqual(
      [0, 1, 2].map((index) => [index, "hello world"]),
    );
  });

  it("reasons before it speaks and counts the reasoning as completion", async () => {
    const { chunks } = await readStream(
      await openSandbox().chat({ ...STREAM, model: "think", metadata: { chunks: "3" } }),
    );
    const kinds = choicesOf(chunks, 0).map(({ delta }) => (delta.reasoning_content ? "r" : delta.content ? "c" : ""));
    expect(kinds.join("")).toBe(`${"r".repeat(20)}ccc`);
    expect(chunks.at(-1)?.usage).toMatchObject({
      completion_tokens: 23,
      completion_tokens_details: { reasoning_tokens: 20 },
    });
  });

  it("does not reason when asked not to", async () => {
    const { message, usage } = await readWhole(await openSandbox().chat({ model: "think", reasoning_effort: "none" }));
    expect(message.reasoning_content).toBeUndefined();
    expect(usage?.completion_tokens_details.reasoning_tokens).toBe(0);
  });

  it("is the same bytes in fragments of one byte", async () => {
    const content = "Grüße, 世界 👋";
    const fragmented = await openSandbox().chat({
      ...STREAM,
      messages: [user(content)],
      metadata: { fragment_bytes: "1" },
    });
    const { pieces } = await readPieces(fragmented, Number.POSITIVE_INFINITY);
    expect(pieces.every((piece) => piece.length === 1)).toBe(true);
    const { text, done } = await readStream(new Response(new Blob(pieces.map((piece) => new Uint8Array(piece)))));
    expect({ text, done }).toEqual({ text: content, done: true });
  });
});

describe("a stream is made only as it is read", () => {
  it("generates nothing before the first read, and no token ahead of a read", async () => {
    const sandbox = openSandbox();
    const response = await sandbox.chat({ model: "endless", stream: true }, { headers: { "x-request-id": "idle" } });
    expect(await sandbox.seen("idle")).toMatchObject([{ tokens_generated: 0, frames_sent: 0, state: "open" }]);
    const { reader } = await readPieces(response, 8);
    expect(await sandbox.seen("idle")).toMatchObject([{ tokens_generated: 7, frames_sent: 8, state: "open" }]);
    await reader.cancel();
  });

  it("generates no token ahead when a chunk has several", async () => {
    const sandbox = openSandbox();
    const init = { headers: { "x-request-id": "wide" } };
    const response = await sandbox.chat({ model: "endless", stream: true, metadata: { tokens_per_chunk: "5" } }, init);
    const { reader } = await readPieces(response, 4);
    expect(await sandbox.seen("wide")).toMatchObject([{ tokens_generated: 15 }]);
    await reader.cancel();
  });
});
