import Anthropic from "@anthropic-ai/sdk";
import type { Part } from "../../../../../schema/canonical/parts.ts";
import { anthropicMessages } from "../../../../../workers/gateway/dialects/anthropic-messages/anthropic-messages.ts";
import { request } from "../../fixtures.ts";

export const USAGE = { input: 10, cached_read: 5, cached_write_1h: 2, output: 7, reasoning: 3 };
export const CONTEXT = { identity: { id: "msg_1", created: 1, model: "m" }, request: request(), body: {} };

/** The stream of these parts, an event for each. */
export const rendered = (parts: readonly Part[]): string => {
  const renderer = anthropicMessages.createRenderer(CONTEXT);
  return (
    parts.map((part) => renderer.event({ event: null, data: "" }, [part])).join("") +
    renderer.end({ usage: USAGE, ao: null })
  );
};

/** What Anthropic's SDK makes of a stream; its view of a call's input is asked for at every piece, as its users may. */
export const accumulated = async (events: string | ReadableStream<Uint8Array>) => {
  const client = new Anthropic({
    apiKey: "k",
    maxRetries: 0,
    fetch: async () => new Response(events, { headers: { "content-type": "text/event-stream" } }),
  });
  return await client.messages
    .stream({ model: "m", max_tokens: 10, messages: [{ role: "user", content: "Hello" }] })
    .on("inputJson", () => undefined)
    .finalMessage();
};
