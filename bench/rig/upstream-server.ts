import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import * as z from "zod";
import { chatEvents, messagesEvents, wholeAnswer } from "./answers.ts";
import { PACES, type Pace } from "./paces.ts";

/**
 * The upstream, a process of its own: answers at once with ready bytes. The first segment of the path says how fast a
 * stream's events follow each other.
 */

const requestSchema = z.object({
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
});

const WHOLE = wholeAnswer();
const CHAT = chatEvents(false);
const CHAT_WITH_USAGE = chatEvents(true);
const MESSAGES = messagesEvents();

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
});
// The runtime keeps connections for longer than Node's five seconds and would meet a closed one.
server.keepAliveTimeout = 0;
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the upstream has no port");
  process.send?.({ port: address.port });
});
process.on("disconnect", () => process.exit(0));

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const asked = requestSchema.parse(JSON.parse(await text(request)));
  const [, pace = "", ...rest] = (request.url ?? "").split("/");
  if (asked.stream !== true) {
    response.writeHead(200, { "content-type": "application/json", "content-length": WHOLE.length }).end(WHOLE);
    return;
  }
  const chat = asked.stream_options?.include_usage === true ? CHAT_WITH_USAGE : CHAT;
  const events = rest.join("/") === "v1/messages" ? MESSAGES : chat;
  response.writeHead(200, { "content-type": "text/event-stream" });
  sendAll(response, events, paceOf(pace));
}

const paceOf = (name: string): number => (isPace(name) ? PACES[name] : PACES.fast);
const isPace = (name: string): name is Pace => Object.hasOwn(PACES, name);

/** One write per event; with a gap of 0 ms each in a turn of the event loop of its own, so that streams interleave. */
function sendAll(response: ServerResponse, events: readonly Buffer[], gap_ms: number): void {
  const begun = performance.now();
  let at = 0;
  const next = (): void => {
    const event = events[at];
    if (event === undefined || response.destroyed) {
      response.end();
      return;
    }
    response.write(event);
    at += 1;
    if (gap_ms === 0) setImmediate(next);
    else setTimeout(next, Math.max(0, begun + at * gap_ms - performance.now()));
  };
  next();
}
