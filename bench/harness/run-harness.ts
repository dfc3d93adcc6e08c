import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, loadavg, release, tmpdir } from "node:os";
import { join } from "node:path";
import { newShutdown, stopOnSignals } from "../../scripts/platform/shutdown.ts";
import type { HarnessOptions } from "../options.ts";
import { workerdVersion } from "../rig/workerd.ts";
import { Dice } from "./dice.ts";
import type { Harness } from "./harness.ts";

/** Runs one command in a folder of its own and says what it found. The exit code is 1 when a promise was broken. */
export async function runHarness(name: string, harness: Harness, options: HarnessOptions): Promise<void> {
  const shutdown = newShutdown();
  stopOnSignals(shutdown);
  const folder = await mkdtemp(join(options.state ?? tmpdir(), `ao-${name}-`));
  shutdown.add(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  const { seed, quick } = options;
  const numbers = [...options.numbers].map(([option, value]) => `${option} ${value}`);
  console.log([name, ...numbers, `seed ${seed}`, ...(quick ? ["quick"] : []), ...machine()].join(", "));
  const begun = performance.now();
  try {
    const dice = new Dice(seed);
    const number = (option: string): number => {
      const value = options.numbers.get(option);
      if (value === undefined) throw new Error(`${name} has no number ${option}`);
      return value;
    };
    const { violations, figures } = await harness.run({ quick, number, folder, shutdown, seed, dice });
    const seconds = Math.round((performance.now() - begun) / 1000);
    console.log(`\n${seconds} s in all, load ${load()} at the end`);
    if (violations.length === 0) console.log("0 violations");
    else console.log(`${violations.length} violations:\n${violations.map((sentence) => `- ${sentence}`).join("\n")}`);
    if (violations.length > 0) process.exitCode = 1;
    if (options.json !== null) {
      const report = { name, seed, quick, seconds, machine: machine(), violations, figures };
      await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
    }
  } finally {
    await shutdown.run();
  }
}

const load = (): string => (loadavg()[0] ?? 0).toFixed(2);

const machine = (): readonly string[] => [
  new Date().toISOString().slice(0, 10),
  `${cpus().length} cores`,
  `linux ${release()}`,
  `node ${process.version}`,
  `workerd ${workerdVersion()}`,
  `load ${load()} at the start`,
];
