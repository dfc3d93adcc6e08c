import { controlDatabase } from "./control-client.ts";
import { type DataFolder, runningInstance } from "./data-folder.ts";
import type { SqlDatabase } from "./sql-database.ts";

/**
 * Works on the database of a data folder and answers what `work` answers. While an instance runs it is asked for its own,
 * which it has migrated; otherwise the files are opened and brought up to date here.
 */
export async function withDatabase<Result>(
  folder: DataFolder,
  work: (database: SqlDatabase) => Promise<Result>,
): Promise<Result> {
  const instance = await runningInstance(folder);
  if (instance !== null) return work(controlDatabase(instance));
  // Loaded here because it takes a second, which is for nothing while an instance runs.
  const { withMigratedFiles } = await import("./database-files.ts");
  return withMigratedFiles(folder, work);
}
