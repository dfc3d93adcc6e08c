import { ClearError, runMain } from "../scripts/platform/clear-error.ts";
import { readMigrations } from "../scripts/platform/migrations.ts";
import { hunt, MUTANTS } from "./mutants/hunt.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import { failureReport, MUTANT_HEAD, mutantLine } from "./report.ts";
import { shortest } from "./shrink/shortest.ts";
import { historyFrom, play } from "./world/play.ts";

/** `npm run sim`: random lives of gateways, a tree of wallets, the queue and the log, from a seed. See docs/reliability.md. */

async function simulate({ seed, runs, steps, json }: Options): Promise<void> {
  const migrations = (await readMigrations()).map(({ sql }) => sql);
  const seen = new Map<string, number>();
  const begun = performance.now();
  for (let run = 0; run < runs; run += 1) {
    const history = historyFrom(seed + run, steps);
    const played = await play(history, migrations);
    for (const [answer, count] of played.seen) seen.set(answer, (seen.get(answer) ?? 0) + count);
    if (played.violation === null) continue;
    const least = await shortest(history, played, migrations);
    const { violation, trace } = least.played;
    console.log(
      json
        ? JSON.stringify({ seed: history.seed, violation, steps: least.history.steps, trace }, null, 2)
        : failureReport(steps, least),
    );
    process.exitCode = 1;
    return;
  }
  const seconds = Number(((performance.now() - begun) / 1000).toFixed(1));
  const answers = Object.fromEntries([...seen].sort(([a], [b]) => a.localeCompare(b)));
  if (json) console.log(JSON.stringify({ seed, runs, steps, seconds, violation: null, answers }, null, 2));
  else {
    console.log(`${runs} runs of ${steps} steps from seed ${seed}: nothing is broken. ${seconds} s`);
    for (const [answer, count] of Object.entries(answers)) console.log(`  ${answer}: ${count}`);
  }
}

async function huntMutants({ seed, runs, steps, only, json }: Options): Promise<void> {
  const mutants = MUTANTS.filter(({ name }) => name.includes(only));
  if (mutants.length === 0) throw new ClearError(`No mutant has ${JSON.stringify(only)} in its name.`);
  const migrations = (await readMigrations()).map(({ sql }) => sql);
  if (!json) console.log(MUTANT_HEAD);
  const hunted = await hunt(mutants, { seed, runs, steps, migrations }, (one) => {
    if (!json) console.log(mutantLine(one));
  });
  const killed = hunted.filter(({ verdict }) => verdict.invariant !== null).length;
  if (json) console.log(JSON.stringify({ seed, runs, steps, killed, mutants: hunted }, null, 2));
  else console.log(`\n${killed} of ${hunted.length} are found (${Math.floor((100 * killed) / hunted.length)} %)`);
  if (killed < hunted.length) process.exitCode = 1;
}

await runMain(async () => {
  const options = readOptions(process.argv.slice(2));
  if (options === null) console.log(USAGE);
  else await (options.mutants ? huntMutants(options) : simulate(options));
});
