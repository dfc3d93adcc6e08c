import { treeOf } from "./history/tree.ts";
import { INVARIANTS } from "./invariants/violation.ts";
import type { Hunted } from "./mutants/hunt.ts";
import type { Shortest } from "./shrink/shortest.ts";

/** Of what was said, so much before the end explains most failures. */
const TRACE = 40;

/** A failure as text: what is wrong, the wallets, the shortest history, and what was said last. */
export function failureReport(count: number, { history, played }: Shortest): string {
  const { violation } = played;
  if (violation === null) return `SIM_SEED=${history.seed}: not seen again`;
  const wallets = treeOf(history.seed).map(
    ({ wallet_id, parent_id, limit_nano_usd, hard, period }) =>
      `  ${wallet_id}${parent_id === null ? "" : ` below ${parent_id}`}: ${limit_nano_usd ?? "no limit"}${hard ? "" : ", soft"}, ${period}`,
  );
  return [
    `${violation.invariant} (${INVARIANTS[violation.invariant]}) is broken: ${violation.problem}`,
    `seed ${history.seed}, ${history.steps.length} steps are enough. Again: npm run sim -- --seed ${history.seed} --runs 1 --steps ${count}`,
    "wallets:",
    ...wallets,
    "steps:",
    ...history.steps.map((step) => `  ${JSON.stringify(step)}`),
    "what was said last:",
    ...played.trace.slice(-TRACE).map((line) => `  ${line}`),
  ].join("\n");
}

export function mutantLine({ mutant, verdict }: Hunted): string {
  const found = verdict.invariant === null ? "SURVIVED" : `${verdict.invariant}`;
  return `| ${mutant.name} | ${found} | ${verdict.invariant === null ? "" : verdict.runs} | ${verdict.invariant === null ? "" : verdict.steps} |`;
}

export const MUTANT_HEAD = "| bug | found by | runs | steps |\n| --- | --- | -: | -: |";
