import { parentPort, workerData } from "node:worker_threads";
import { historyFrom, play } from "../world/play.ts";
import { RUN_DONE, type Trial, trialSchema, type Verdict } from "./verdict.ts";

/** Plays seed after seed until something is wrong. Runs in a thread of its own, bundled together with the bug. */
async function tryAll({ seed, runs, steps, migrations }: Trial): Promise<Verdict> {
  for (let run = 0; run < runs; run += 1) {
    const { violation } = await play(historyFrom(seed + run, steps), migrations);
    parentPort?.postMessage(RUN_DONE);
    if (violation === null) continue;
    const { invariant, problem, step } = violation;
    return { invariant, problem, seed: seed + run, steps: run * steps + step, runs: run + 1 };
  }
  return { invariant: null, problem: "", seed, steps: runs * steps, runs };
}

if (parentPort !== null) parentPort.postMessage(await tryAll(trialSchema.parse(workerData)));
