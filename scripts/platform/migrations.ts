import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { unstable_splitSqlQuery } from "wrangler";
import { ClearError, errorText } from "./clear-error.ts";
import { fromRoot } from "./paths.ts";
import { query, type SqlDatabase } from "./sql-database.ts";

/** One file of schema/migrations. */
export interface Migration {
  readonly name: string;
  readonly sql: string;
}

/** The table in which `wrangler d1 migrations apply` keeps what it applied, as it creates it. */
const MIGRATIONS_TABLE = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

/** The migrations of a folder in the order of their names, which is the order in which they apply. */
export async function readMigrations(folder: string = fromRoot("schema", "migrations")): Promise<readonly Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(names.map(async (name) => ({ name, sql: await readFile(join(folder, name), "utf8") })));
}

/**
 * Brings a database up to date and answers the names of what was applied. Forward only: each file once, whole or not at
 * all. Refuses a database that knows migrations which this version does not have.
 */
export async function migrate(database: SqlDatabase, migrations: readonly Migration[]): Promise<readonly string[]> {
  await query(database, MIGRATIONS_TABLE);
  const rows = await query(database, "SELECT name FROM d1_migrations ORDER BY id");
  const applied = new Set(rows.map((row) => String(row.name)));
  refuseNewer(applied, migrations);
  const due = migrations.filter(({ name }) => !applied.has(name));
  for (const migration of due) await apply(database, migration);
  return due.map(({ name }) => name);
}

function refuseNewer(applied: ReadonlySet<string>, migrations: readonly Migration[]): void {
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = [...applied].filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new ClearError(
    `The database has migrations that this version does not know (${unknown.join(", ")}): ` +
      "a newer version has used it. Use that version, or another data folder with AO_DATA=<folder>.",
  );
}

async function apply(database: SqlDatabase, { name, sql }: Migration): Promise<void> {
  const statements = unstable_splitSqlQuery(sql).map((statement) => ({ sql: statement }));
  try {
    await database.batch([...statements, { sql: "INSERT INTO d1_migrations (name) VALUES (?)", params: [name] }]);
  } catch (error) {
    throw new ClearError(`Migration ${name} failed and nothing of it was applied: ${errorText(error)}`);
  }
}
