import { describe, expect, it } from "vitest";
import { isDue } from "../../../scripts/platform/cron.ts";

/** A Wednesday. */
const at = (time: string): Date => new Date(`2026-11-25T${time}Z`);

describe("cron expressions", () => {
  it.each([
    ["* * * * *", "10:07:00", true],
    ["*/5 * * * *", "10:10:00", true],
    ["*/5 * * * *", "10:11:00", false],
    ["7 10 * * *", "10:07:59", true],
    ["7 10 * * *", "11:07:00", false],
    ["0,30 8-17 * * *", "17:30:00", true],
    ["0,30 8-17 * * *", "18:00:00", false],
    ["5/10 * * * *", "10:25:00", true],
    ["5/10 * * * *", "10:20:00", false],
    ["10-20/5 * * * *", "10:15:00", true],
    ["10-20/5 * * * *", "10:25:00", false],
    ["0 0 25 11 *", "00:00:00", true],
    ["0 0 24 * *", "00:00:00", false],
    ["0 0 * 12 *", "00:00:00", false],
    ["0 0 * * 4", "00:00:00", true],
    ["0 0 * * 2-3", "00:00:00", false],
  ])("%s at %s on Wednesday, 25 November: %s", (expression, time, due) => {
    expect(isDue(expression, at(time))).toBe(due);
  });

  it.each([
    "",
    "* * * *",
    "60 * * * *",
    "* 24 * * *",
    "* * 0 * *",
    "* * * 13 *",
    "* * * * 8",
    "a * * * *",
    "5-2 * * * *",
    "*/0 * * * *",
  ])("%j is refused rather than never due", (expression) => {
    expect(() => isDue(expression, at("00:00:00"))).toThrow(RangeError);
  });
});
