import { parseArgs } from "node:util";
import { ClearError, errorText } from "../scripts/platform/clear-error.ts";

export const PARTS = ["whole", "stream", "paced", "steps", "memory", "profile"] as const;
export type PartName = (typeof PARTS)[number];

export const USAGE = `npm run bench -- [options]

  --quick          fewer and shorter rounds and no memory, under a minute in all: for a look, not for figures
  --only <parts>   of ${PARTS.join(", ")}, separated by commas
  --seconds <n>    measured seconds per row in all its rounds (default 1.8; quick 0.3)
  --json <file>    write all figures there too
  --state <dir>    where the databases of the run go (default: the system's temporary folder); what syncs cost shows
                   when it is a RAM disk, such as /dev/shm
  --help           show this`;

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
