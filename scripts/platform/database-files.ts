import { Miniflare } from "miniflare";
import { bindRuntimeToThisProcess } from "./bind-runtime.ts";
import { ClearError } from "./clear-error.ts";
import { readWorkerConfig } from "./config.ts";
import { openControl } from "./control-server.ts";
import { type DataFolder, prepareDataFolder, releaseLock, takeLock } from "./data-folder.ts";
import { migrate, readMigrations } from "./migrations.ts";
import { d1Database, type SqlDatabase } from "./sql-database.ts";
import { GATEWAY } from "./workers.ts";

/**
 * Works on the D1 files of a data folder that no instance runs on, under the lock that keeps one from starting meanwhile.
 */
export const withDatabaseFiles = <Result>(
  folder: DataFolder,
  work: (database: SqlDatabase) => Promise<Result>,
): Promise<Result> => withLockedFolder(folder, () => withFiles(folder, work));

/** Holds the lock of a data folder while something is done to its files. */
export async function withLockedFolder<Result>(folder: DataFolder, work: () => Promise<Result>): Promise<Result> {
  await prepareDataFolder(folder);
  const control = await openControl();
  try {
    await takeLock(folder, control.address);
    try {
      return await work();
    } finally {
      await releaseLock(folder);
    }
  } finally {
    await control.close();
  }
}

/** The same after bringing the database up to date, for work that needs its tables. */
export const withMigratedFiles = <Result>(
  folder: DataFolder,
  work: (database: SqlDatabase) => Promise<Result>,
): Promise<Result> =>
  withDatabaseFiles(folder, async (database) => {
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
