import { createRequire } from "node:module";
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { bundleWorker } from "./bundle.ts";
import { readWorkerConfig } from "./config.ts";
import { isDue } from "./cron.ts";
import { type BuiltWorker, type RuntimeSettings, runtimeOptions } from "./runtime-options.ts";
import { d1Database, type SqlDatabase } from "./sql-database.ts";
import { WORKERS } from "./workers.ts";

/** All workers, read from their configuration and bundled as for production. */
export async function buildWorkers(): Promise<readonly BuiltWorker[]> {
  return Promise.all(
    WORKERS.map(async (worker) => {
      const config = readWorkerConfig(worker);
      return { config, bundle: await bundleWorker(config) };
    }),
  );
}

/** All workers running together in one runtime in a process of its own. */
export interface Platform {
  /** Without a trailing slash. */
  readonly url: string;
  readonly database: SqlDatabase;
  runCron(cron: string, scheduledTime: number): Promise<void>;
  /** Runs what is due, every minute, until the platform stops. A failing job is reported and does not stop the others. */
  startCron(onError: (error: unknown) => void): void;
  stop(): Promise<void>;
}

/**
 * Has the runtime started through workerd.sh, which ends it when this process is killed. The local runtime takes the path
 * of its program from the environment and passes the environment on.
 */
function bindToThisProcess(): void {
  if (process.platform === "win32" || process.env.MINIFLARE_WORKERD_PATH) return;
  const { default: workerd }: { default: string } = createRequire(import.meta.resolve("miniflare"))("workerd");
  process.env.AO_WORKERD = workerd;
  process.env.MINIFLARE_WORKERD_PATH = join(import.meta.dirname, "workerd.sh");
}

/** Starts the runtime. Resolves when it accepts requests. */
export async function startRuntime(workers: readonly BuiltWorker[], settings: RuntimeSettings): Promise<Platform> {
  bindToThisProcess();
  const runtime = new Miniflare(runtimeOptions(workers, settings));
  const url = await runtime.ready;
  const owner = workers.find(({ config }) => config.config.d1_databases.length > 0);
  if (owner === undefined) throw new Error("no worker binds the database");
  const [binding] = owner.config.config.d1_databases;
  const database = d1Database(await runtime.getD1Database(binding?.binding ?? "", owner.config.name));
  const scheduled = workers.flatMap(({ config }) =>
    (config.config.triggers.crons ?? []).map((cron) => ({ name: config.name, cron })),
  );
  let timer: NodeJS.Timeout | undefined;

  async function runCron(cron: string, scheduledTime: number): Promise<void> {
    for (const { name } of scheduled.filter((job) => job.cron === cron)) {
      const worker = await runtime.getWorker(name);
      const { outcome } = await worker.scheduled({ cron, scheduledTime: new Date(scheduledTime) });
      if (outcome !== "ok") throw new Error(`the scheduled jobs of ${name} ended with ${outcome}`);
    }
  }

  function startCron(onError: (error: unknown) => void): void {
    const minute = 60_000;
    const next = Math.ceil((Date.now() + 1) / minute) * minute;
    timer = setTimeout(() => {
      const due = new Set(scheduled.map((job) => job.cron).filter((cron) => isDue(cron, new Date(next))));
      for (const cron of due) runCron(cron, next).catch(onError);
      startCron(onError);
    }, next - Date.now());
  }

  return {
    url: url.origin,
    database,
    runCron,
    startCron,
    async stop() {
      clearTimeout(timer);
      await runtime.dispose();
    },
  };
}
