import { USAGE_COMPONENTS } from "../../../schema/canonical/usage.ts";

/** What is counted beside money, in the order in which figures hold it. */
export const COUNTS: readonly string[] = [
  "requests",
  "errors",
  "cache_hits",
  "saved_nano_usd",
  "input_tokens",
  "output_tokens",
  ...USAGE_COMPONENTS.map((name) => `usage_${name}`),
];

/** Sums of some postings. */
export interface Figures {
  /** Exact at any size. */
  cost_nano_usd: bigint;
  /** As COUNTS names them. */
  readonly counts: Float64Array;
}

export const noFigures = (): Figures => ({ cost_nano_usd: 0n, counts: new Float64Array(COUNTS.length) });

/** Adds `more` to `sum`. */
export function addFigures(sum: Figures, more: Figures): void {
  sum.cost_nano_usd += more.cost_nano_usd;
  for (const [index, count] of more.counts.entries()) sum.counts[index] = (sum.counts[index] ?? 0) + count;
}

/** One count by its name. */
export const countOf = ({ counts }: Figures, name: string): number => counts[COUNTS.indexOf(name)] ?? 0;
