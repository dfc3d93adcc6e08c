import { describe, expect, test } from "vitest";
import { readMigrations } from "../../../scripts/platform/migrations.ts";
import { type History, historyFrom, play } from "../../../sim/world/play.ts";

const SEED = Number(process.env.SIM_SEED ?? 1);
const RUNS = Number(process.env.SIM_RUNS ?? 25);
const STEPS = 300;

const migrations = (await readMigrations()).map(({ sql }) => sql);

/** Another message here and there moves times by milliseconds. */
const untimed = (answer: string): string =>
  answer.replaceAll(/"(deadline|retry_after_ms|reset_ms|period_start)":\d+/g, '"$1"');

/** One after the other, so that no two are under way at once and their order is the same whatever each takes. */
function oneByOne(history: History): History {
  const steps = history.steps.map((step, index) => ({ ...step, at_ms: index * 10 * 60_000 }));
  return { ...history, steps, faults_until_ms: steps.length * 10 * 60_000 };
}

describe("a tree of wallets, gateways, the queue and the log, with faults", () => {
  test(`${RUNS} random lives break no invariant (SIM_SEED=${SEED})`, { timeout: 120_000 }, async () => {
    const seen = new Map<string, number>();
    for (let seed = SEED; seed < SEED + RUNS; seed += 1) {
      const played = await play(historyFrom(seed, STEPS), migrations);
      expect(played.violation, `npm run sim -- --seed ${seed} --runs 1 --steps ${STEPS}`).toBeNull();
      for (const [answer, count] of played.seen) seen.set(answer, (seen.get(answer) ?? 0) + count);
    }
    // A simulation that never comes to the interesting answers proves nothing.
    const admits = ["held", "already_held", "already_ended", "exhausted", "held_by_others", "exceeds_wallet", "frozen"];
    const others = ["lease taken", "lease refused", "recall", "end corrected", "end unknown_hold", "extend refused"];
    for (const answer of [...admits.map((status) => `admit ${status}`), ...others]) {
      expect(seen.get(answer) ?? 0, answer).toBeGreaterThan(0);
    }
  });

  test.each([3, 4])("seed %i is the same run each time", async (seed) => {
    const history = historyFrom(seed, 150);
    const first = await play(history, migrations);
    expect(first.answers.length).toBeGreaterThan(50);
    expect(await play(history, migrations)).toEqual(first);
  });

  // Every fifth seed is without faults: what differs then can only come from the evictions.
  test.each([5, 10, 15, 20, 25, 30])(
    "seed %i: objects that forget all between calls answer the same as those that live on",
    async (seed) => {
      const history = oneByOne(historyFrom(seed, 200));
      const lasting = await play(history, migrations);
      const forgetful = await play({ ...history, forgetful: true }, migrations);
      expect(forgetful.violation).toBeNull();
      expect(forgetful.answers.map(untimed)).toEqual(lasting.answers.map(untimed));
    },
  );
});
