import { join } from "node:path";
import { convertV4MiniflareOptions, NoOpLog, type V4WorkerOptions } from "miniflare";
import type * as z from "zod";
import { bundleWorker } from "../../scripts/platform/bundle.ts";
import { readWorkerConfig } from "../../scripts/platform/config.ts";
import { WORKERS } from "../../scripts/platform/workers.ts";
import type { Run } from "../harness/harness.ts";
import { bundleBenchWorker } from "./build.ts";
import { startWorkerd, type Workerd } from "./workerd.ts";

const COMPATIBILITY_DATE = "2026-10-20";

/** A worker of ours in a workerd, and what it can be asked. */
export interface BenchWorker extends Workerd {
  ask<Answer>(task: object, schema: z.ZodType<Answer>): Promise<Answer>;
}

/** Starts a worker of `bench/workers`, with others that it binds to. */
export async function startBenchWorker(
  run: Run,
  name: string,
  bindings: Partial<V4WorkerOptions>,
  others: readonly V4WorkerOptions[] = [],
): Promise<BenchWorker> {
  const contents = await bundleBenchWorker(name);
  const options = convertV4MiniflareOptions({
    host: "127.0.0.1",
    port: 0,
    resourcePersistencePath: join(run.folder, "state"),
    log: new NoOpLog(),
    logRequests: false,
    cf: {},
    // Workers log what they do; here only figures are of interest.
    handleStructuredLogs: ({ level, message }) => {
      if (level === "error") console.error(message.slice(0, 500));
    },
    workers: [
      {
        ...bindings,
        name,
        compatibilityDate: COMPATIBILITY_DATE,
        modules: [{ type: "ESModule", path: `${name}.js`, contents }],
      },
      ...others,
    ],
  });
  const workerd = await startWorkerd(options, name, false);
  run.shutdown.add(() => workerd.stop());
  return {
    ...workerd,
    async ask(task, schema) {
      const response = await fetch(`http://127.0.0.1:${workerd.port}/`, { method: "POST", body: JSON.stringify(task) });
      const text = await response.text();
      if (!response.ok) throw new Error(`${name}: ${response.status} ${text.slice(0, 1_000)}`);
      return schema.parse(JSON.parse(text));
    },
  };
}

/** The worker that drives wallet objects, and those objects as production has them. */
export async function startWalletsWorker(run: Run): Promise<BenchWorker> {
  const [wallet_do] = WORKERS;
  const config = readWorkerConfig(wallet_do);
  const { code } = await bundleWorker(config);
  const objects: V4WorkerOptions = {
    name: config.name,
    compatibilityDate: COMPATIBILITY_DATE,
    modules: [{ type: "ESModule", path: "index.js", contents: code }],
    durableObjects: { WALLET: { className: "WalletObject", useSQLite: true } },
    queueProducers: { EVENTS: { queueName: "ao-events" } },
  };
  const bindings: Partial<V4WorkerOptions> = {
    durableObjects: { WALLET: { className: "WalletObject", scriptName: config.name, useSQLite: true } },
    queueConsumers: { "ao-events": { maxBatchSize: 100, maxBatchTimeout: 1 } },
  };
  return await startBenchWorker(run, "wallets-worker", bindings, [objects]);
}
