import { describe, expect, test } from "vitest";
import { LEAST_HOURS, usualSpend } from "../../../workers/cron/notifications/anomaly.ts";

const hours = (length: number, spent: (hour: number) => number) => Array.from({ length }, (_, hour) => spent(hour));

describe("what a wallet usually spends in an hour", () => {
  test("is not known from less than a day of hours", () => {
    expect(usualSpend(hours(LEAST_HOURS - 1, () => 1_000))).toBeNull();
    expect(usualSpend(hours(LEAST_HOURS, () => 1_000))).not.toBeNull();
  });

  test("leaves room above what is always the same", () => {
    expect(usualSpend(hours(100, () => 1_000))).toEqual({ median_nano_usd: 1_000, up_to_nano_usd: 1_600 });
  });

  test("is six deviations above the median, worked out by hand", () => {
    // 1 to 25: the median is 13, and 0, 1, 1, 2, 2, … are the deviations, whose median is 6.
    expect(usualSpend(hours(25, (hour) => 1_000 * (hour + 1)))).toEqual({
      median_nano_usd: 13_000,
      up_to_nano_usd: Math.round(13_000 + 6 * 1.4826 * 6_000),
    });
  });

  test("is between the two in the middle of an even number", () => {
    expect(usualSpend(hours(24, (hour) => (hour < 12 ? 1_000 : 2_000)))?.median_nano_usd).toBe(1_500);
  });

  test("is not moved by hours that were anomalies themselves", () => {
    const usual = hours(100, (hour) => 1_000 + (hour % 7));
    const with_anomalies = [...usual, ...hours(10, () => 1_000_000)];
    expect(usualSpend(with_anomalies)?.up_to_nano_usd).toBeLessThan(1_700);
  });
});
