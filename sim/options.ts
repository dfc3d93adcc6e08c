import { parseArgs } from "node:util";
import { ClearError, errorText } from "../scripts/platform/clear-error.ts";

export const USAGE = `npm run sim -- [options]

  --seed <n>     the first seed (default 1). A failure prints the seed that shows it again
  --runs <n>     how many seeds, one after the other (default 100; of each mutant 150)
  --steps <n>    steps of each run (default 300)
  --mutants      put known bugs into the code, one at a time, and see whether they are found
  --only <text>  mutants whose name has this in it
  --json         print the result as JSON
  --help         show this`;

export interface Options {
  readonly seed: number;
  readonly runs: number;
  readonly steps: number;
  readonly mutants: boolean;
  readonly only: string;
  readonly json: boolean;
}

const RUNS = 100;
/** The rarest of them shows in the 126th. */
const MUTANT_RUNS = 150;

/** The command's options, or null when help was asked for. */
export function readOptions(args: readonly string[]): Options | null {
  const values = parse(args);
  if (values.help) return null;
  return {
    seed: count("seed", values.seed, 1, 0),
    runs: count("runs", values.runs, values.mutants ? MUTANT_RUNS : RUNS, 1),
    steps: count("steps", values.steps, 300, 1),
    mutants: values.mutants,
    only: values.only ?? "",
    json: values.json,
  };
}

function count(name: string, text: string | undefined, fallback: number, least: number): number {
  if (text === undefined) return fallback;
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new ClearError(`--${name} takes a whole number of at least ${least}.`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: "string" },
        runs: { type: "string" },
        steps: { type: "string" },
        mutants: { type: "boolean", default: false },
        only: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new ClearError(`${errorText(error)}\n\n${USAGE}`);
  }
}
