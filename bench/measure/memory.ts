import type { Child } from "../rig/child.ts";
import { residentBytes } from "../rig/process-cpu.ts";
import { run, untilQuiet } from "./rounds.ts";
import type { Target } from "./target.ts";

export interface MemoryRow {
  readonly target: string;
  readonly streams: number;
  readonly before_bytes: number;
  readonly peak_bytes: number;
  readonly bytes_per_stream: number;
}

const STREAMS = 500;
const LOOK_MS = 100;
/** For the connections to open; far less than a stream takes. */
const OPENING_MS = 1_000;

/**
 * What an open stream costs in memory: the growth of the runtime's resident memory while many are open, divided by their
 * number. A first wave grows what does not shrink again, so the second one is measured. Garbage that was not collected
 * yet counts too, so the figure is an upper bound.
 */
export async function measureMemory(client: Child, target: Target): Promise<MemoryRow> {
  const { workerd } = target;
  if (workerd === null) throw new Error("only a runtime's memory is measured");
  const wave = () => run(client, { ...target.job, concurrency: STREAMS, duration_ms: OPENING_MS });
  await wave();
  await untilQuiet(workerd);
  const before_bytes = residentBytes(workerd.pid);
  let peak_bytes = before_bytes;
  const watch = setInterval(() => {
    peak_bytes = Math.max(peak_bytes, residentBytes(workerd.pid));
  }, LOOK_MS);
  const result = await wave().finally(() => clearInterval(watch));
  if (result.first_failure !== null) throw new Error(`${target.name}: ${result.first_failure}`);
  await untilQuiet(workerd);
  const bytes_per_stream = (peak_bytes - before_bytes) / STREAMS;
  return { target: target.name, streams: STREAMS, before_bytes, peak_bytes, bytes_per_stream };
}
