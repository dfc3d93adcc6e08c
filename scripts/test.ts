import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runChecks } from "./checks.ts";
import { bundleApp } from "./platform/app-bundle.ts";
import { runMain } from "./platform/clear-error.ts";
import { showProgram } from "./platform/program.ts";
import { step } from "./platform/steps.ts";
import { countTests, summary } from "./test-counts.ts";

/**
 * `npm test`: the checks, then every test, then one line with the sum of both. Arguments go to vitest, such as a path or
 * `--project unit`.
 */
await runMain(async () => {
  // Once, and not by each of the platforms that start at the same time; beside the checks, the last of which run alone.
  const pages = bundleApp();
  pages.catch(() => undefined);
  const checks = await runChecks({ lint: true });
  await step("Build the console's pages", () => pages);
  const folder = await mkdtemp(join(tmpdir(), "ao-vitest-"));
  const report = join(folder, "report.json");
  const args = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const status = await showProgram("vitest", "run", ...args, ...process.argv.slice(2));
  const tests = countTests(await readFile(report, "utf8").catch(() => ""), status === 0);
  await rm(folder, { recursive: true, force: true });
  console.log();
  console.log(
    summary({
      passed: checks.passed + tests.passed,
      failed: checks.failed + tests.failed,
      skipped: tests.skipped,
    }),
  );
  if (checks.failed + tests.failed > 0) process.exitCode = 1;
});
