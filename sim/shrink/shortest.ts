import { type History, type Played, play } from "../world/play.ts";
import { shrink } from "./shrink.ts";

export interface Shortest {
  readonly history: History;
  readonly played: Played;
}

/** How often a failing run is played again to make it shorter. */
const BUDGET = 400;

/** The kind of a problem: its words without its figures. */
const kindOf = ({ violation }: Played): string =>
  violation === null ? "" : `${violation.invariant} ${violation.problem.replaceAll(/[\d]+/g, "#")}`;

/** The shortest part of a history that shows the same kind of problem. */
export async function shortest(history: History, failed: Played, migrations: readonly string[]): Promise<Shortest> {
  const kind = kindOf(failed);
  const begun = history.steps.slice(0, failed.violation?.step ?? history.steps.length);
  const again = (steps: History["steps"]) => play({ ...history, steps }, migrations);
  const fails = async (steps: History["steps"]): Promise<boolean> => kindOf(await again(steps)) === kind;
  const from = (await fails(begun)) ? begun : history.steps;
  const steps = await shrink(from, fails, BUDGET);
  return { history: { ...history, steps }, played: await again(steps) };
}
