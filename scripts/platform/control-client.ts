import * as z from "zod";
import type { AuditWrite } from "../../schema/wire/audit-rpc.ts";
import type { SqlDatabase, SqlRow, SqlStatement } from "./sql-database.ts";

/** Where a running instance can be asked: a port of its own on this machine, and the token that it asks for. */
export const controlAddressSchema = z.object({ port: z.int(), token: z.string() });
export type ControlAddress = z.infer<typeof controlAddressSchema>;

/** A request to one worker past the front door. */
export const workerRequestSchema = z.object({
  method: z.string(),
  /** With its query, from the slash on. */
  path: z.string(),
  body: z.string().nullable(),
});
export type WorkerRequest = z.infer<typeof workerRequestSchema>;

const workerAnswerSchema = z.object({ status: z.int(), body: z.string() });
export type WorkerAnswer = z.infer<typeof workerAnswerSchema>;

/** How long an instance may take to say that it is there. It answers from memory. */
const PING_TIMEOUT_MS = 2_000;

/** What an audit object answers to a write, see `schema/wire/audit-rpc.ts`. */
export const writeAnswerSchema = z.object({
  status: z.string(),
  check: z.string().optional(),
  problem: z.string().optional(),
});
export type WriteAnswer = z.infer<typeof writeAnswerSchema>;

const rowsSchema = z.array(z.array(z.record(z.string(), z.unknown())));

/** Whether somebody answers at this address under this token. */
export async function pingControl(address: ControlAddress): Promise<boolean> {
  try {
    const answer = await post(address, "ping", {}, AbortSignal.timeout(PING_TIMEOUT_MS));
    return answer.ok;
  } catch {
    return false;
  }
}

/** The D1 database of a running instance. */
export function controlDatabase(address: ControlAddress): SqlDatabase {
  return {
    async batch(statements: readonly SqlStatement[]): Promise<readonly (readonly SqlRow[])[]> {
      return rowsSchema.parse(await ask(address, "sql", { statements }));
    },
  };
}

/** Runs the scheduled jobs of a running instance once, as if it were `scheduledTime` (milliseconds since the epoch). */
export async function controlCron(address: ControlAddress, cron: string, scheduledTime: number): Promise<void> {
  await ask(address, "cron", { cron, scheduled_time: scheduledTime });
}

/** Adds entries to the audit chain of an org of a running instance. */
export async function controlAudit(address: ControlAddress, org_id: string, entries: readonly object[]): Promise<void> {
  await ask(address, "audit", { org_id, entries });
}

/** Makes a change and its audit entry in a running instance. */
export async function controlWrite(address: ControlAddress, request: AuditWrite): Promise<WriteAnswer> {
  return writeAnswerSchema.parse(await ask(address, "write", request));
}

/** Asks one worker of a running instance by its deployed name, `ao-sandbox`. */
export async function controlFetch(
  address: ControlAddress,
  worker: string,
  request: WorkerRequest,
): Promise<WorkerAnswer> {
  return workerAnswerSchema.parse(await ask(address, "fetch", { worker, request }));
}

async function ask(address: ControlAddress, path: string, body: object): Promise<unknown> {
  const answer = await post(address, path, body);
  if (!answer.ok) throw new Error(await answer.text());
  return answer.json();
}

const post = (address: ControlAddress, path: string, body: object, signal?: AbortSignal): Promise<Response> =>
  fetch(`http://127.0.0.1:${address.port}/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${address.token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
    signal: signal ?? null,
  });
