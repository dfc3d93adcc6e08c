import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { anthropicMessages } from "../../../../../workers/gateway/dialects/anthropic-messages/anthropic-messages.ts";
import { streamFold } from "../../../../../workers/gateway/providers/anthropic/stream-fold.ts";
import { messagesGateway } from "./messages-gateway.ts";
import { accumulated, CONTEXT, USAGE } from "./read-messages.ts";

const START = {
  type: "message_start",
  message: {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-5",
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 10, output_tokens: 1 },
  },
};
const OWN = [
  START,
  { type: "ping" },
  { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } },
  { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "Hm." } },
  { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: "c2ln" } },
  { type: "content_block_stop", index: 0 },
  { type: "content_block_start", index: 1, content_block: { type: "redacted_thinking", data: "cmVk" } },
  { type: "content_block_stop", index: 1 },
  { type: "content_block_start", index: 2, content_block: { type: "text", text: "" } },
  { type: "content_block_delta", index: 2, delta: { type: "text_delta", text: "Grüße\u2028🚀" } },
  { type: "content_block_stop", index: 2 },
  {
    type: "content_block_start",
    index: 3,
    content_block: { type: "server_tool_use", id: "srv_1", name: "web_fetch", input: {} },
  },
  { type: "content_block_delta", index: 3, delta: { type: "input_json_delta", partial_json: '{"url":"x"}' } },
  { type: "content_block_stop", index: 3 },
  { type: "content_block_start", index: 4, content_block: { type: "tool_use", id: "toolu_1", name: "a", input: {} } },
  { type: "content_block_delta", index: 4, delta: { type: "input_json_delta", partial_json: '{"x": 1}' } },
  { type: "content_block_stop", index: 4 },
  { type: "something_new", index: 9 },
  { type: "message_delta", delta: { stop_reason: "tool_use", stop_sequence: null }, usage: { output_tokens: 40 } },
  { type: "message_stop" },
].map((event) => JSON.stringify(event));

const FOLDER = join(import.meta.dirname, "../../../../../../shared/recordings/anthropic");
const recorded = existsSync(FOLDER)
  ? readdirSync(FOLDER)
      .filter((file) => file.endsWith(".chunks.txt"))
      .map((file): [string, readonly string[]] => [
        file,
        readFileSync(join(FOLDER, file), "utf8")
          .split("\n")
          .filter((line) => line.trim() !== ""),
      ])
  : [];
// Recorded answers are used where they are; the stream of our own has every kind of event.
const STREAMS: readonly [string, readonly string[]][] = [["a stream with every kind of event", OWN], ...recorded];

/** As the API sends it: each event with its name. */
const frame = (line: string): string => `event: ${JSON.parse(line).type}\ndata: ${line}\n\n`;
const framed = (lines: readonly string[]): string => lines.map(frame).join("");

function inPieces(text: string, piece_bytes: number): Response {
  const bytes = new TextEncoder().encode(text);
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += piece_bytes) controller.enqueue(bytes.subarray(at, at + piece_bytes));
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

/** What a caller is sent when the provider sends this. */
async function through(text: string, piece_bytes: number) {
  const gateway = await messagesGateway("anthropic", { upstream: () => inPieces(text, piece_bytes) });
  const response = await gateway.ask({ stream: true });
  const sent = await response.text();
  await gateway.drained();
  return { status: response.status, sent, steps: gateway.steps, settled: gateway.settled };
}

describe.each(STREAMS)("%s", (_name, lines) => {
  it.each([1, 7, 1_000_000])(
    "passes byte for byte, in pieces of %i bytes, and is settled once",
    async (piece_bytes) => {
      const { status, sent, settled } = await through(framed(lines), piece_bytes);
      expect(status).toBe(200);
      expect(sent).toBe(framed(lines));
      expect(settled).toMatchObject([{ record: { outcome: "completed" } }]);
    },
  );

  it("is the same without the names of its events", async () => {
    const { sent } = await through(lines.map((line) => `data: ${line}\n\n`).join(""), 64);
    expect(sent).toBe(framed(lines));
  });

  it("cut before any event is an error with its end left out, or an HTTP error when nothing came", async () => {
    for (let length = 0; length < lines.length; length += 1) {
      const came = framed(lines.slice(0, length));
      const { status, sent, settled } = await through(came, 100);
      if (length === 0) {
        expect(status).toBe(502);
        expect(JSON.parse(sent)).toMatchObject({ type: "error", error: { type: "api_error" } });
        continue;
      }
      expect(status).toBe(200);
      expect(sent.startsWith(came)).toBe(true);
      const rest = sent.slice(came.length);
      expect(rest).toMatch(/^event: error\ndata: \{"type":"error","error":\{"type":"api_error",.*\}\n\n$/);
      await expect(accumulated(sent)).rejects.toThrow(/ended before its answer was complete/);
      expect(settled).toMatchObject([{ record: { outcome: "incomplete" } }]);
    }
  });

  it("with an error after any event ends in the error, and nothing that looks like an end", async () => {
    const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    for (let length = 1; length < lines.length; length += 1) {
      const came = framed(lines.slice(0, length));
      const { sent } = await through(came + frame(JSON.stringify(error)), 100);
      expect(sent.startsWith(came)).toBe(true);
      expect(sent).not.toContain("message_stop");
      await expect(accumulated(sent)).rejects.toThrow(/Overloaded/);
    }
  });

  it("cut at what the wallet covers is, to the SDK, a message of what was sent", async () => {
    for (let length = 1; length < lines.length; length += 1) {
      const renderer = anthropicMessages.createPassRenderer(CONTEXT);
      let state = streamFold.initial({
        call: { url: "", headers: {}, body: "" },
        warnings: [],
        tool_names: new Map(),
        json_tool: null,
      });
      let sent = "";
      for (const [at, data] of lines.slice(0, length).entries()) {
        const step = streamFold.step(state, { event: null, data });
        state = step.state;
        const text = renderer.event({ event: null, data }, step.parts);
        // What is not covered is rendered and never sent.
        if (at < length - 1) sent += text;
      }
      sent += renderer.cut({ usage: USAGE, ao: { cut: "wallet_exhausted" } });
      if (length === 1) {
        await expect(accumulated(sent)).rejects.toMatchObject({ error: { error: { type: "billing_error" } } });
        continue;
      }
      const message = await accumulated(sent);
      expect(message.stop_reason).not.toBeNull();
      expect(sent.match(/"type":"content_block_start"/g)?.length).toBe(
        sent.match(/"type":"content_block_stop"/g)?.length,
      );
    }
  });
});

describe("a stream that says nothing", () => {
  it("but that it ends is an error, and no message", async () => {
    const renderer = anthropicMessages.createPassRenderer(CONTEXT);
    const events =
      renderer.event({ event: "ping", data: '{"type":"ping"}' }, []) +
      renderer.event({ event: "message_stop", data: '{"type":"message_stop"}' }, [{ type: "end" }]) +
      renderer.end({ usage: {}, ao: null });
    expect(events).not.toContain("message_stop");
    await expect(accumulated(events)).rejects.toMatchObject({ error: { error: { type: "api_error" } } });
  });

  it("but an error is an HTTP error, and nothing is owed", async () => {
    const error = { type: "error", error: { type: "overloaded_error", message: "Overloaded" } };
    const { status, sent, steps } = await through(frame(JSON.stringify(error)), 100);
    expect(status).toBe(503);
    expect(JSON.parse(sent)).toMatchObject({ type: "error", error: { type: "overloaded_error" } });
    // It may pass, so it is asked again.
    expect(steps).toEqual(["admit", "upstream", "upstream", "upstream", "release"]);
  });
});

describe("the platform's own fields", () => {
  it("stand in the last event of a caller who asks", async () => {
    const gateway = await messagesGateway("anthropic", { upstream: () => inPieces(framed(OWN), 1_000) });
    const response = await gateway.fetch("/v1/messages", {
      method: "POST",
      headers: { "x-api-key": gateway.key, "content-type": "application/json", "x-ao-usage": "true" },
      body: JSON.stringify({
        model: "p/m",
        max_tokens: 100,
        stream: true,
        messages: [{ role: "user", content: "Hello" }],
      }),
    });
    const sent = await response.text();
    expect(sent.startsWith(framed(OWN.slice(0, -1)))).toBe(true);
    expect(sent.slice(framed(OWN.slice(0, -1)).length)).toMatch(
      /^event: message_stop\ndata: \{"type":"message_stop","ao":\{"cost_usd":/,
    );
    await gateway.drained();
  });
});
