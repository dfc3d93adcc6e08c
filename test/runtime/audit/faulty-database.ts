import type { Database } from "../../../workers/audit/env.ts";

/** What happens to a batch: `before` and nothing is written, `after` and it is written, yet the caller is told it failed. */
export type Fault = "none" | "before" | "after";

/** A database whose batches fail as the list says, one by one, and none from there on. Each write is two: look, then write. */
export function faultyDatabase(db: D1Database, ...list: Fault[]): Database {
  return {
    prepare: (sql) => db.prepare(sql),
    batch: async <T>(statements: D1PreparedStatement[]) => {
      const fault = list.shift() ?? "none";
      if (fault === "before") throw new Error("D1_ERROR: the database is down");
      const results = await db.batch<T>(statements);
      if (fault === "after") throw new Error("D1_ERROR: the connection was lost");
      return results;
    },
  };
}
