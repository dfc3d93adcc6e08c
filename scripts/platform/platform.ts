import { Miniflare } from "miniflare";
import { bundleApp } from "./app-bundle.ts";
import { bindRuntimeToThisProcess } from "./bind-runtime.ts";
import { builtBundle, bundleWorker } from "./bundle.ts";
import { readWorkerConfig } from "./config.ts";
import type { ControlHandlers } from "./control-server.ts";
import { isDue } from "./cron.ts";
import { OPERATOR, operatorOf } from "./operator.ts";
import { type BuiltWorker, type RuntimeSettings, runtimeOptions } from "./runtime-options.ts";
import type { SqlDatabase } from "./sql-database.ts";
import { WORKERS } from "./workers.ts";

/** All workers, read from their configuration and bundled as for production, the console's pages among its assets. */
export async function buildWorkers(): Promise<readonly BuiltWorker[]> {
  await bundleApp();
  return Promise.all(
    WORKERS.map(async (worker) => {
      const config = readWorkerConfig(worker);
      return { config, bundle: await bundleWorker(config) };
    }),
  );
}

/** All workers as the last build left them, and the console's pages too. */
export const builtWorkers = (): Promise<readonly BuiltWorker[]> =>
  Promise.all(
    WORKERS.map(async (worker) => {
      const config = readWorkerConfig(worker);
      return { config, bundle: await builtBundle(config) };
    }),
  );

/** All workers running together in one runtime in a process of its own. */
export interface Platform extends ControlHandlers {
  /** Without a trailing slash. */
  readonly url: string;
  /** Runs what is due, every minute, until the platform stops. A failing job is reported and does not stop the others. */
  startCron(onError: (error: unknown) => void): void;
  /** Goes on with other code at the same address. Objects start anew from what they stored. */
  update(workers: readonly BuiltWorker[]): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the runtime. Resolves when it accepts requests. */
export async function startRuntime(workers: readonly BuiltWorker[], settings: RuntimeSettings): Promise<Platform> {
  bindRuntimeToThisProcess();
  const runtime = new Miniflare(runtimeOptions(workers, settings));
  const url = await runtime.ready;
  const newOperator = async () => operatorOf(await runtime.getWorker(OPERATOR));
  let operator = await newOperator();
  const database: SqlDatabase = { batch: (statements) => operator.batch(statements) };
  const scheduled = workers.flatMap(({ config }) =>
    (config.triggers.crons ?? []).map((cron) => ({ name: config.name, cron })),
  );
  let timer: NodeJS.Timeout | undefined;

  async function runCron(cron: string, scheduledTime: number): Promise<void> {
    for (const { name } of scheduled.filter((job) => job.cron === cron)) {
      const outcome = await operator.scheduled({ worker: name, cron, scheduled_time: scheduledTime });
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
    fetchWorker: (worker, request) => operator.fetch({ worker, ...request }),
    async appendAudit(org_id, entries) {
      const { status } = await operator.append({ org_id, entries });
      if (status !== "written") throw new Error(`the audit chain answers ${status}`);
    },
    write: (request) => operator.write(request),
    async update(others) {
      await runtime.setOptions(runtimeOptions(others, { ...settings, port: Number(url.port) }));
      // The one from before the update is no longer good.
      operator = await newOperator();
    },
    async stop() {
      clearTimeout(timer);
      await runtime.dispose();
    },
  };
}
