import { existsSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { ROOT } from "../scripts/platform/paths.ts";

/**
 * The files that take longest, which begin first: one that is still to come when all others are done holds up the end of
 * the run. From a clean checkout vitest knows no durations.
 */
const LONGEST: readonly string[] = [
  "test/browser/pages.test.ts",
  "test/e2e/money.test.ts",
  "test/browser/money.test.ts",
  "test/e2e/demo-data.test.ts",
  "test/browser/hostile-text.test.ts",
  "test/e2e/console/route-contract.test.ts",
  "test/browser/people.test.ts",
  "test/e2e/console/chargeback.test.ts",
  "test/e2e/exits.test.ts",
  "test/e2e/console/transfers.test.ts",
  "test/unit/sim/simulation.test.ts",
  "test/unit/audit/audit-verify.test.ts",
];

/** The order of test files: the longest, then each project's as vitest orders them, which shares processes among `unit`. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const gone = LONGEST.find((path) => !existsSync(join(ROOT, path)));
    if (gone !== undefined) throw new Error(`${gone} is no more: take it off the list in test/longest-first.ts`);
    const rank = ({ moduleId }: TestSpecification): number => {
      const index = LONGEST.indexOf(relative(ROOT, moduleId).replaceAll(sep, "/"));
      return index === -1 ? LONGEST.length : index;
    };
    return (await super.sort(files)).sort((one, other) => rank(one) - rank(other));
  }
}
