import { parseArgs } from "node:util";
import { ClearError, errorText } from "../scripts/platform/clear-error.ts";
import type { Harness, NumberOption } from "./harness/harness.ts";

export const PARTS = ["whole", "stream", "paced", "steps", "memory", "profile"] as const;
export type PartName = (typeof PARTS)[number];

export const USAGE = `npm run bench -- [options]

  --quick          fewer and shorter rounds and no memory, under a minute in all: for a look, not for figures
  --only <parts>   of ${PARTS.join(", ")}, separated by commas
  --seconds <n>    measured seconds per row in all its rounds (default 1.8; quick 0.3)
  --json <file>    write all figures there too
  --state <dir>    where the databases of the run go (default: the system's temporary folder); what syncs cost shows
                   when it is a RAM disk, such as /dev/shm
  --help           show this

Instead of that, one command that tests promises, each with --help:
  npm run bench -- abuse | kills | cancels | deliveries | admits | overshoot | rules | outage | cache |
    semantic | log-queries`;

export interface Options {
  readonly quick: boolean;
  readonly parts: ReadonlySet<PartName>;
  readonly seconds: number;
  readonly json: string | null;
  readonly state: string | null;
}

/** The command's options, or null when help was asked for. */
export function readOptions(args: readonly string[]): Options | null {
  const values = parse(args);
  if (values.help) return null;
  const seconds = values.seconds === undefined ? (values.quick ? 0.3 : 1.8) : Number(values.seconds);
  if (!(seconds > 0 && seconds <= 600)) throw new ClearError("--seconds takes a number of seconds up to 600.");
  return {
    quick: values.quick,
    parts: new Set(values.only?.split(",").map(part) ?? PARTS.filter((name) => !values.quick || name !== "memory")),
    seconds,
    json: values.json ?? null,
    state: values.state ?? null,
  };
}

function part(name: string): PartName {
  const found = PARTS.find((known) => known === name);
  if (found === undefined) throw new ClearError(`There is no part "${name}": --only takes ${PARTS.join(", ")}.`);
  return found;
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: "boolean", default: false },
        only: { type: "string" },
        seconds: { type: "string" },
        json: { type: "string" },
        state: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new ClearError(`${errorText(error)}\n\n${USAGE}`);
  }
}

export interface HarnessOptions {
  readonly quick: boolean;
  readonly numbers: ReadonlyMap<string, number>;
  readonly seed: number;
  readonly json: string | null;
  readonly state: string | null;
}

/** A command's options, or null when help was asked for. */
export function readHarnessOptions(name: string, harness: Harness, args: readonly string[]): HarnessOptions | null {
  const values: Readonly<Record<string, unknown>> = parseHarness(name, harness, args);
  if (values.help === true) return null;
  const text = (option: string): string | null => {
    const value = values[option];
    return typeof value === "string" ? value : null;
  };
  const quick = values.quick === true;
  const numbers = Object.entries(harness.numbers).map(([option, bounds]) => {
    const given = text(option);
    return [option, given === null ? bounds[quick ? "quick" : "usual"] : numberOf(option, bounds, given)] as const;
  });
  const seed = numberOf("seed", SEED, text("seed") ?? String(Math.floor(Math.random() * SEED.most)));
  return { quick, numbers: new Map(numbers), seed, json: text("json"), state: text("state") };
}

const SEED = { least: 0, most: 2 ** 31 - 1 };

export function harnessUsage(name: string, harness: Harness): string {
  const numbers = Object.entries(harness.numbers).map(
    ([option, { usual, quick, what }]) => `  --${`${option} <n>`.padEnd(15)}${what} (default ${usual}; quick ${quick})`,
  );
  return `npm run bench -- ${name} [options]

${harness.about}

${numbers.join("\n")}
  --quick          for a look, not for figures
  --seed <n>       of the random choices
  --json <file>    write all figures there too
  --state <dir>    where the data folder goes (default: the system's temporary folder)
  --help           show this`;
}

function numberOf(option: string, { least, most }: Pick<NumberOption, "least" | "most">, text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= least && value <= most) return value;
  throw new ClearError(`--${option} takes a number from ${least} to ${most}.`);
}

function parseHarness(name: string, harness: Harness, args: readonly string[]) {
  const strings = [...Object.keys(harness.numbers), "seed", "json", "state"];
  try {
    return parseArgs({
      args: [...args],
      options: {
        ...Object.fromEntries(strings.map((option) => [option, { type: "string" as const }])),
        quick: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    throw new ClearError(`${errorText(error)}\n\n${harnessUsage(name, harness)}`);
  }
}
