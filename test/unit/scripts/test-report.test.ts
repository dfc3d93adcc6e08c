import { describe, expect, it } from "vitest";
import {
  countTests,
  failedOnceOnly,
  filesToRepeat,
  readReport,
  summary,
  withRepeated,
} from "../../../scripts/test-report.ts";

const ROOT = "/project";

/** A file of a report: `p` passed, `f` failed, `s` skipped. */
const file = (name: string, tests: string, status = tests.includes("f") ? "failed" : "passed") => ({
  name: `${ROOT}/test/${name}`,
  status,
  assertionResults: [...tests].map((letter, at) => ({
    status: { p: "passed", f: "failed", s: "skipped" }[letter] ?? "",
    fullName: `test ${at}`,
  })),
});
const read = (files: readonly object[], endedWell = false) =>
  readReport(JSON.stringify({ testResults: files }), endedWell);

describe("the closing line of the tests", () => {
  it("counts what passed, failed and was skipped", () => {
    const counts = countTests(read([file("a", "ppfs"), file("b", "pf"), file("c", "pps")]));
    expect(counts).toEqual({ passed: 5, failed: 2, skipped: 2 });
    expect(summary(counts)).toBe("5 passed, 2 failed, 2 skipped");
    expect(summary({ passed: 12, failed: 0, skipped: 0 })).toBe("12 passed, 0 failed");
  });

  it("a file that could not be loaded is a failure, and so is one whose set-up failed", () => {
    expect(countTests(read([file("a", "p"), file("b", "", "failed")])).failed).toBe(1);
    expect(countTests(read([file("a", "ss", "failed")]))).toEqual({ passed: 0, failed: 1, skipped: 2 });
  });

  it("a run that ended badly never looks green", () => {
    expect(countTests(read([file("a", "pp")], false)).failed).toBe(1);
    expect(countTests(readReport("", true)).failed).toBe(1);
    expect(countTests(readReport("{}", true)).failed).toBe(1);
  });
});

describe("a second try", () => {
  const again = (...files: readonly object[]) => filesToRepeat(read(files), ROOT);

  it("is made of a few files of the running platform", () => {
    expect(
      again(file("e2e/a.test.ts", "pf"), file("browser/b.test.ts", "", "failed"), file("unit/c.test.ts", "p")),
    ).toEqual([`${ROOT}/test/e2e/a.test.ts`, `${ROOT}/test/browser/b.test.ts`]);
  });

  it("is not made when something else failed, when much failed, or when nothing did", () => {
    expect(again(file("e2e/a.test.ts", "f"), file("unit/c.test.ts", "f"))).toEqual([]);
    expect(again(...[1, 2, 3, 4].map((n) => file(`e2e/${n}.test.ts`, "f")))).toEqual([]);
    expect(again(file("e2e/a.test.ts", "p"))).toEqual([]);
    expect(filesToRepeat(null, ROOT)).toEqual([]);
  });

  const first = read([file("e2e/a.test.ts", "pfs"), file("unit/c.test.ts", "ppp")]);

  it("counts instead of the first, and what failed once only is named", () => {
    const second = read([file("e2e/a.test.ts", "ppp")], true);
    expect(countTests(withRepeated(first, second))).toEqual({ passed: 6, failed: 0, skipped: 0 });
    expect(failedOnceOnly(first, second)).toEqual([`${ROOT}/test/e2e/a.test.ts: test 1`]);
  });

  it("that fails as well is a failure", () => {
    const second = read([file("e2e/a.test.ts", "fpp")]);
    expect(countTests(withRepeated(first, second))).toEqual({ passed: 5, failed: 1, skipped: 0 });
    expect(failedOnceOnly(first, second)).toEqual([]);
    expect(countTests(withRepeated(first, readReport("", false))).failed).toBe(1);
    // The file was not found again: what failed stays so.
    expect(countTests(withRepeated(first, read([], true))).failed).toBe(1);
  });
});
