/**
 * D1 as the scripts use it: of the runtime in this process, of a running instance, or a file in a test. One call is one
 * transaction.
 */
export interface SqlDatabase {
  /** Runs the statements in order, all or none, and answers the rows of each. */
  batch(statements: readonly SqlStatement[]): Promise<readonly (readonly SqlRow[])[]>;
}

export type SqlValue = string | number | null;

export interface SqlStatement {
  readonly sql: string;
  readonly params?: readonly SqlValue[];
}

export type SqlRow = Readonly<Record<string, unknown>>;

/** The rows of one statement. */
export async function query(
  database: SqlDatabase,
  sql: string,
  ...params: readonly SqlValue[]
): Promise<readonly SqlRow[]> {
  const [rows] = await database.batch([{ sql, params }]);
  return rows ?? [];
}

/** What of a D1 binding is needed here; miniflare's and the runtime's own types both have it. */
export interface D1Like<Prepared extends { bind(...values: unknown[]): Prepared }> {
  prepare(sql: string): Prepared;
  batch(statements: Prepared[]): Promise<readonly { readonly results?: readonly object[] }[]>;
}

/** A D1 binding as a `SqlDatabase`. */
export function d1Database<Prepared extends { bind(...values: unknown[]): Prepared }>(
  d1: D1Like<Prepared>,
): SqlDatabase {
  return {
    async batch(statements) {
      const prepared = statements.map(({ sql, params = [] }) => d1.prepare(sql).bind(...params));
      const results = await d1.batch(prepared);
      return results.map(({ results: rows = [] }) => rows.map((row) => ({ ...row })));
    },
  };
}
