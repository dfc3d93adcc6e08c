import { mkdtemp, rm } from "node:fs/promises";
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
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
}
