import { type CostFilter, DIMENSIONS, type DimensionName } from "../../lib/cost-query.ts";

/** What the address changes to, down one level: this group alone, cut by what comes next. */
export function deeper(filter: CostFilter, dimension: string, value: string): Readonly<Record<string, string>> {
  const order = Object.keys(DIMENSIONS);
  // What several values are left of can still be told apart.
  const used = new Set([...Object.keys(filter).filter((name) => filter[name]?.length === 1), dimension]);
  const next = NEXT.find((name) => !used.has(name)) ?? order.find((name) => !used.has(name)) ?? "model";
  return { [dimension]: value, by: next, then: "" };
}

/** How people go down: from who to what. */
const NEXT: readonly DimensionName[] = ["team", "wallet", "feature", "model", "key", "user"];
