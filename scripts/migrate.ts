import { runMain } from "./platform/clear-error.ts";
import { readWorkerConfig } from "./platform/config.ts";
import { controlDatabase } from "./platform/control-client.ts";
import { dataFolder, runningInstance } from "./platform/data-folder.ts";
import { withDatabaseFiles } from "./platform/database-files.ts";
import { migrate, readMigrations } from "./platform/migrations.ts";
import { showProgram } from "./platform/program.ts";
import { GATEWAY } from "./platform/workers.ts";

/**
 * `npm run migrate`: brings the database of the data folder up to date. With `-- --remote` the one at Cloudflare, through
 * wrangler, which keeps the same record of what it applied.
 */
await runMain(async () => {
  const args = process.argv.slice(2);
  if (args.includes("--remote")) await migrateRemote(args);
  else await migrateLocal();
});

async function migrateLocal(): Promise<void> {
  const folder = dataFolder();
  const migrations = await readMigrations();
  const instance = await runningInstance(folder);
  const applied =
    instance === null
      ? await withDatabaseFiles(folder, (database) => migrate(database, migrations))
      : await migrate(controlDatabase(instance), migrations);
  for (const name of applied) console.log(`✓ ${name}`);
  console.log(`${applied.length} applied, ${migrations.length - applied.length} were there before, in ${folder.path}.`);
}

async function migrateRemote(args: readonly string[]): Promise<void> {
  const { path, d1_databases } = readWorkerConfig(GATEWAY);
  const name = d1_databases[0]?.database_name ?? "ao";
  process.exitCode = (await showProgram("wrangler", "d1", "migrations", "apply", name, "-c", path, ...args)) ?? 1;
}
