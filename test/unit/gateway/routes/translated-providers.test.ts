import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { quietLogs } from "../fixtures.ts";
import { wholeGateway } from "../whole-gateway.ts";

beforeEach(() => {
  quietLogs();
  // The runtime's own; here the standard's does the same for bytes.
  vi.stubGlobal("IdentityTransformStream", TransformStream);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const sse = (...events: readonly unknown[]) => {
  const lines = events.map((event) => `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`);
  return new Response(lines.join(""), { headers: { "content-type": "text/event-stream" } });
};

async function asked(kind: string, body: object, upstream: () => Response) {
  const gateway = await wholeGateway({ upstream });
  await gateway.addProvider({ id: "acme", kind });
  const response = await gateway.post("/v1/chat/completions", {
    messages: [{ role: "user", content: "Hello" }],
    ...body,
  });
  const text = await response.text();
  await gateway.drained();
  return { ...gateway, text };
}

/** The chunks of a stream of OpenAI's, and whether it ended. */
function chunksOf(text: string) {
  const data = text
    .split("\n\n")
    .flatMap((event) => (event.startsWith("data: ") ? [event.slice("data: ".length)] : []));
  return {
    chunks: data.filter((line) => line !== "[DONE]").map((line) => JSON.parse(line)),
    done: data.at(-1) === "[DONE]",
  };
}

describe("a client of OpenAI's", () => {
  it("C2, C3, C5: sees Cohere's stream as OpenAI's, and pays what was billed", async () => {
    const { text, settled, called } = await asked(
      "cohere",
      { model: "acme/command-a-03-2025", stream: true, stream_options: { include_usage: true } },
      () =>
        sse(
          { type: "message-start", id: "m" },
          { type: "tool-plan-delta", delta: { message: { tool_plan: "I look." } } },
          {
            type: "tool-call-start",
            index: 0,
            delta: { message: { tool_calls: { id: "w_1", function: { name: "w", arguments: "" } } } },
          },
          { type: "tool-call-delta", index: 0, delta: { message: { tool_calls: { function: { arguments: "{}" } } } } },
          { type: "tool-call-end", index: 0 },
          {
            type: "message-end",
            delta: {
              finish_reason: "TOOL_CALL",
              usage: {
                billed_units: { input_tokens: 100, output_tokens: 10 },
                tokens: { input_tokens: 1_500, output_tokens: 60 },
              },
            },
          },
        ),
    );
    const { chunks, done } = chunksOf(text);
    expect(done).toBe(true);
    const choices = chunks.flatMap((chunk) => chunk.choices);
    expect(choices.every(({ index }) => index === 0)).toBe(true);
    expect(choices.map(({ delta }) => delta.content ?? "").join("")).toBe("");
    expect(choices.map(({ delta }) => delta.reasoning_content ?? "").join("")).toBe("I look.");
    const calls = choices.flatMap(({ delta }) => delta.tool_calls ?? []);
    expect(calls[0]).toMatchObject({ index: 0, id: "w_1", type: "function", function: { name: "w" } });
    expect(calls.map((call) => call.function.arguments ?? "").join("")).toBe("{}");
    expect(choices.at(-1)?.finish_reason).toBe("tool_calls");
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 100, completion_tokens: 10 } });
    // 100 tokens at 2.50 dollars a million and 10 at 10.
    expect(settled[0]?.cost_nano_usd).toBe(350_000);
    expect(called[0]?.url).toBe("https://api.cohere.com/v2/chat");
  });

  it("C6: is told when Cohere failed in the middle, and sees no end", async () => {
    const { text } = await asked("cohere", { model: "acme/command-a-03-2025", stream: true }, () =>
      sse(
        { type: "message-start", id: "m" },
        { type: "content-delta", index: 0, delta: { message: { content: { text: "Half" } } } },
        { type: "message-end", delta: { finish_reason: "ERROR", error: "boom" } },
      ),
    );
    expect(text).toContain("boom");
    expect(text).not.toContain("[DONE]");
    expect(text).not.toContain('"finish_reason":"stop"');
  });

  it("M4: sees Mistral's thinking apart from the answer, which is a text", async () => {
    const thinking = { type: "thinking", thinking: [{ type: "text", text: "17 * 23" }] };
    const { text, settled } = await asked("mistral", { model: "acme/mistral-small-2603" }, () =>
      Response.json({
        id: "c",
        model: "mistral-small-2603",
        choices: [{ index: 0, message: { content: [thinking, { type: "text", text: "391" }] }, finish_reason: "stop" }],
        usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 },
      }),
    );
    expect(JSON.parse(text)).toMatchObject({
      choices: [{ message: { content: "391", reasoning_content: "17 * 23" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 1_000, completion_tokens: 100, total_tokens: 1_100 },
    });
    // 1,000 tokens at 0.15 dollars a million and 100 at 0.60.
    expect(settled[0]?.cost_nano_usd).toBe(210_000);
  });

  it("has embeddings of either in the encoding that was asked for", async () => {
    for (const [kind, model, answer] of [
      ["cohere", "embed-v4.0", { embeddings: { float: [[1]] }, meta: { billed_units: { input_tokens: 3 } } }],
      ["mistral", "mistral-embed", { data: [{ index: 0, embedding: [1] }], usage: { prompt_tokens: 3 } }],
    ] as const) {
      const gateway = await wholeGateway({ upstream: () => Response.json(answer) });
      await gateway.addProvider({ id: "acme", kind });
      const response = await gateway.post("/v1/embeddings", {
        model: `acme/${model}`,
        input: "Hi",
        encoding_format: "base64",
      });
      expect(await response.json()).toMatchObject({
        object: "list",
        data: [{ object: "embedding", index: 0, embedding: "AACAPw==" }],
        usage: { prompt_tokens: 3, total_tokens: 3 },
      });
      await gateway.drained();
    }
  });
});
