import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";
import type { SqlStatement } from "../../../schema/wire/audit-rpc.ts";

export type Database = DrizzleD1Database<Record<string, never>>;

const databases = new WeakMap<D1Database, Database>();

/** The query builder over D1, one per binding. */
export function databaseOf(db: D1Database): Database {
  const known = databases.get(db);
  if (known !== undefined) return known;
  const made = drizzle(db);
  databases.set(db, made);
  return made;
}

/** A built query as text and values, for the audit object to run in its transaction. */
export function statement(query: { toSQL(): { sql: string; params: unknown[] } }): SqlStatement {
  const { sql, params } = query.toSQL();
  return { sql, params: params.map(bindable) };
}

/** What D1 can bind; anything else is a bug of ours. */
function bindable(value: unknown): string | number | null {
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  throw new Error(`a ${typeof value} cannot be bound`);
}
