import type { AuditWrite } from "../../schema/wire/audit-rpc.ts";
import { ClearError } from "./clear-error.ts";
import { controlDatabase, controlWrite, type WriteAnswer } from "./control-client.ts";
import { type DataFolder, runningInstance } from "./data-folder.ts";
import type { SqlDatabase } from "./sql-database.ts";

/** The configuration of a local platform: read from its database, written by its audit objects alone. */
export interface Configuration {
  readonly database: SqlDatabase;
  /** Makes a change and its audit entry one transaction, once by the entry's id. */
  write(request: AuditWrite): Promise<WriteAnswer>;
}

/**
 * Works on the configuration of a data folder. While an instance runs it is asked; otherwise the database and the audit
 * objects are run on the files here.
 */
export async function withConfiguration<Result>(
  folder: DataFolder,
  work: (configuration: Configuration) => Promise<Result>,
): Promise<Result> {
  const instance = await runningInstance(folder);
  if (instance !== null) {
    return work({ database: controlDatabase(instance), write: (request) => controlWrite(instance, request) });
  }
  // Loaded here because it takes a second, which is for nothing while an instance runs.
  const { withAuditFiles } = await import("./audit-files.ts");
  return withAuditFiles(folder, work);
}

/** How often a write whose outcome is unknown is asked for again. The entry's id makes it one. */
const ATTEMPTS = 3;

/** Writes a change. Throws a clear error when it was not made: `refusals` say why, by the name of the check. */
export async function writeAudited(
  { write }: Configuration,
  request: AuditWrite,
  refusals: Readonly<Record<string, string>>,
): Promise<void> {
  let answer = await write(request);
  for (let attempt = 1; answer.status === "unavailable" && attempt < ATTEMPTS; attempt += 1) {
    answer = await write(request);
  }
  if (answer.status === "written" || answer.status === "already_written") return;
  const refusal = refusals[answer.check ?? ""];
  if (answer.status === "refused" && refusal !== undefined) throw new ClearError(refusal);
  if (answer.status === "broken") {
    throw new ClearError(
      `Nothing was changed: the audit log of ${request.org_id} does not end where it was left (${answer.problem}). See docs/audit.md.`,
    );
  }
  throw new ClearError(
    `It is not known whether the change was made: the audit log answers ${answer.problem ?? answer.status}. Look with \`list\`, and try again.`,
  );
}
