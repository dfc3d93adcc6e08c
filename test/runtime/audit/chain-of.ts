import { applyD1Migrations, reset, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { type AuditRow, rowFromSql } from "../../../schema/audit/audit-row.ts";
import type { AuditDraft, AuditWrite } from "../../../schema/wire/audit-rpc.ts";
import type { AuditObject } from "../../../workers/audit/audit-object.ts";
import type { ChainEffects } from "../../../workers/audit/chain.ts";

export type Stub = DurableObjectStub<AuditObject>;

/** Empties everything and makes the tables anew. */
export async function fresh(): Promise<void> {
  await reset();
  await applyD1Migrations(env.DB, env.MIGRATIONS);
}

export const chainOf = (org_id: string): Stub => env.AUDIT.get(env.AUDIT.idFromName(org_id));

export const AT = Date.UTC(2026, 10, 5, 9, 30, 0, 123);

/** The nth draft. */
export const draft = (n: number, change: Partial<AuditDraft> = {}): AuditDraft => ({
  id: `aud_${String(n).padStart(6, "0")}`,
  at: AT + n,
  actor: { type: "user", id: "usr_1", name: "ada@example.com" },
  action: "wallet.updated",
  outcome: "done",
  target: { type: "wallet", id: `wal_${n}` },
  request_id: `req_${n}`,
  ip: "192.0.2.1",
  details: { before: { limit: "1.0" }, after: { limit: "2.0", n } },
  ...change,
});

export const drafts = (count: number, from = 1): AuditDraft[] =>
  Array.from({ length: count }, (_, index) => draft(from + index));

export const write = (n: number, change: Partial<AuditWrite> = {}): AuditWrite => ({
  org_id: "org_a",
  checks: [],
  statements: [],
  entry: draft(n),
  ...change,
});

/** A chain of so many entries. */
export async function chainWith(org_id: string, count: number): Promise<Stub> {
  for (let from = 1; from <= count; from += 100) {
    const answer = await chainOf(org_id).append(org_id, drafts(Math.min(100, count - from + 1), from));
    if (answer.status !== "written") throw new Error(`not written: ${answer.status}`);
  }
  return chainOf(org_id);
}

export async function rowsOf(org_id: string): Promise<AuditRow[]> {
  const found = await env.DB.prepare("SELECT * FROM audit_log WHERE org_id = ? ORDER BY seq").bind(org_id).all();
  return found.results.map(rowFromSql);
}

/** What somebody does who may write to D1 as they please. */
export async function attack(...statements: readonly (readonly [string, ...(string | number)[]])[]): Promise<void> {
  await env.DB.batch([
    env.DB.prepare("DROP TRIGGER IF EXISTS audit_log_no_update"),
    env.DB.prepare("DROP TRIGGER IF EXISTS audit_log_no_delete"),
    env.DB.prepare("DROP TRIGGER IF EXISTS audit_log_no_replace"),
    env.DB.prepare("DROP INDEX IF EXISTS audit_log_prev"),
    ...statements.map(([sql, ...params]) => env.DB.prepare(sql).bind(...params)),
  ]);
}

type Mutable = { -readonly [Name in keyof ChainEffects]: ChainEffects[Name] };

/** Replaces what the running object reaches for; an eviction undoes it. */
export const withEffects = (stub: Stub, change: (effects: Mutable) => void): Promise<void> =>
  runInDurableObject(stub, (object: AuditObject) => change(object.effects));
