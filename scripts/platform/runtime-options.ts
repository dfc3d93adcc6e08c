import { dirname } from "node:path";
import { convertV4MiniflareOptions, type MiniflareOptions, NoOpLog, type V4WorkerOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from "wrangler";
import * as z from "zod";
import type { Bundle } from "./bundle.ts";
import { ClearError } from "./clear-error.ts";
import type { WorkerConfig } from "./config.ts";
import { operatorWorker } from "./operator.ts";
import { DIST } from "./paths.ts";
import type { Secrets } from "./secrets.ts";
import { FRONT_DOOR } from "./workers.ts";

/** What a local platform needs to know beyond the wrangler.toml files. */
export interface RuntimeSettings {
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  /** Folder of Durable Objects and D1. */
  readonly state: string;
  readonly secrets: Secrets;
  /** Replaces variables of the wrangler.toml files, by name. */
  readonly vars: Readonly<Record<string, string>>;
  /** Takes what the workers write to their console, one line each. */
  readonly onLog: (level: string, line: string) => void;
}

/** One worker with everything that the runtime needs of it. */
export interface BuiltWorker {
  readonly config: WorkerConfig;
  readonly bundle: Bundle;
}

/** All workers in one runtime, with the bindings of their wrangler.toml files and what is added on this machine only. */
export function runtimeOptions(workers: readonly BuiltWorker[], settings: RuntimeSettings): MiniflareOptions {
  const frontDoor = workers.find(({ config }) => config.folder === FRONT_DOOR);
  if (frontDoor === undefined) throw new ClearError(`The worker ${FRONT_DOOR} is missing.`);
  // The big ones last: each entry of the runtime's configuration copies everything that stands before it.
  const others = workers
    .filter((worker) => worker !== frontDoor)
    .sort((one, other) => one.bundle.size_bytes - other.bundle.size_bytes);
  return convertV4MiniflareOptions({
    ...sharedOptions(settings),
    workers: [
      // The runtime gives requests from outside to the first one.
      workerOptions(frontDoor, settings),
      operatorWorker(
        workers.map(({ config }) => config),
        frontDoor.config,
      ),
      ...others.map((worker) => workerOptions(worker, settings)),
    ],
  });
}

/** The audit worker alone, and what reaches its objects and the database. Nothing is served. */
export const auditRuntimeOptions = (
  audit: BuiltWorker,
  frontDoor: WorkerConfig,
  settings: RuntimeSettings,
): MiniflareOptions =>
  convertV4MiniflareOptions({
    ...sharedOptions(settings),
    // The first one is what can be reached from outside.
    workers: [workerOptions(audit, settings), operatorWorker([audit.config], frontDoor)],
  });

const sharedOptions = (settings: RuntimeSettings) => ({
  host: settings.host,
  port: settings.port,
  resourcePersistencePath: settings.state,
  log: new NoOpLog(),
  logRequests: false,
  // Otherwise the runtime makes up where on earth a caller is.
  cf: {},
  handleStructuredLogs: ({ level, message }: { readonly level: string; readonly message: string }) =>
    settings.onLog(level, message),
});

/** The two kinds of bindings that are added to; wrangler's own types lose them. */
const bindingsSchema = z.object({
  bindings: z.record(z.string(), z.json()),
  serviceBindings: z.record(
    z.string(),
    z.union([z.string(), z.object({ name: z.string(), entrypoint: z.string().optional() })]),
  ),
});

function secretsOf({ secrets }: WorkerConfig, { vars, previous_master_key }: Secrets): Record<string, string> {
  const own = Object.fromEntries(secrets.map((name) => [name, vars[name]]));
  const replacing = previous_master_key !== null && secrets.includes("AO_MASTER_KEY");
  return replacing ? { ...own, AO_MASTER_KEY_PREVIOUS: previous_master_key } : own;
}

function workerOptions({ config, bundle }: BuiltWorker, settings: RuntimeSettings): V4WorkerOptions {
  // Taken out before wrangler sees them: it warns of what it cannot run here.
  const { ai, vectorize, ...here } = unstable_readConfig({ config: config.path }, { hideWarnings: true });
  const options = unstable_getMiniflareWorkerOptions({ ...here, ai: undefined, vectorize: [] }).workerOptions;
  const { bindings, serviceBindings } = bindingsSchema.parse(options);
  const isFrontDoor = config.folder === FRONT_DOOR;
  return {
    ...options,
    name: config.name,
    rootPath: dirname(config.path),
    modulesRoot: DIST,
    modules: [{ type: "ESModule", path: bundle.path, contents: bundle.code }],
    bindings: { ...bindings, ...settings.vars, ...secretsOf(config, settings.secrets) },
    serviceBindings: {
      ...serviceBindings,
      ...standIns(ai, vectorize),
      ...(isFrontDoor ? { SANDBOX } : {}),
    },
  };
}

/** The worker that stands in for what only Cloudflare has, under the names by which the real ones are bound. */
const SANDBOX = "ao-sandbox";

function standIns(
  ai: { readonly binding: string } | undefined,
  vectorize: readonly { readonly binding: string }[],
): Readonly<Record<string, { readonly name: string; readonly entrypoint: string }>> {
  const model = ai === undefined ? [] : [[ai.binding, { name: SANDBOX, entrypoint: "WorkersAi" }] as const];
  const indexes = vectorize.map(({ binding }) => [binding, { name: SANDBOX, entrypoint: "Vectorize" }] as const);
  return Object.fromEntries([...model, ...indexes]);
}
