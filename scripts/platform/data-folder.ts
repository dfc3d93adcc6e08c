import { randomUUID } from "node:crypto";
import { linkSync } from "node:fs";
import { access, constants, mkdir, readdir, readFile, rm, stat, unlink, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import * as z from "zod";
import { tryParseJson } from "../../schema/kernel/json.ts";
import { ClearError, errorCode, errorText } from "./clear-error.ts";
import { type ControlAddress, controlAddressSchema, pingControl } from "./control-client.ts";
import { ROOT } from "./paths.ts";

/**
 * The data folder: everything that a local platform keeps.
 *
 *     .ai-orchestrator   marks the folder as ours, so that --reset never empties another one
 *     secrets.json       AO_KEY_PEPPER, AO_MASTER_KEY and AO_AUDIT_KEY of this installation
 *     demo.json          the demo keys in plain text, so that they can be shown again
 *     lock.json          who is running, and where it can be asked
 *     state/             Durable Objects, D1 and buckets, as the runtime keeps them
 */
const MARKER = ".ai-orchestrator";

export interface DataFolder {
  readonly path: string;
  /** Where the runtime keeps Durable Objects, D1 and buckets. */
  readonly state: string;
  readonly secrets: string;
  readonly demo: string;
  readonly lock: string;
}

/** The data folder at `path`, relative to the repository; by default AO_DATA or `.data`. Nothing is created. */
export function dataFolder(path: string = process.env.AO_DATA || ".data"): DataFolder {
  const absolute = isAbsolute(path) ? path : resolve(ROOT, path);
  return {
    path: absolute,
    state: join(absolute, "state"),
    secrets: join(absolute, "secrets.json"),
    demo: join(absolute, "demo.json"),
    lock: join(absolute, "lock.json"),
  };
}

/** Creates the folder if need be and marks it as ours. Refuses a folder with other things in it, and one it cannot write. */
export async function prepareDataFolder(folder: DataFolder): Promise<void> {
  const owner = await ownerOf(folder);
  if (owner === "others") {
    throw new ClearError(
      `${folder.path} holds files that are not a data folder's. Choose another folder with AO_DATA=<folder>.`,
    );
  }
  try {
    await makeFolder(folder.path);
    await access(folder.path, constants.W_OK);
    if (owner !== "us") await writeFile(join(folder.path, MARKER), "Data of a local AI Orchestrator.\n");
  } catch (error) {
    throw new ClearError(
      `The data folder ${folder.path} cannot be written (${errorCode(error) ?? errorText(error)}). ` +
        "Choose another one with AO_DATA=<folder>.",
    );
  }
}

/** Deletes everything in a data folder except its lock, which the caller holds. Refuses a folder that is not ours. */
export async function resetDataFolder(folder: DataFolder): Promise<void> {
  if ((await ownerOf(folder)) === "others") {
    throw new ClearError(`${folder.path} does not look like a data folder of ours, so it was not emptied.`);
  }
  const keep: ReadonlySet<string> = new Set([MARKER, "lock.json"]);
  for (const name of await readdir(folder.path)) {
    if (!keep.has(name)) await rm(join(folder.path, name), { recursive: true, force: true });
  }
}

/** Level by level: Node's own recursive mkdir never returns where a level can neither be found nor made, as under /proc. */
async function makeFolder(path: string): Promise<void> {
  const make = () => mkdir(path, { mode: 0o700 });
  try {
    await make();
  } catch (error) {
    if (errorCode(error) === "EEXIST") return;
    if (errorCode(error) !== "ENOENT" || dirname(path) === path) throw error;
    await makeFolder(dirname(path));
    await make();
  }
}

async function ownerOf(folder: DataFolder): Promise<"us" | "nobody" | "others"> {
  const names = await readdir(folder.path).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return [];
    throw new ClearError(
      `The data folder ${folder.path} cannot be read (${errorCode(error) ?? errorText(error)}). Choose another one with AO_DATA=<folder>.`,
    );
  });
  if (names.some((name) => name === MARKER)) return "us";
  return names.length === 0 ? "nobody" : "others";
}

const lockSchema = controlAddressSchema.extend({ pid: z.int() });
export type Lock = z.infer<typeof lockSchema>;

/** Who runs on this data folder now: it answers under the token that only the folder's owner can read. */
export async function runningInstance(folder: DataFolder): Promise<Lock | null> {
  const lock = await readLock(folder);
  return lock !== null && (await pingControl(lock)) ? lock : null;
}

/**
 * Takes the folder for this process. `address` must be answering already, because that is how others see that the lock is
 * alive: a process id alone says little after a restart, and nothing in a container. A stale lock is replaced.
 */
export async function takeLock(folder: DataFolder, address: ControlAddress): Promise<void> {
  const mine: Lock = { ...address, pid: process.pid };
  const draft = `${folder.lock}.${process.pid}.${randomUUID()}`;
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    if (claim(draft, folder.lock)) return;
    const found = await readFile(folder.lock, "utf8").catch(() => "");
    const other = await runningInstance(folder);
    if (other !== null) throw alreadyRunning(folder, other);
    if (!(await replaceStale(folder, draft, found))) {
      throw new ClearError(`Another start on ${folder.path} was faster than this one.`);
    }
  } finally {
    await unlink(draft);
  }
}

/** Gives the folder back, if it is this process that holds it. */
export async function releaseLock(folder: DataFolder): Promise<void> {
  if ((await readLock(folder))?.pid === process.pid) await rm(folder.lock, { force: true });
}

const alreadyRunning = (folder: DataFolder, lock: Lock): ClearError =>
  new ClearError(
    `Another instance (process ${lock.pid}) is running on ${folder.path}. ` +
      "Stop it first, or choose another data folder with AO_DATA=<folder>.",
  );

/** A takeover is a matter of milliseconds: one that lies there for longer was itself killed. */
const TAKEOVER_TIMEOUT_MS = 10_000;

/**
 * Puts `draft` in the place of the stale lock that was found. False when another process does so, or has done so: only
 * the one that holds the takeover file may remove a lock, and only the very lock that it saw to be stale.
 */
async function replaceStale(folder: DataFolder, draft: string, found: string): Promise<boolean> {
  const takeover = `${folder.lock}.takeover`;
  const since = await stat(takeover).catch(() => null);
  if (since !== null && Date.now() - since.mtimeMs > TAKEOVER_TIMEOUT_MS) await rm(takeover, { force: true });
  if (!claim(draft, takeover)) return false;
  try {
    if ((await readFile(folder.lock, "utf8").catch(() => found)) !== found) return false;
    await rm(folder.lock, { force: true });
    return claim(draft, folder.lock);
  } finally {
    await unlink(takeover);
  }
}

/** A link appears with its content or not at all, and never replaces what is there. */
function claim(draft: string, lock: string): boolean {
  try {
    linkSync(draft, lock);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

async function readLock(folder: DataFolder): Promise<Lock | null> {
  const text = await readFile(folder.lock, "utf8").catch(() => "");
  return lockSchema.safeParse(tryParseJson(text)).data ?? null;
}
