import type { Plugin } from "vitest/config";
import { type Mutant, mutate } from "../../scripts/mutants/mutant.ts";
import { fromRoot } from "../../scripts/platform/paths.ts";

/** The environment variable that names the bug to be put in, as JSON. */
export const PLANTED = "AO_PLANTED_BUG";

/** Puts a bug into a file of the product as it is read by a test run; nothing without the variable. */
export function plantedBug(): Plugin {
  const planted = process.env[PLANTED];
  const mutant: Mutant | null = planted === undefined ? null : JSON.parse(planted);
  const path = mutant === null ? null : fromRoot(...mutant.file.split("/"));
  return {
    name: "planted-bug",
    enforce: "pre",
    transform: (source, id) => (mutant !== null && id === path ? { code: mutate(source, mutant), map: null } : null),
  };
}
