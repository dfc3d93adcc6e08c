import type { Shutdown } from "../../scripts/platform/shutdown.ts";
import type { Dice } from "./dice.ts";

/** A number that a command takes, with bounds. */
export interface NumberOption {
  readonly usual: number;
  readonly quick: number;
  readonly least: number;
  readonly most: number;
  readonly what: string;
}

/** What one run of a command has. */
export interface Run {
  readonly quick: boolean;
  /** One of the command's numbers. */
  number(name: string): number;
  /** Its own, deleted at the end. */
  readonly folder: string;
  readonly shutdown: Shutdown;
  readonly seed: number;
  readonly dice: Dice;
}

/** What a run found. Anything violated makes the command fail. */
export interface Findings {
  /** Each a sentence. Empty when all promises were kept. */
  readonly violations: readonly string[];
  /** What goes into the JSON file. */
  readonly figures: Readonly<Record<string, unknown>>;
}

/** A command that tests promises and prints how often they were put to the test. */
export interface Harness {
  readonly about: string;
  readonly numbers: Readonly<Record<string, NumberOption>>;
  run(run: Run): Promise<Findings>;
}
