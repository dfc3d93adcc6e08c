import { expect, test } from "vitest";
import type { Harness } from "../../../bench/harness/harness.ts";
import { harnessUsage, readHarnessOptions } from "../../../bench/options.ts";

const HARNESS: Harness = {
  about: "Does something.",
  numbers: { times: { usual: 50, quick: 4, least: 1, most: 100, what: "how often" } },
  run: async () => ({ violations: [], figures: {} }),
};
const read = (...args: string[]) => readHarnessOptions("some", HARNESS, args);

test("a command has its usual numbers, its quick ones, or those that are given", () => {
  expect(read()?.numbers.get("times")).toBe(50);
  expect(read("--quick")?.numbers.get("times")).toBe(4);
  expect(read("--quick", "--times", "7", "--seed", "3")).toMatchObject({ quick: true, seed: 3 });
  expect(read("--quick", "--times", "7")?.numbers.get("times")).toBe(7);
});

test.each([
  ["--times", "0"],
  ["--times", "x"],
  ["--times", ""],
  ["--seed", "-1"],
  ["--often", "3"],
])("refuses %s %s", (option, value) => {
  expect(() => read(option, value)).toThrow();
});

test("says what it does and takes", () => {
  expect(read("--help")).toBeNull();
  expect(harnessUsage("some", HARNESS)).toMatch(/npm run bench -- some[\s\S]*Does something[\s\S]*--times <n>/);
});
