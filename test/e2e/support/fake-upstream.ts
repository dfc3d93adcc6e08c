import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { buffer } from "node:stream/consumers";

/** One request as it came, byte for byte. */
export interface UpstreamRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the server answers: data, so that a test shows every byte of it. */
export interface UpstreamAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Several pieces are written one after the other. */
  readonly body: string | readonly string[];
}

/** A provider's server on this machine that plays what it was given and keeps what it got. */
export interface FakeUpstream {
  /** Without a trailing slash. */
  readonly url: string;
  /** Everything that came since the last `play`. */
  readonly requests: readonly UpstreamRequest[];
  /** Answers so from now on; forgets what came before. */
  play(answer: UpstreamAnswer): void;
  /** Lists these models from now on, none before; null is a list that fails. */
  list(models: readonly string[] | null): void;
  close(): Promise<void>;
}

export async function startFakeUpstream(): Promise<FakeUpstream> {
  let answer: UpstreamAnswer = { status: 500, body: "nothing to play" };
  let requests: UpstreamRequest[] = [];
  let models: readonly string[] | null = [];
  const server = createServer(async (request, response) => {
    const body = (await buffer(request)).toString("utf8");
    // The platform looks after a provider's health by itself: no test means that. Anthropic's list is asked for with a limit.
    if (request.method === "GET" && /\/models(?:\?|$)/.test(request.url ?? "")) {
      const list = JSON.stringify({ data: models?.map((id) => ({ id })) ?? null });
      response.writeHead(models === null ? 500 : 200, { "content-type": "application/json" }).end(list);
      return;
    }
    requests.push({ method: request.method ?? "", path: request.url ?? "", headers: request.headers, body });
    const { status = 200, headers = { "content-type": "application/json" } } = answer;
    response.writeHead(status, headers);
    for (const piece of [answer.body].flat()) response.write(piece);
    response.end();
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  return {
    url,
    get requests() {
      return requests;
    },
    play(next) {
      answer = next;
      requests = [];
    },
    list(next) {
      models = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

export const EVENT_STREAM = { "content-type": "text/event-stream; charset=utf-8" } as const;

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (address === null || typeof address === "string") reject(new Error("no port was assigned"));
      else resolve(address.port);
    });
  });
}
