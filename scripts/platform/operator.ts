import type { V4WorkerOptions } from "miniflare";
import * as z from "zod";
import type { AuditWrite } from "../../schema/wire/audit-rpc.ts";
import type { WorkerConfig } from "./config.ts";
import { type WriteAnswer, writeAnswerSchema } from "./control-client.ts";
import type { SqlRow, SqlStatement } from "./sql-database.ts";
import { AUDIT } from "./workers.ts";

/**
 * A worker of the local runtime alone, through which the scripts do in it what they have to: statements on the database,
 * scheduled jobs, requests to one worker, entries and changes by the audit objects. By plain requests, because miniflare's own stubs stop this process until the
 * runtime has answered, and the runtime stops for as long as nobody reads what it prints: under load both for ever.
 */

export const OPERATOR = "ao-operator";

const SCRIPT = `
const tasks = {
  async batch(env, statements) {
    const prepared = statements.map(({ sql, params = [] }) => env.DB.prepare(sql).bind(...params));
    return (await env.DB.batch(prepared)).map(({ results = [] }) => results);
  },
  async scheduled(env, { worker, cron, scheduled_time }) {
    return (await env[worker].scheduled({ cron, scheduledTime: new Date(scheduled_time) })).outcome;
  },
  async fetch(env, { worker, method, path, body }) {
    const answer = await env[worker].fetch("http://" + worker + path, { method, body });
    return { status: answer.status, body: await answer.text() };
  },
  async append(env, { org_id, entries }) {
    return await audit(env, org_id).append(org_id, entries);
  },
  async write(env, request) {
    return await audit(env, request.org_id).write(request);
  },
};
const audit = ({ AUDIT }, org_id) => AUDIT.get(AUDIT.idFromName(org_id));
export default {
  async fetch(request, env) {
    const { task, input } = await request.json();
    try {
      return Response.json({ value: await tasks[task](env, input) });
    } catch (error) {
      return Response.json({ error: error.message });
    }
  },
};`;

/** It has the database, reaches each worker by its name, and the objects of the audit worker where that is among them. */
export function operatorWorker(workers: readonly WorkerConfig[], frontDoor: WorkerConfig): V4WorkerOptions {
  return {
    name: OPERATOR,
    modules: true,
    script: SCRIPT,
    compatibilityDate: "2026-10-20",
    // For scheduled jobs.
    compatibilityFlags: ["service_binding_extra_handlers"],
    d1Databases: { DB: frontDoor.d1_databases[0]?.database_id ?? "" },
    durableObjects: Object.fromEntries(
      workers
        .filter(({ folder }) => folder === AUDIT.folder)
        .map(({ name }) => ["AUDIT", { className: "AuditObject", scriptName: name, useSQLite: true }]),
    ),
    serviceBindings: Object.fromEntries(workers.map(({ name }) => [name, name])),
  };
}

/** The operator as miniflare hands it out. */
interface OperatorStub {
  fetch(url: string, init: { method: string; body: string }): Promise<{ json(): Promise<unknown> }>;
}

export interface Operator {
  batch(statements: readonly SqlStatement[]): Promise<readonly (readonly SqlRow[])[]>;
  /** Answers the outcome, `ok` for one. */
  scheduled(job: {
    readonly worker: string;
    readonly cron: string;
    /** Milliseconds since the epoch. */
    readonly scheduled_time: number;
  }): Promise<string>;
  fetch(request: {
    readonly worker: string;
    readonly method: string;
    readonly path: string;
    readonly body: string | null;
  }): Promise<{ readonly status: number; readonly body: string }>;
  /** Entries alone, of an org. */
  append(request: { readonly org_id: string; readonly entries: readonly unknown[] }): Promise<WriteAnswer>;
  /** A change and its entry. */
  write(request: AuditWrite): Promise<WriteAnswer>;
}

const answerSchema = z.object({ value: z.unknown().optional(), error: z.string().optional() });
const rowsSchema = z.array(z.array(z.record(z.string(), z.unknown())));

/** Each call throws with the message of what went wrong in the runtime. */
export function operatorOf({ fetch }: OperatorStub): Operator {
  async function run(task: keyof Operator, input: unknown): Promise<unknown> {
    const answer = await fetch("http://operator/", { method: "POST", body: JSON.stringify({ task, input }) });
    const { value, error } = answerSchema.parse(await answer.json());
    if (error !== undefined) throw new Error(error);
    return value;
  }
  return {
    batch: async (statements) => rowsSchema.parse(await run("batch", statements)),
    scheduled: async (job) => z.string().parse(await run("scheduled", job)),
    fetch: async (request) => z.object({ status: z.int(), body: z.string() }).parse(await run("fetch", request)),
    append: async (request) => writeAnswerSchema.parse(await run("append", request)),
    write: async (request) => writeAnswerSchema.parse(await run("write", request)),
  };
}
