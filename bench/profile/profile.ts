import * as z from "zod";
import { run, untilQuiet } from "../measure/rounds.ts";
import type { Target } from "../measure/target.ts";
import type { Child } from "../rig/child.ts";
import type { Gateway } from "../rig/gateway.ts";
import { cpuMicroseconds } from "../rig/process-cpu.ts";
import { cpuProfileSchema, type FunctionTime, functionTimes, SAMPLE_EVERY_US } from "./cpu-profile.ts";
import { inspect } from "./inspector.ts";

/** What one request costs in one isolate under load. Times are microseconds per request. */
export interface IsolateProfile {
  readonly target: string;
  /** The worker's name. */
  readonly worker: string;
  readonly concurrency: number;
  readonly requests: number;
  /** CPU time of the whole process, profiler and what follows a request included. */
  readonly process_us: number;
  /** Spent in the isolate. */
  readonly isolate_us: number;
  readonly functions: readonly FunctionTime[];
}

export interface ProfiledWorker {
  readonly name: string;
  /** The module of each line of its bundle. */
  readonly modules: readonly string[];
}

const nothing = z.unknown();
const stopped = z.object({ profile: cpuProfileSchema });

/**
 * Profiles one isolate of the gateway's runtime under load, what follows the last answer included. One at a time: each
 * profiler is a thread that takes time from what it watches.
 */
export async function profileWorker(
  client: Child,
  gateway: Gateway,
  target: Target,
  load: { readonly concurrency: number; readonly duration_ms: number },
  worker: ProfiledWorker,
): Promise<IsolateProfile> {
  await run(client, { ...target.job, concurrency: load.concurrency, duration_ms: load.duration_ms / 2 });
  await untilQuiet(gateway);
  const inspector = await inspect(await gateway.runtime.getInspectorURL(), `core:user:${worker.name}`);
  try {
    await inspector.call("Profiler.enable", {}, nothing);
    await inspector.call("Profiler.setSamplingInterval", { interval: SAMPLE_EVERY_US }, nothing);
    await inspector.call("Profiler.start", {}, nothing);
    const before = cpuMicroseconds(gateway.pid);
    const { requests, first_failure } = await run(client, { ...target.job, ...load });
    if (first_failure !== null) throw new Error(`${target.name}: ${first_failure}`);
    await untilQuiet(gateway);
    const process_us = (cpuMicroseconds(gateway.pid) - before) / requests;
    const { profile } = await inspector.call("Profiler.stop", {}, stopped);
    const functions = functionTimes(profile, worker.modules).map((time) => ({
      ...time,
      self_us: time.self_us / requests,
      total_us: time.total_us / requests,
    }));
    const isolate_us = functions.reduce((sum, time) => sum + time.self_us, 0);
    const { concurrency } = load;
    return { target: target.name, worker: worker.name, concurrency, requests, process_us, isolate_us, functions };
  } finally {
    inspector.close();
  }
}
