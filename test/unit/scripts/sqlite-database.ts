import { DatabaseSync } from "node:sqlite";
import type { SqlDatabase } from "../../../scripts/platform/sql-database.ts";

/** SQLite in memory, with one transaction per batch as D1 has it. */
export function sqliteDatabase(): SqlDatabase {
  const database = new DatabaseSync(":memory:");
  return {
    async batch(statements) {
      database.exec("BEGIN");
      try {
        const rows = statements.map(({ sql, params = [] }) =>
          database
            .prepare(sql)
            .all(...params)
            .map((row) => ({ ...row })),
        );
        database.exec("COMMIT");
        return rows;
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    },
  };
}
