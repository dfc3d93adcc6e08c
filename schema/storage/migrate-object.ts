/**
 * Brings the tables of a Durable Object to the newest version. `steps` are lists of statements, forward-only: an object
 * runs those that it lacks when it starts, each step and its mark in one transaction.
 */
export function migrateObject(storage: DurableObjectStorage, steps: readonly (readonly string[])[]): void {
  const { sql } = storage;
  sql.exec("CREATE TABLE IF NOT EXISTS migration (version INTEGER PRIMARY KEY) STRICT");
  const done = sql
    .exec<{ version: number }>("SELECT coalesce(max(version), 0) AS version FROM migration")
    .one().version;
  for (const [index, statements] of steps.entries()) {
    if (index < done) continue;
    storage.transactionSync(() => {
      for (const statement of statements) sql.exec(statement);
      sql.exec("INSERT INTO migration (version) VALUES (?)", index + 1);
    });
  }
}
