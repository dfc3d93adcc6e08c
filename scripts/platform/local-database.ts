import { Miniflare } from "miniflare";
import { bindRuntimeToThisProcess } from "./bind-runtime.ts";
import { ClearError } from "./clear-error.ts";
import { readWorkerConfig } from "./config.ts";
import { controlDatabase } from "./control-client.ts";
import { openControl } from "./control-server.ts";
import { type DataFolder, prepareDataFolder, releaseLock, runningInstance, takeLock } from "./data-folder.ts";
import { migrate, readMigrations } from "./migrations.ts";
import { d1Database, type SqlDatabase } from "./sql-database.ts";
import { GATEWAY } from "./workers.ts";

/**
 * Works on the D1 database of a data folder and answers what `work` answers. While an instance runs, its own database is
 * asked through it; otherwise the files are opened here, under the lock that keeps an instance from starting meanwhile.
 */
export async function withDatabase<Result>(
  folder: DataFolder,
  work: (database: SqlDatabase) => Promise<Result>,
): Promise<Result> {
  const instance = await runningInstance(folder);
  if (instance !== null) return work(controlDatabase(instance));
  await prepareDataFolder(folder);
  const control = await openControl();
  try {
    await takeLock(folder, control.address);
    try {
      return await withFiles(folder, work);
    } finally {
      await releaseLock(folder);
    }
  } finally {
    await control.close();
  }
}

/** The same after bringing the database up to date, for commands that need its tables. */
export const withMigratedDatabase = <Result>(
  folder: DataFolder,
  work: (database: SqlDatabase) => Promise<Result>,
): Promise<Result> =>
  withDatabase(folder, async (database) => {
    await migrate(database, await readMigrations());
    return work(database);
  });

async function withFiles<Result>(
  folder: DataFolder,
  work: (database: SqlDatabase) => Promise<Result>,
): Promise<Result> {
  bindRuntimeToThisProcess();
  const runtime = new Miniflare({
    cf: false,
    enableDevRegistry: false,
    resourcePersistencePath: folder.state,
    workers: [
      {
        config: {
          name: "database",
          compatibilityDate: "2026-10-20",
          manifest: {
            mainModule: "index.js",
            modules: { "index.js": { type: "esm", contents: "export default {}" } },
          },
          env: { DB: { type: "d1", id: databaseId() } },
        },
      },
    ],
  });
  try {
    return await work(d1Database(await runtime.getD1Database("DB")));
  } finally {
    await runtime.dispose();
  }
}

/** The id under which the runtime keeps the gateway's database. */
function databaseId(): string {
  const id = readWorkerConfig(GATEWAY).d1_databases[0]?.database_id;
  if (id === undefined) throw new ClearError("wrangler.toml names no D1 database.");
  return id;
}
