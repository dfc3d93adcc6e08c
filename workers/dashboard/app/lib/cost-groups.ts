import { addressValue, dimensionLabel, NONE } from "./cost-query.ts";

/** Dimensions whose rows have an id and a name. */
const NAMED = new Set(["team", "wallet", "key"]);

export interface Group {
  /** As the cost explorer's address has it. */
  readonly value: string;
  readonly name: string;
  readonly other: boolean;
}

/** What of a dimension a row of sums is about. */
export function groupOf(row: Readonly<Record<string, unknown>>, dimension: string): Group {
  if (row.other === true) return { value: "~other", name: "All others", other: true };
  const value = addressValue(row[NAMED.has(dimension) ? `${dimension}_id` : dimension]);
  if (value === NONE) return { value, name: `No ${dimensionLabel(dimension).toLowerCase()}`, other: false };
  const name = NAMED.has(dimension) ? row[`${dimension}_name`] : null;
  return { value, name: typeof name === "string" && name !== "" ? name : value, other: false };
}
