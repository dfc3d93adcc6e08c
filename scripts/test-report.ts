import * as z from "zod";
import { tryParseJson } from "../schema/kernel/json.ts";

export interface TestCounts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** What of vitest's JSON report is read. */
const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
});

export type FileResult = z.infer<typeof reportSchema>["testResults"][number];

/** How a run ended: null when it ended badly for another reason than a failed test. */
export type TestReport = readonly FileResult[] | null;

/**
 * Reads a report. A run that ended badly without a failed test has none: an error that no test caught, or a crash that
 * left no report.
 */
export function readReport(report: string, endedWell: boolean): TestReport {
  const files = reportSchema.safeParse(tryParseJson(report)).data?.testResults ?? null;
  return files !== null && (endedWell || files.some(hasFailed)) ? files : null;
}

/** The counts of a report. A file that could not be loaded, or whose set-up failed, is at least one failure. */
export function countTests(report: TestReport): TestCounts {
  if (report === null) return { passed: 0, failed: 1, skipped: 0 };
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report) {
    for (const { status } of file.assertionResults) {
      counts[status === "passed" || status === "failed" ? status : "skipped"] += 1;
    }
    if (hasFailed(file) && failedTests(file).length === 0) counts.failed += 1;
  }
  return counts;
}

/** The closing line, `12 passed, 0 failed`, with the skipped ones when there are any. */
export function summary({ passed, failed, skipped }: TestCounts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** Tests of these start the platform beside three others, on whatever cores there are. */
const BESIDE_OTHERS = ["test/e2e/", "test/browser/"];
/** More files than that did not fail by chance. */
const REPEATED_MAX = 3;

/**
 * The files that are worth a second try alone: a few of the running platform. None, when anything else failed too: then
 * the run has failed whatever they say.
 *
 * @returns their absolute paths, as the report names them
 */
export function filesToRepeat(report: TestReport, root: string): readonly string[] {
  const failed = (report ?? []).filter(hasFailed).map(({ name }) => name);
  const repeatable = failed.filter((name) => BESIDE_OTHERS.some((folder) => name.startsWith(`${root}/${folder}`)));
  return failed.length <= REPEATED_MAX && repeatable.length === failed.length ? failed : [];
}

/** What holds of a run of which some files were run once more: of those, the second result. */
export function withRepeated(first: TestReport, second: TestReport): TestReport {
  if (first === null || second === null) return null;
  const names = new Set(second.map(({ name }) => name));
  return [...first.filter(({ name }) => !names.has(name)), ...second];
}

/** The tests that failed in one run and not in another, to be named: each is a defect, of itself or of what it tests. */
export function failedOnceOnly(first: TestReport, second: TestReport): readonly string[] {
  const still = new Set((second ?? []).filter(hasFailed).map(({ name }) => name));
  return (first ?? [])
    .filter((file) => hasFailed(file) && !still.has(file.name))
    .flatMap((file) => {
      const tests = failedTests(file);
      return tests.length === 0 ? [file.name] : tests.map(({ fullName }) => `${file.name}: ${fullName}`);
    });
}

const hasFailed = ({ status }: FileResult): boolean => status === "failed";
const failedTests = ({ assertionResults }: FileResult) => assertionResults.filter(({ status }) => status === "failed");
