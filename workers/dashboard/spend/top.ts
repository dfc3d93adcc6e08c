import { addFigures, type Figures, noFigures } from "./figures.ts";
import type { Group } from "./sum.ts";

/** The key of all groups that are not shown by themselves. No group has it: theirs are JSON. */
export const OTHER = "other";

/** The keys of the groups that cost the most over all spans; of equals, the first by key. */
export function topKeys(spans: readonly (readonly Group[])[], top: number): ReadonlySet<string> {
  const costs = new Map<string, bigint>();
  for (const { key, figures } of spans.flat()) costs.set(key, (costs.get(key) ?? 0n) + figures.cost_nano_usd);
  const ranked = [...costs].sort(([a, cost_a], [b, cost_b]) => compareBig(cost_b, cost_a) || (a < b ? -1 : 1));
  return new Set(ranked.slice(0, top).map(([key]) => key));
}

/** Groups with those that are not in `keys` as one, the last, whose fields are null. */
export function withOthers(groups: readonly Group[], keys: ReadonlySet<string>): readonly Group[] {
  const others = groups.filter(({ key }) => !keys.has(key));
  const [first] = others;
  if (first === undefined) return groups;
  const figures = sumOf(others);
  return [...groups.filter(({ key }) => keys.has(key)), { key: OTHER, fields: first.fields.map(() => null), figures }];
}

/** Figures of some groups, added up. */
export function sumOf(groups: Iterable<Group>): Figures {
  const sum = noFigures();
  for (const { figures } of groups) addFigures(sum, figures);
  return sum;
}

/** The dearest first, what is shown as one last. */
export const byCost = (a: Group, b: Group): number =>
  Number(a.key === OTHER) - Number(b.key === OTHER) ||
  compareBig(b.figures.cost_nano_usd, a.figures.cost_nano_usd) ||
  (a.key < b.key ? -1 : 1);

const compareBig = (a: bigint, b: bigint): number => (a < b ? -1 : Number(a > b));
