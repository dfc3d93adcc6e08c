import { glob, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type LocalPlatform,
  type LocalPlatformOptions,
  startLocalPlatform,
} from "../../../scripts/harness/local-platform.ts";

export interface PlatformOptions extends Omit<LocalPlatformOptions, "dataDir"> {
  /** Kept when given; otherwise a new temporary folder, deleted by `dispose`. */
  readonly dataDir?: string;
}

/** The whole platform as `npm start` starts it, on a data folder of its own. */
export interface TestPlatform extends LocalPlatform {
  /** Stops it if it runs, and deletes its temporary data folder. */
  dispose(): Promise<void>;
}

export async function startPlatform(options: PlatformOptions = {}): Promise<TestPlatform> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "ao-test-")));
  const platform = await startLocalPlatform({ ...options, dataDir });
  return {
    ...platform,
    async dispose() {
      await platform.dispose();
      await expectNoCanary(dataDir, platform.lines);
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Tests plant credentials, prompts and passwords that begin like this. */
const CANARIES = ["sk-canary", "canary-prompt", "a long passphrase"] as const;

const holdsCanary = (content: string | Buffer): boolean => CANARIES.some((canary) => content.includes(canary));

/**
 * After everything that a test file did: no planted secret or prompt is in a line that was written, nor in a file of the
 * platform, its databases included.
 */
async function expectNoCanary(dataDir: string, lines: readonly string[]): Promise<void> {
  const line = lines.find(holdsCanary);
  if (line !== undefined) throw new Error(`a planted secret is in the log: ${line}`);
  for await (const path of glob("**/*", { cwd: dataDir })) {
    const content = await readFile(join(dataDir, path)).catch(() => null);
    if (content !== null && holdsCanary(content)) throw new Error(`a planted secret is in ${path}`);
  }
}
