import { cp, glob, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import {
  type LocalPlatform,
  type LocalPlatformOptions,
  startLocalPlatform,
} from "../../../scripts/harness/local-platform.ts";

export interface PlatformOptions extends Omit<LocalPlatformOptions, "dataDir"> {
  /** From nothing, as at the first `npm start`: it builds, migrates and makes its owner, which takes three times as long. */
  readonly first?: boolean;
}

/** The whole platform as `npm start` starts it, on a temporary data folder of its own. */
export interface TestPlatform extends LocalPlatform {
  /** Stops it if it runs, and deletes its temporary data folder. */
  dispose(): Promise<void>;
}

/**
 * What a test would otherwise wait for, again and again: until a change is seen by the gateway, and until what was spent
 * is on its way to the log. Shorter here, and all the same in between.
 */
const QUICK = { AO_SNAPSHOT_MS: "1000", AO_DRAIN_DELAY_MS: "200" } as const;

/**
 * With what the run has built, on a copy of the data folder that it has prepared, unless this is to be the first start.
 * `template` is that folder, for who is no test and cannot look it up.
 */
export async function startPlatform(
  { first = false, args = [], vars = {}, demoTraffic = false }: PlatformOptions = {},
  template?: string,
): Promise<TestPlatform> {
  const dataDir = await mkdtemp(join(tmpdir(), "ao-test-"));
  if (!first) await cp(template ?? inject("dataTemplate"), dataDir, { recursive: true });
  const platform = await startLocalPlatform({
    dataDir,
    demoTraffic,
    args: first ? args : [...args, "--built"],
    vars: first ? vars : { ...QUICK, ...vars },
  });
  return {
    ...platform,
    async dispose() {
      await platform.dispose();
      await expectNoCanary(dataDir, platform.lines);
      await rm(dataDir, { recursive: true, force: true });
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

declare module "vitest" {
  export interface ProvidedContext {
    /** A data folder, migrated and with an owner, which nobody runs on. */
    dataTemplate: string;
  }
}
