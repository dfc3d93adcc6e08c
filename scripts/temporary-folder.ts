import { mkdtemp, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A disk in memory, where there is one: the runtime waits for the disk at each commit, and tests need none to survive. */
const MEMORY_DISK = "/dev/shm";
/** A run keeps a tenth of that there at its fullest. In a container it often has 64 MB. */
const ROOM_BYTES = 2 ** 30;
/** Beside what tests need for themselves, four platforms and two browsers. */
const MEMORY_BYTES = 6 * 2 ** 30;

/** Makes the folder in which everything of a run of the tests is that nobody needs after it. */
export async function temporaryFolder(): Promise<string> {
  const disk = await statfs(MEMORY_DISK).catch(() => null);
  const roomy = disk !== null && disk.bavail * disk.bsize >= ROOM_BYTES && process.availableMemory() >= MEMORY_BYTES;
  const parent = process.env.TMPDIR === undefined && roomy ? MEMORY_DISK : tmpdir();
  return mkdtemp(join(parent, "ao-run-"));
}
