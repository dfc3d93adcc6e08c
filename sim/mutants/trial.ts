import { parentPort, workerData } from "node:worker_threads";
import * as z from "zod";
import { historyFrom, play } from "../world/play.ts";

/** What a trial is given, and what it says. */
export const trialSchema = z.object({
  seed: z.int(),
  runs: z.int(),
  steps: z.int(),
  migrations: z.array(z.string()),
});
export type Trial = z.infer<typeof trialSchema>;

export const verdictSchema = z.object({
  /** Null when the bug was not found. */
  invariant: z.string().nullable(),
  problem: z.string(),
  seed: z.int(),
  /** Steps before it was found, in all runs. */
  steps: z.int(),
  runs: z.int(),
});
export type Verdict = z.infer<typeof verdictSchema>;

/** Plays seed after seed until something is wrong. Runs in a thread of its own, bundled together with the bug. */
async function tryAll({ seed, runs, steps, migrations }: Trial): Promise<Verdict> {
  for (let run = 0; run < runs; run += 1) {
    const { violation } = await play(historyFrom(seed + run, steps), migrations);
    if (violation === null) continue;
    const { invariant, problem, step } = violation;
    return { invariant, problem, seed: seed + run, steps: run * steps + step, runs: run + 1 };
  }
  return { invariant: null, problem: "", seed, steps: runs * steps, runs };
}

if (parentPort !== null) parentPort.postMessage(await tryAll(trialSchema.parse(workerData)));
