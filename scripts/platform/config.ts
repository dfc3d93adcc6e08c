import { existsSync } from "node:fs";
import { type Unstable_Config, unstable_readConfig } from "wrangler";
import { ClearError } from "./clear-error.ts";
import { fromRoot } from "./paths.ts";
import type { WORKERS } from "./workers.ts";

/** A worker's wrangler.toml, read by wrangler itself. */
export interface WorkerConfig {
  readonly folder: string;
  /** Absolute path of the wrangler.toml. */
  readonly path: string;
  /** The name it is deployed under, by which the others bind to it. */
  readonly name: string;
  /** Absolute path of the entry module. */
  readonly main: string;
  /** Whether `node:` modules are there at run time. */
  readonly nodeModules: boolean;
  readonly config: Unstable_Config;
}

export function readWorkerConfig(worker: (typeof WORKERS)[number]): WorkerConfig {
  const path = fromRoot(worker.config);
  const config = unstable_readConfig({ config: path }, { hideWarnings: true });
  const { name, main } = config;
  if (name === undefined || main === undefined) throw new ClearError(`${worker.config} needs a name and a main.`);
  if (!existsSync(main)) throw new ClearError(`${worker.config} names ${main} as its main, and there is no such file.`);
  const nodeModules = config.compatibility_flags.some((flag) => flag.startsWith("nodejs_"));
  return { folder: worker.folder, path, name, main, nodeModules, config };
}
