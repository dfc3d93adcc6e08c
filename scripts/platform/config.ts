import { existsSync } from "node:fs";
import { unstable_readConfig } from "wrangler";
import * as z from "zod";
import { ClearError } from "./clear-error.ts";
import { fromRoot } from "./paths.ts";
import type { SecretName } from "./secrets.ts";
import type { Worker } from "./workers.ts";

/** What of a wrangler.toml the scripts look at themselves, as wrangler's own reader answers it. */
const configSchema = z.object({
  name: z.string(),
  /** Absolute path of the entry module. */
  main: z.string(),
  compatibility_flags: z.array(z.string()),
  d1_databases: z.array(z.object({ binding: z.string(), database_name: z.string(), database_id: z.string() })),
  triggers: z.object({ crons: z.array(z.string()).optional() }),
});

/** A worker's wrangler.toml. `name` is what it is deployed under, by which the others bind to it. */
export interface WorkerConfig extends z.infer<typeof configSchema> {
  readonly folder: string;
  readonly secrets: readonly SecretName[];
  /** Absolute path of the wrangler.toml. */
  readonly path: string;
  /** Whether `node:` modules are there at run time. */
  readonly node_modules: boolean;
}

export function readWorkerConfig(worker: Worker): WorkerConfig {
  const path = fromRoot(worker.config);
  const parsed = configSchema.safeParse(unstable_readConfig({ config: path }, { hideWarnings: true }));
  if (!parsed.success) throw new ClearError(`${worker.config}: ${z.prettifyError(parsed.error)}`);
  const config = parsed.data;
  if (!existsSync(config.main)) {
    throw new ClearError(`${worker.config} names ${config.main} as its main, and there is no such file.`);
  }
  const node_modules = config.compatibility_flags.some((flag) => flag.startsWith("nodejs_"));
  return { ...config, folder: worker.folder, secrets: worker.secrets, path, node_modules };
}
