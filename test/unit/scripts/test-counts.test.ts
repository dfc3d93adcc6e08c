import { describe, expect, it } from "vitest";
import { countTests, summary } from "../../../scripts/test-counts.ts";

const report = (counts: object, testResults: readonly object[] = []): string =>
  JSON.stringify({ numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults, ...counts });

describe("the closing line of the tests", () => {
  it("counts what passed, failed and was skipped", () => {
    const counts = countTests(
      report({ numPassedTests: 12, numFailedTests: 2, numPendingTests: 3, numTodoTests: 1 }),
      false,
    );
    expect(counts).toEqual({ passed: 12, failed: 2, skipped: 4 });
    expect(summary(counts)).toBe("12 passed, 2 failed, 4 skipped");
    expect(summary({ passed: 12, failed: 0, skipped: 0 })).toBe("12 passed, 0 failed");
  });

  it("a file that could not be loaded is a failure", () => {
    const broken = { status: "failed", assertionResults: [] };
    expect(countTests(report({ numPassedTests: 1 }, [broken]), false).failed).toBe(1);
  });

  it("a file with a failed test in it is not counted twice", () => {
    const failed = { status: "failed", assertionResults: [{ status: "failed" }, { status: "passed" }] };
    expect(countTests(report({ numPassedTests: 1, numFailedTests: 1 }, [failed]), false).failed).toBe(1);
  });

  it("a run that ended badly never looks green", () => {
    expect(countTests(report({ numPassedTests: 5 }), false).failed).toBe(1);
    expect(countTests("", true).failed).toBe(1);
    expect(countTests("{}", true).failed).toBe(1);
  });
});
