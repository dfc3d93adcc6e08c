import { env } from "cloudflare:workers";

export interface Statement {
  readonly sql: string;
  readonly params: readonly unknown[];
}

/** The real D1, and every statement that was prepared with values on it. */
export function recordingDatabase(): { readonly db: D1Database; readonly statements: readonly Statement[] } {
  const statements: Statement[] = [];
  const db = new Proxy(env.DB, {
    get(target, name) {
      if (name !== "prepare") {
        const value: unknown = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      }
      return (sql: string) => {
        const prepared = target.prepare(sql);
        const bind = prepared.bind.bind(prepared);
        prepared.bind = (...params: unknown[]) => {
          statements.push({ sql, params });
          return bind(...params);
        };
        return prepared;
      };
    },
  });
  return { db, statements };
}
