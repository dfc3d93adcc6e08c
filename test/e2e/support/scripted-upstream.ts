import { createServer, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import * as z from "zod";

/** A call as a script sees it. */
export interface ScriptedCall {
  readonly model: string;
  readonly authorization: string | undefined;
  /** How many calls of the model there were before. */
  readonly turn: number;
}

/** What becomes of a call: data, so that a table of failures can be read. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** What happens to the connection after that; it is ended well where nothing is said. */
  readonly then?: "break" | "silence";
  /** No headers either: the connection breaks, or nothing comes. */
  readonly bare?: true;
}

export interface ScriptedUpstream {
  /** Without a trailing slash. */
  readonly url: string;
  /** Calls that could cost something, oldest first. */
  readonly calls: readonly ScriptedCall[];
  close(): Promise<void>;
}

/** A provider's server on this machine that answers each call as the script says. */
export async function startScriptedUpstream(script: (call: ScriptedCall) => ScriptedAnswer): Promise<ScriptedUpstream> {
  const calls: ScriptedCall[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (request.method !== "POST") {
      response.writeHead(404).end();
      return;
    }
    const { model } = z.looseObject({ model: z.string() }).parse(JSON.parse(body));
    const { authorization } = request.headers;
    const call = { model, authorization, turn: calls.filter((other) => other.model === model).length };
    calls.push(call);
    await play(script(call), response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port was assigned");
  return {
    url: `http://127.0.0.1:${address.port}`,
    calls,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function play(answer: ScriptedAnswer, response: ServerResponse): Promise<void> {
  const { status = 200, headers = { "content-type": "application/json" }, body = "", then, bare } = answer;
  if (bare !== true) {
    response.writeHead(status, headers);
    response.flushHeaders();
    if (body !== "") response.write(body);
  }
  if (then === "silence") return;
  if (then === undefined) {
    response.end();
    return;
  }
  // What was written is on its way before the connection breaks.
  await new Promise((resolve) => setTimeout(resolve, 100));
  response.destroy();
}
