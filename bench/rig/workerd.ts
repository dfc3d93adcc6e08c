import { createRequire } from "node:module";
import { CORE_PLUGIN, convertV4MiniflareOptions, Miniflare, type MiniflareOptions, NoOpLog } from "miniflare";
import * as z from "zod";
import { fromRoot } from "../../scripts/platform/paths.ts";
import { childrenOf } from "./process-cpu.ts";

/** One workerd process with a socket that leads straight to one of its workers. */
export interface Workerd {
  readonly pid: number;
  readonly port: number;
  readonly runtime: Miniflare;
  stop(): Promise<void>;
}

const COMPATIBILITY_DATE = "2026-10-20";

/**
 * Starts a workerd process. Miniflare writes its configuration, because D1 and queues are workers of miniflare's, and
 * then stays out of the way: requests come to a socket of workerd's own that is bound to `worker`, and what a worker
 * fetches goes to the network directly (see `withoutInterceptor`). `inspector` opens V8's inspector, which costs time.
 */
export async function startWorkerd(options: MiniflareOptions, worker: string, inspector: boolean): Promise<Workerd> {
  withoutInterceptor();
  bindToThisProcess();
  const before = new Set(childrenOf(process.pid));
  const runtime = new Miniflare({
    ...options,
    ...(inspector ? { inspectorPort: 0 } : {}),
    workers: options.workers.map((entry) => ({
      ...entry,
      dev: { ...entry.dev, unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }] },
    })),
  });
  await runtime.ready;
  const [pid, ...more] = childrenOf(process.pid).filter((child) => !before.has(child));
  if (pid === undefined || more.length > 0) throw new Error("the runtime is not the one new process");
  const url = await runtime.unsafeGetDirectURL(worker);
  return { pid, port: Number(url.port), runtime, stop: () => runtime.dispose() };
}

/** A workerd with the bare Worker alone. */
export function startBare(code: string, upstream: string): Promise<Workerd> {
  const options = convertV4MiniflareOptions({
    host: "127.0.0.1",
    port: 0,
    log: new NoOpLog(),
    logRequests: false,
    cf: {},
    workers: [
      {
        name: "bare",
        compatibilityDate: COMPATIBILITY_DATE,
        modules: [{ type: "ESModule", path: "index.js", contents: code }],
        bindings: { UPSTREAM: upstream },
      },
    ],
  });
  return startWorkerd(options, "bare", false);
}

const servicesSchema = z.array(
  z.looseObject({ name: z.string(), worker: z.looseObject({ globalOutbound: z.unknown() }).optional() }),
);

let patched = false;

/**
 * Miniflare puts a worker of its own between each worker and the network, which adds a header and a hop. Production has
 * none, so the workers' global fetch is given the network itself. There is no option for it.
 */
function withoutInterceptor(): void {
  if (patched) return;
  patched = true;
  const original = CORE_PLUGIN.getServices;
  CORE_PLUGIN.getServices = async (input) => {
    const answer = await original.call(CORE_PLUGIN, input);
    const services = Array.isArray(answer) ? answer : answer?.services;
    // The schema only looks: what is changed are the objects that miniflare made.
    servicesSchema.parse(services);
    for (const service of services ?? []) {
      if ("worker" in service && service.worker !== undefined && service.name?.startsWith("core:user:")) {
        service.worker.globalOutbound = { name: "internet" };
      }
    }
    return answer;
  };
}

/** The runtime ends with this process, also when it is killed: see scripts/platform/workerd.sh. */
function bindToThisProcess(): void {
  if (process.env.MINIFLARE_WORKERD_PATH) return;
  const { default: workerd } = workerdModule.parse(createRequire(import.meta.resolve("miniflare"))("workerd"));
  process.env.AO_WORKERD = workerd;
  process.env.MINIFLARE_WORKERD_PATH = fromRoot("scripts", "platform", "workerd.sh");
}

const workerdModule = z.object({ default: z.string(), version: z.string() });

/** The version of the runtime's program. */
export const workerdVersion = (): string =>
  workerdModule.parse(createRequire(import.meta.resolve("miniflare"))("workerd")).version;
