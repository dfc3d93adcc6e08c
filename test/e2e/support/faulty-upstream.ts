import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { runtimeSandboxEffects, type SandboxEffects } from "../../../workers/sandbox/effects.ts";
import { createSandbox } from "../../../workers/sandbox/handler.ts";

/** What goes wrong with a stream, once so many of its events, or the one with the usage, have been sent. */
export interface Fault {
  readonly after: "usage" | number;
  /** The body ends as if it were complete; the connection breaks; nothing more comes. */
  readonly then: "end" | "break" | "silence";
}

/** A provider's server on this machine: the sandbox, behind a wire that fails always in the same way. */
export interface FaultyUpstream {
  /** Without a trailing slash. */
  readonly url: string;
  /** The `authorization` of every call that was made of it, oldest first; looks at its list of models are none. */
  readonly authorizations: readonly (string | undefined)[];
  close(): Promise<void>;
}

/** A report of usage that is the last one: Gemini sends one with every event, OpenAI an empty one. */
const LAST_USAGE = /"(?:usage|billed_units)":\{|"finishReason":.*"usageMetadata":/;

/** The first events have no final usage: Anthropic's begins with the prompt's. */
const EVENTS_BEFORE_USAGE = 3;

/** `fault` null is a wire that never fails. With other effects, a test says how long the sandbox's pauses are. */
export async function startFaultyUpstream(
  fault: Fault | null,
  effects: SandboxEffects = runtimeSandboxEffects(),
): Promise<FaultyUpstream> {
  const sandbox = createSandbox(effects);
  const authorizations: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    if (request.method === "POST") authorizations.push(request.headers.authorization);
    serve(sandbox, request, response, fault).catch(() => response.destroy());
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was assigned");
  return {
    url: `http://127.0.0.1:${address.port}`,
    authorizations,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function serve(
  sandbox: (request: Request) => Promise<Response>,
  request: IncomingMessage,
  response: ServerResponse,
  fault: Fault | null,
): Promise<void> {
  const body = await buffer(request);
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const answer = await sandbox(
    new Request(`http://${request.headers.host}${request.url}`, {
      method: request.method ?? "GET",
      headers: new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
      signal: gone.signal,
      ...(body.length === 0 ? {} : { body }),
    }),
  );
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  let sent = 0;
  for await (const event of eventsOf(answer)) {
    response.write(event);
    sent += 1;
    const text = event.toString("utf8");
    const now = fault?.after === "usage" ? sent > EVENTS_BEFORE_USAGE && LAST_USAGE.test(text) : sent === fault?.after;
    if (!now || fault === null) continue;
    if (fault.then === "silence") return;
    // What was written is on its way before the connection breaks.
    await new Promise((resolve) => setTimeout(resolve, 100));
    if (fault.then === "break") response.destroy();
    else response.end();
    return;
  }
  response.end();
}

/** The events of a stream one by one, whichever of the two framings it has; any other body as it is. */
async function* eventsOf(answer: Response): AsyncGenerator<Buffer> {
  const binary = answer.headers.get("content-type") === "application/vnd.amazon.eventstream";
  let rest: Buffer = Buffer.alloc(0);
  for await (const bytes of answer.body ?? []) {
    rest = Buffer.concat([rest, bytes]);
    for (let size = eventSize(rest, binary); size !== null; size = eventSize(rest, binary)) {
      yield rest.subarray(0, size);
      rest = rest.subarray(size);
    }
  }
  if (rest.length > 0) yield rest;
}

function eventSize(bytes: Buffer, binary: boolean): number | null {
  if (binary) {
    const size = bytes.length < 4 ? Number.POSITIVE_INFINITY : bytes.readUInt32BE(0);
    return size <= bytes.length ? size : null;
  }
  const lf = bytes.indexOf("\n\n");
  const crlf = bytes.indexOf("\r\n\r\n");
  if (crlf !== -1 && (lf === -1 || crlf < lf)) return crlf + 4;
  return lf === -1 ? null : lf + 2;
}
