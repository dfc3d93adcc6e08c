import { type Job, type JobResult, jobResultSchema } from "../client/job.ts";
import type { Child } from "../rig/child.ts";
import { cpuMicroseconds } from "../rig/process-cpu.ts";
import type { Workerd } from "../rig/workerd.ts";
import type { Scenario, Target } from "./target.ts";

/** One target in one round. */
export interface Round {
  readonly result: JobResult;
  /** CPU time of the target's runtime until the last answer, and of what it did afterwards; 0 for the upstream. */
  readonly cpu_us: number;
  readonly later_cpu_us: number;
}

/** All rounds of one target at one concurrency. */
export interface Measured {
  readonly target: Target;
  readonly concurrency: number;
  readonly rounds: readonly Round[];
}

export interface Plan {
  readonly rounds: number;
  readonly round_ms: number;
}

/**
 * Measures all targets of a scenario. Each round goes over every target, so that what the machine does besides hits all of
 * them alike; every other round goes backwards.
 */
export async function measure(client: Child, scenario: Scenario, plan: Plan): Promise<readonly Measured[]> {
  for (const target of scenario.targets) await warmUp(client, target);
  const measured: Measured[] = [];
  for (const concurrency of scenario.concurrencies) {
    const rows = scenario.targets.map((target) => ({ target, concurrency, rounds: [] as Round[] }));
    for (let round = 0; round < plan.rounds; round += 1) {
      for (const row of round % 2 === 0 ? rows : rows.toReversed()) {
        row.rounds.push(await measureRound(client, row.target, concurrency, plan.round_ms));
      }
    }
    measured.push(...rows);
  }
  return measured;
}

/** Long enough that the code is compiled, every key and wallet known, and every connection open. */
async function warmUp(client: Child, target: Target): Promise<void> {
  const result = await run(client, { ...target.job, concurrency: 16, duration_ms: 250 });
  if (result.first_failure !== null) throw new Error(`${target.name}: ${result.first_failure}`);
}

async function measureRound(client: Child, target: Target, concurrency: number, duration_ms: number): Promise<Round> {
  const { workerd } = target;
  const before = workerd === null ? 0 : cpuMicroseconds(workerd.pid);
  const result = await run(client, { ...target.job, concurrency, duration_ms });
  const after = workerd === null ? 0 : cpuMicroseconds(workerd.pid);
  const later_cpu_us = workerd === null ? 0 : await untilQuiet(workerd);
  return { result, cpu_us: after - before, later_cpu_us };
}

/** Longer than any answer that is still worth a figure takes: a target that hangs ends the run. */
const LAST_ANSWER_MS = 30_000;

/** Has the client make one measurement. */
export const run = (client: Child, job: Job): Promise<JobResult> =>
  client.ask(job, jobResultSchema, job.duration_ms + LAST_ANSWER_MS);

const QUIET_LOOK_MS = 100;
const QUIET_LOOKS_MAX = 20;
/** At most one tick of the kernel's clock in a look. */
const QUIET_US = 10_000;

/** Waits until a runtime has done what it does after its answers, and answers the CPU time that it took for it. */
export async function untilQuiet({ pid }: Workerd): Promise<number> {
  const begun = cpuMicroseconds(pid);
  let last = begun;
  for (let looks = 0; looks < QUIET_LOOKS_MAX; looks += 1) {
    await new Promise((resolve) => setTimeout(resolve, QUIET_LOOK_MS));
    const now = cpuMicroseconds(pid);
    if (now - last <= QUIET_US) return now - begun;
    last = now;
  }
  return last - begun;
}
