import type { Database } from "../../workers/cron/env.ts";

/** What happens to a write: `before` and nothing is written, `after` and it is written, yet the caller is told it failed. */
export type Fault = "none" | "before" | "after";

/** A database whose writes fail as `next` says, write by write. */
export function faultyDatabase(db: D1Database, next: () => Fault): Database {
  return {
    prepare: (sql) => db.prepare(sql),
    batch: async <T>(statements: D1PreparedStatement[]) => {
      const fault = next();
      if (fault === "before") throw new Error("D1_ERROR: the database is down");
      const results = await db.batch<T>(statements);
      if (fault === "after") throw new Error("D1_ERROR: the connection was lost");
      return results;
    },
  };
}

/** The faults given, one a write, and none from there on. */
export function faults(...list: Fault[]): () => Fault {
  return () => list.shift() ?? "none";
}
