import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { wholeAnswer } from "../rig/answers.ts";

/** A provider that can be switched off: then everything, its list of models too, is answered 503. */
export interface Provider {
  readonly base_url: string;
  /** Chat calls that were answered, and those that failed. */
  readonly answered: number;
  readonly failed: number;
  setDown(down: boolean): void;
  close(): Promise<void>;
}

export async function startProvider(): Promise<Provider> {
  const counts = { answered: 0, failed: 0 };
  let down = false;
  const server = createServer((request, response) => {
    request.resume().once("end", () => {
      if (request.method === "POST") counts[down ? "failed" : "answered"] += 1;
      answer(request, response, down);
    });
  });
  // The runtime keeps connections for longer than Node's five seconds and would meet a closed one.
  server.keepAliveTimeout = 0;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the provider has no port");
  return {
    base_url: `http://127.0.0.1:${address.port}/v1`,
    get answered() {
      return counts.answered;
    },
    get failed() {
      return counts.failed;
    },
    setDown: (now) => {
      down = now;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

const WHOLE = wholeAnswer();
const LIST = JSON.stringify({ object: "list", data: [{ id: "m", object: "model" }] });
const FAILURE = JSON.stringify({ error: { message: "The server is down.", type: "server_error", code: null } });

function answer({ method }: IncomingMessage, response: ServerResponse, down: boolean): void {
  response.writeHead(down ? 503 : 200, { "content-type": "application/json" });
  response.end(down ? FAILURE : method === "POST" ? WHOLE : LIST);
}
