import { profileOf } from "../faults/profile.ts";
import { historyOf } from "../history/generate.ts";
import type { Step } from "../history/step.ts";
import { treeOf } from "../history/tree.ts";
import type { Violation } from "../invariants/violation.ts";
import { withDigestAtOnce } from "./digest-at-once.ts";
import { quietly } from "./quietly.ts";
import { World } from "./world.ts";

export interface Played {
  readonly violation: Violation | null;
  /** How often each kind of answer was seen. */
  readonly seen: ReadonlyMap<string, number>;
  /** The last that was said between wallets, gateways and the console, oldest first. */
  readonly trace: readonly string[];
  /** Every answer that a gateway got, in order. */
  readonly answers: readonly string[];
}

/** All of a run but what follows from its seed: with fewer steps it is another run in the same weather. */
export interface History {
  readonly seed: number;
  readonly steps: readonly Step[];
  /** When faults stop, since the beginning. */
  readonly faults_until_ms: number;
  /** Objects live no longer than their calls: each finds one that knows only what is stored. */
  readonly forgetful?: boolean;
}

const TAIL_MS = 5 * 60_000;

export function historyFrom(seed: number, count: number): History {
  const steps = historyOf(seed, count, treeOf(seed), profileOf(seed));
  return { seed, steps, faults_until_ms: (steps.at(-1)?.at_ms ?? 0) + TAIL_MS };
}

/** Plays a history. `migrations` are those of D1, oldest first. The same arguments, the same run. */
export async function play(
  { seed, steps, faults_until_ms, forgetful = false }: History,
  migrations: readonly string[],
): Promise<Played> {
  return await quietly(async (problems) => {
    const world = new World(seed, treeOf(seed), migrations, forgetful);
    try {
      await withDigestAtOnce(() => world.play(steps, faults_until_ms));
      for (const problem of problems) world.fail("I0", problem);
    } catch (error) {
      world.fail("I0", error instanceof Error ? `${error.message}` : String(error));
    } finally {
      world.close();
    }
    return { violation: world.violation, seen: world.visits.seen, trace: world.trace, answers: world.answers };
  });
}
