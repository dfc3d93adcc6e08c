import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Mutant } from "../../scripts/mutants/mutant.ts";
import { ClearError } from "../../scripts/platform/clear-error.ts";
import { buildTrial } from "./build.ts";
import { MONEY_MUTANTS } from "./money.ts";
import { RATE_MUTANTS } from "./rates.ts";
import { STORAGE_MUTANTS } from "./storage.ts";
import { TRANSFER_MUTANTS } from "./transfers.ts";
import { TREE_MUTANTS } from "./tree.ts";
import { RUN_DONE, type Trial, type Verdict, verdictSchema } from "./verdict.ts";

export const MUTANTS: readonly Mutant[] = [
  ...MONEY_MUTANTS,
  ...TREE_MUTANTS,
  ...TRANSFER_MUTANTS,
  ...RATE_MUTANTS,
  ...STORAGE_MUTANTS,
];

/** A bug that makes one run hang is found by that. */
const HANGS_MS = 60_000;
const LANES = 2;

export interface Hunted {
  readonly mutant: Mutant;
  readonly verdict: Verdict;
}

/** Hunts each of the bugs, two at a time, and tells of each as it is done. */
export async function hunt(
  mutants: readonly Mutant[],
  trial: Trial,
  done: (hunted: Hunted) => void,
): Promise<readonly Hunted[]> {
  const folder = await mkdtemp(join(tmpdir(), "ao-sim-"));
  const found = new Map<Mutant, Hunted>();
  const queue = mutants.entries();
  const lane = async (): Promise<void> => {
    for (const [index, mutant] of queue) {
      const bundle = await buildTrial(mutant, folder, `mutant-${index}`);
      const hunted = { mutant, verdict: await runTrial(bundle, trial) };
      found.set(mutant, hunted);
      done(hunted);
    }
  };
  try {
    const sound = await runTrial(await buildTrial(null, folder, "sound"), trial);
    if (sound.invariant !== null) {
      const where = `--seed ${sound.seed} --runs 1 --steps ${trial.steps}`;
      throw new ClearError(
        `Without any bug put in, ${sound.invariant} is broken: mend that first. npm run sim -- ${where}`,
      );
    }
    await Promise.all(Array.from({ length: LANES }, lane));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return mutants.flatMap((mutant) => found.get(mutant) ?? []);
}

function runTrial(bundle: string, trial: Trial): Promise<Verdict> {
  return new Promise((resolve) => {
    const failed = (invariant: Verdict["invariant"], problem: string): Verdict => ({
      invariant,
      problem,
      seed: trial.seed,
      steps: trial.steps,
      runs: 1,
    });
    const worker = new Worker(bundle, { workerData: trial, resourceLimits: { maxOldGenerationSizeMb: 800 } });
    const hangs = (): void => {
      void worker.terminate();
      resolve(failed("hangs", `still running after ${HANGS_MS / 1000} s`));
    };
    let timer = setTimeout(hangs, HANGS_MS);
    worker.on("message", (message) => {
      clearTimeout(timer);
      if (message === RUN_DONE) {
        timer = setTimeout(hangs, HANGS_MS);
        return;
      }
      resolve(verdictSchema.parse(message));
      void worker.terminate();
    });
    worker.once("error", (error) => {
      clearTimeout(timer);
      resolve(failed("I0", String(error)));
    });
  });
}
