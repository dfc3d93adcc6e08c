import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runChecks } from "./checks.ts";
import { bundleApp } from "./platform/app-bundle.ts";
import { runMain } from "./platform/clear-error.ts";
import { ROOT } from "./platform/paths.ts";
import { showProgram } from "./platform/program.ts";
import { step } from "./platform/steps.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import {
  countTests,
  failedOnceOnly,
  filesToRepeat,
  readReport,
  summary,
  type TestReport,
  withRepeated,
} from "./test-report.ts";

/**
 * `npm test`: the checks, then every test, then one line with the sum of both. Arguments go to vitest, such as a path or
 * `--project unit`.
 */
await runMain(async () => {
  const temporary = await temporaryFolder();
  process.env.TMPDIR = temporary;
  try {
    await checkAndTest();
  } finally {
    await rm(temporary, { recursive: true, force: true, maxRetries: 3 });
  }
});

async function checkAndTest(): Promise<void> {
  // Once, and not by each of the platforms that start at the same time; beside the checks, the last of which run alone.
  const pages = bundleApp();
  pages.catch(() => undefined);
  const checks = await runChecks({ lint: true });
  await step("Build the console's pages", () => pages);
  const tests = countTests(await runTests(process.argv.slice(2)));
  console.log();
  console.log(
    summary({
      passed: checks.passed + tests.passed,
      failed: checks.failed + tests.failed,
      skipped: tests.skipped,
    }),
  );
  if (checks.failed + tests.failed > 0) process.exitCode = 1;
}

/** A few files of the running platform that failed beside others have a second try alone, and are named for it. */
async function runTests(args: readonly string[]): Promise<TestReport> {
  const first = await runVitest(args);
  const files = filesToRepeat(first, ROOT);
  if (files.length === 0) return first;
  console.log(`\nFailed beside others, now alone:\n${files.map((file) => `  ${file}`).join("\n")}`);
  const second = await runVitest(["--maxWorkers=1", ...files]);
  const once = failedOnceOnly(first, second);
  if (once.length > 0) {
    console.log(`\n⚠ Passed at the second try only, which is a defect to be found:`);
    for (const test of once) console.log(`  ${test}`);
  }
  return withRepeated(first, second);
}

async function runVitest(args: readonly string[]): Promise<TestReport> {
  const report = join(tmpdir(), "report.json");
  await rm(report, { force: true });
  const status = await showProgram(
    "vitest",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${report}`,
    ...args,
  );
  return readReport(await readFile(report, "utf8").catch(() => ""), status === 0);
}
