import { randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { text } from "node:stream/consumers";
import * as z from "zod";
import { tryParseJson } from "../../schema/kernel/json.ts";
import type { AuditWrite } from "../../schema/wire/audit-rpc.ts";
import { errorText } from "./clear-error.ts";
import {
  type ControlAddress,
  type WorkerAnswer,
  type WorkerRequest,
  type WriteAnswer,
  workerRequestSchema,
} from "./control-client.ts";
import type { SqlDatabase } from "./sql-database.ts";

/** What a running instance does for the other commands. */
export interface ControlHandlers {
  readonly database: SqlDatabase;
  runCron(cron: string, scheduledTime: number): Promise<void>;
  /** A request to one worker past the front door, such as the sandbox's own pages. */
  fetchWorker(worker: string, request: WorkerRequest): Promise<WorkerAnswer>;
  /** Adds entries to an org's audit chain, through its object, each once by its id. Throws when they are not taken. */
  appendAudit(org_id: string, entries: readonly unknown[]): Promise<void>;
  /** Makes a change of an org's configuration and its audit entry, through its object. */
  write(request: AuditWrite): Promise<WriteAnswer>;
}

export interface ControlServer {
  readonly address: ControlAddress;
  /** From here on more than a ping is answered. */
  serve(handlers: ControlHandlers): void;
  close(): Promise<void>;
}

const sqlSchema = z.object({
  statements: z.array(
    z.object({ sql: z.string(), params: z.array(z.union([z.string(), z.number(), z.null()])).default([]) }),
  ),
});
const fetchSchema = z.object({ worker: z.string(), request: workerRequestSchema });
const auditSchema = z.object({ org_id: z.string(), entries: z.array(z.unknown()) });
/** The object itself looks at it closely. */
const writeSchema = z.custom<AuditWrite>((value) => typeof value === "object" && value !== null);
const cronSchema = z.object({ cron: z.string(), scheduled_time: z.int() });

/**
 * Opens a port on this machine for the other commands. The token lies in the data folder, readable by its owner only: who
 * can read it can read the database files as well.
 */
export async function openControl(): Promise<ControlServer> {
  const token = randomBytes(32).toString("base64url");
  const state: { handlers: ControlHandlers | null } = { handlers: null };
  const server = createServer((request, response) => {
    answer(request, response, token, state.handlers).catch((error: unknown) => {
      response.writeHead(500).end(errorText(error));
    });
  });
  const port = await listen(server);
  return {
    address: { port, token },
    serve(handlers) {
      state.handlers = handlers;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  token: string,
  handlers: ControlHandlers | null,
): Promise<void> {
  if (!hasToken(request, token)) {
    response.writeHead(401).end();
    return;
  }
  const body = tryParseJson(await text(request));
  const result = request.url === "/ping" ? {} : await perform(request.url, body, handlers);
  response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(result));
}

async function perform(path: string | undefined, body: unknown, handlers: ControlHandlers | null): Promise<unknown> {
  if (handlers === null) throw new Error("The instance is still starting. Try again when it has printed its url.");
  switch (path) {
    case "/sql":
      return handlers.database.batch(sqlSchema.parse(body).statements);
    case "/cron": {
      const { cron, scheduled_time } = cronSchema.parse(body);
      await handlers.runCron(cron, scheduled_time);
      return {};
    }
    case "/audit": {
      const { org_id, entries } = auditSchema.parse(body);
      await handlers.appendAudit(org_id, entries);
      return {};
    }
    case "/write":
      return handlers.write(writeSchema.parse(body));
    case "/fetch": {
      const { worker, request } = fetchSchema.parse(body);
      return handlers.fetchWorker(worker, request);
    }
    default:
      throw new Error(`There is no command ${path}.`);
  }
}

function hasToken(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(request.headers.authorization ?? "");
  const expected = Buffer.from(`Bearer ${token}`);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

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
