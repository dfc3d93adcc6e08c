import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { mutate } from "../../../scripts/mutants/mutant.ts";
import { fromRoot } from "../../../scripts/platform/paths.ts";
import { TRANSLATION_MUTANTS } from "../../mutants/translation/all.ts";

/** That each is found is for `npm run mutants` to say, which runs for minutes. */
describe("bugs in the translation that are hunted", () => {
  test("each has its own name", () => {
    const names = TRANSLATION_MUTANTS.map(({ name, file }) => `${file}: ${name}`);
    expect(new Set(names).size).toBe(TRANSLATION_MUTANTS.length);
  });

  test.each(TRANSLATION_MUTANTS.map((mutant) => [mutant.name, mutant] as const))(
    "%s: its place is there, once",
    async (_, mutant) => {
      const source = await readFile(fromRoot(...mutant.file.split("/")), "utf8");
      expect(mutate(source, mutant)).not.toBe(source);
    },
  );
});
