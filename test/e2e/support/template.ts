import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startLocalPlatform } from "../../../scripts/harness/local-platform.ts";

/** The one of this process: each of vitest's projects that needs it loads this module for itself. */
const KEY = Symbol.for("ao-data-template");
const made: typeof globalThis & { [KEY]?: Promise<string> } = globalThis;

/**
 * What every platform of a run would do again, done once, for whichever project asks first: the workers are built, and a
 * data folder is migrated and has its owner. Answers the folder, on which nobody runs.
 */
export function dataTemplate(): Promise<string> {
  made[KEY] ??= makeTemplate();
  return made[KEY];
}

/** The same with the sources as they are now. */
export async function newDataTemplate(): Promise<string> {
  await deleteDataTemplate();
  return dataTemplate();
}

export async function deleteDataTemplate(): Promise<void> {
  const folder = made[KEY];
  delete made[KEY];
  if (folder !== undefined) await rm(await folder, { recursive: true, force: true });
}

async function makeTemplate(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), "ao-test-template-"));
  const platform = await startLocalPlatform({ dataDir, args: ["--no-demo"] });
  // In order: what it stored is in its files, and its lock is gone.
  await platform.stop();
  return dataDir;
}
