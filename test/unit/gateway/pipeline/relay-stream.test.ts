import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { quietLogs } from "../fixtures.ts";
import { wholeGateway } from "../whole-gateway.ts";

const IDLE_MS = 4_000;
const TICK_MS = 1_000;

beforeEach(() => {
  quietLogs();
  // The runtime's own; here the standard's does the same for bytes.
  vi.stubGlobal("IdentityTransformStream", TransformStream);
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const chunk = (text: string, finish_reason: string | null = null): string =>
  `data: ${JSON.stringify({ id: "c", object: "chat.completion.chunk", created: 1, model: "m", choices: [{ index: 0, delta: { content: text }, finish_reason }] })}\n\n`;

/** A stream whose first chunk has been delivered, and what the provider says next. */
async function begun() {
  const encoder = new TextEncoder();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const gateway = await wholeGateway({
    upstream: (signal) => {
      signal?.addEventListener("abort", () => void writer.abort(signal.reason));
      return new Response(readable, { headers: { "content-type": "text/event-stream" } });
    },
  });
  await gateway.addProvider({
    id: "acme",
    timeouts: JSON.stringify({ first_byte_ms: 60_000, idle_ms: IDLE_MS, total_ms: 600_000 }),
  });
  const say = (text: string) => writer.write(encoder.encode(text));
  const first = say(chunk("Hel"));
  const response = await gateway.post("/v1/chat/completions", {
    model: "acme/gpt-4o-mini",
    stream: true,
    messages: [{ role: "user", content: "Hello" }],
  });
  await first;
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  expect((await reader?.read())?.value).toContain("Hel");
  // The gateway goes on to wait for what comes next.
  await new Promise((resolve) => setTimeout(resolve, 0));
  return {
    say,
    /** The rest, once the provider has ended. */
    async rest(): Promise<string> {
      let text = "";
      for (;;) {
        const read = await reader?.read();
        if (read === undefined || read.done) break;
        text += read.value;
      }
      await gateway.drained();
      return text;
    },
    settled: gateway.settled,
  };
}

it("a gateway that stood still takes what came meanwhile, and calls no provider silent", async () => {
  const stream = await begun();
  vi.setSystemTime(Date.now() + 10 * IDLE_MS);
  await vi.advanceTimersByTimeAsync(TICK_MS);
  await stream.say(`${chunk("lo", "stop")}data: [DONE]\n\n`);
  expect(await stream.rest()).toMatch(/"lo".*\[DONE\]/s);
  expect(stream.settled).toMatchObject([{ record: { outcome: "completed" } }]);
});

it("a provider that stays silent is timed out, also where the gateway stood still before", async () => {
  const stream = await begun();
  vi.setSystemTime(Date.now() + 10 * IDLE_MS);
  await vi.advanceTimersByTimeAsync(IDLE_MS + 2 * TICK_MS);
  const rest = await stream.rest();
  expect(rest).toContain('"error"');
  expect(rest).not.toContain("[DONE]");
  expect(stream.settled).toMatchObject([{ record: { outcome: "upstream_timeout" } }]);
});
