import { DatabaseSync } from "node:sqlite";
import { readMigrations } from "../scripts/platform/migrations.ts";

/**
 * The tables and indexes that the migrations end in, a statement each. For tests that make them again and again: that
 * the migrations themselves apply is tested by test/unit/scripts/migrations.test.ts and by each first start.
 */
export async function migratedSchema(): Promise<readonly string[]> {
  const database = new DatabaseSync(":memory:");
  for (const { sql } of await readMigrations()) database.exec(sql.replaceAll("--> statement-breakpoint", ""));
  const made = database.prepare("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid").all();
  for (const { name } of made.filter(({ type }) => type === "table")) {
    const row = database.prepare(`SELECT 1 FROM "${name}" LIMIT 1`).get();
    if (row !== undefined) throw new Error(`a migration puts rows into ${name}, which this schema would leave out`);
  }
  return made.map(({ sql }) => String(sql));
}
