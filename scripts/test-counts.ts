import * as z from "zod";
import { tryParseJson } from "../schema/kernel/json.ts";

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What of vitest's JSON report is counted. */
const reportSchema = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  numTodoTests: z.int(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

/**
 * The counts of a report. A file that could not be loaded counts as one failure, and so does a run that ended badly
 * without a failed test: an error that no test caught, or a crash that left no report.
 */
export function countTests(report: string, endedWell: boolean): TestCounts {
  const parsed = reportSchema.safeParse(tryParseJson(report)).data;
  if (parsed === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const brokenFiles = parsed.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && assertionResults.every((assertion) => assertion.status !== "failed"),
  );
  const failed = parsed.numFailedTests + brokenFiles.length;
  return {
    passed: parsed.numPassedTests,
    failed: failed === 0 && !endedWell ? 1 : failed,
    skipped: parsed.numPendingTests + parsed.numTodoTests,
  };
}

/** The closing line, `12 passed, 0 failed`, with the skipped ones when there are any. */
export function summary({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
