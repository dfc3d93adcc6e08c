import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { mutate } from "../../../scripts/mutants/mutant.ts";
import { readMigrations } from "../../../scripts/platform/migrations.ts";
import { fromRoot } from "../../../scripts/platform/paths.ts";

import { hunt, MUTANTS } from "../../../sim/mutants/hunt.ts";

/** Found early, each by another invariant. All of them: `npm run sim -- --mutants`. */
const SOME = [
  "a settlement is not idempotent",
  "an expiry refunds what was dispatched",
  "what is given back is also kept",
  "a refusal comes without calling others back",
  "an extension does not look at the money",
  "events are told apart by the queue's message id",
];

describe("bugs that are put into the code", () => {
  test("each has its own name", () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBe(MUTANTS.length);
  });

  test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
    "%s: its place is there, once",
    async (_, mutant) => {
      const source = await readFile(fromRoot(...mutant.file.split("/")), "utf8");
      expect(mutate(source, mutant)).not.toBe(source);
    },
  );

  test("a place that is not there is noticed", () => {
    const mutant = { name: "moved", file: "a.ts", find: "x = 1", replace: "x = 2" };
    expect(() => mutate("const y = 1;", mutant)).toThrow(/0 times/);
    expect(() => mutate("x = 1; x = 1", mutant)).toThrow(/2 times/);
  });

  test("some of them are found at once (seed 1)", { timeout: 120_000 }, async () => {
    const migrations = (await readMigrations()).map(({ sql }) => sql);
    const mutants = MUTANTS.filter(({ name }) => SOME.includes(name));
    expect(mutants).toHaveLength(SOME.length);
    const hunted = await hunt(mutants, { seed: 1, runs: 3, steps: 300, migrations }, () => undefined);
    const survivors = hunted.filter(({ verdict }) => verdict.invariant === null).map(({ mutant }) => mutant.name);
    expect(survivors).toEqual([]);
  });
});
