import { describe, expect, it } from "vitest";
import { forecast, HISTORY_DAYS, type History, HOUR_MS } from "../../../../workers/dashboard/forecast/forecast.ts";

const DAY_MS = 24 * HOUR_MS;
/** A Monday at midnight, so that the first of the 28 days is one, too. */
const END = Date.UTC(2026, 10, 23);
const EVEN = Array.from({ length: 24 }, () => 0);

const history = (day: (index: number) => number, hours: readonly number[] = EVEN): History => ({
  end: END,
  days: Array.from({ length: HISTORY_DAYS }, (_, index) => day(index)),
  hours,
});
const standing = (days: { began: number; resets: number | null; spent?: number; left?: number | null }) => ({
  now: END,
  period_start: END - days.began * DAY_MS,
  resets_at: days.resets === null ? null : END + days.resets * DAY_MS,
  spent: days.spent ?? 0,
  left: days.left ?? null,
});
const is_weekend = (index: number): boolean => index % 7 >= 5;

describe("a forecast", () => {
  it("of the same every day is that, with no doubt, and knows the minute at which money is used up", () => {
    const told = forecast(
      history(() => 24_000),
      standing({ began: 10, resets: 5, spent: 240_000, left: 60_000 }),
    );
    expect(told).toMatchObject({ basis: "weekdays", history_days: 28, last_day: 24_000, expected_per_day: 24_000 });
    expect(told.at_reset).toEqual({ expected: 360_000, low: 360_000, high: 360_000 });
    expect(Math.abs((told.runs_out_at ?? 0) - (END + 60 * HOUR_MS))).toBeLessThanOrEqual(60_000);
    const enough = standing({ began: 10, resets: 5, spent: 240_000, left: 120_001 });
    expect(
      forecast(
        history(() => 24_000),
        enough,
      ).runs_out_at,
    ).toBeNull();
  });

  it("knows weekdays: five days of work ahead are five, and a week-end is none", () => {
    const week = history((index) => (is_weekend(index) ? 0 : 100));
    for (const [resets, expected] of [
      [1, 100],
      [5, 500],
      [7, 500],
      [8, 600],
      [21, 1_500],
    ] as const) {
      const { at_reset } = forecast(week, standing({ began: 7, resets }));
      expect([resets, at_reset?.expected]).toEqual([resets, expected]);
    }
    // Six hundred are used up on the second Monday, not on the Saturday before.
    const { runs_out_at } = forecast(week, standing({ began: 7, resets: 21, left: 600 }));
    expect(Math.abs((runs_out_at ?? 0) - (END + 8 * DAY_MS))).toBeLessThanOrEqual(60_000);
  });

  it("is not moved by one day that went wrong, but says that days can go wrong", () => {
    const odd = forecast(
      history((index) => (index === 20 ? 50_000 : 100)),
      standing({ began: 2, resets: 10 }),
    );
    expect(odd.at_reset?.expected).toBe(1_000);
    expect(odd.expected_per_day).toBe(100);
    expect(odd.at_reset?.low).toBe(0);
    expect(odd.at_reset?.high).toBeGreaterThan(30_000);
  });

  it("takes the level of the period the more, the longer that lasts", () => {
    // The last so many days cost twice of what the usual day costs.
    const at = (days: number) => {
      const doubled = history((index) => (index >= HISTORY_DAYS - days ? 200 : 100));
      return forecast(doubled, standing({ began: days, resets: 7 })).expected_per_day;
    };
    // Of seven doubled days each weekday has one in four: 125 is usual, and (7·200 + 3·125) / (7·125 + 3·125) the level.
    expect(at(7)).toBeCloseTo(125 * (1_775 / 1_250), 6);
    expect(at(14)).toBeGreaterThan(at(7));
    // Before the period began, the same days are history as any other.
    const before = history((index) => (index >= HISTORY_DAYS - 7 ? 200 : 100));
    expect(forecast(before, standing({ began: 0, resets: 7 })).expected_per_day).toBe(125);
  });

  it("follows the hours of the day, within a period of a day above all", () => {
    const morning = Array.from({ length: 24 }, (_, hour) => (hour === 9 ? 1 : 0));
    const noon = { ...standing({ began: 0, resets: 1, spent: 0, left: 50 }), now: END };
    const told = forecast(
      history(() => 100, morning),
      noon,
    );
    expect(told.at_reset?.expected).toBe(100);
    expect(Math.abs((told.runs_out_at ?? 0) - (END + 9.5 * HOUR_MS))).toBeLessThanOrEqual(60_000);
    // A part of the hour is over, and what it had is spent.
    const later = { ...noon, now: END + 0.5 * HOUR_MS };
    expect(
      forecast(
        history(() => 2_400),
        later,
      ).at_reset?.expected,
    ).toBeCloseTo(2_350, 6);
  });

  it("of few days takes all for alike, and of none says nothing but what is spent", () => {
    const young = forecast(
      history((index) => (index >= 25 ? 60 : 0)),
      standing({ began: 28, resets: 10, spent: 180 }),
    );
    expect(young).toMatchObject({ basis: "days", history_days: 3, last_week_per_day: 60 });
    expect(young.at_reset?.expected).toBe(780);
    const none = forecast(
      history(() => 0),
      standing({ began: 3, resets: 10, spent: 5, left: 0 }),
    );
    expect(none).toMatchObject({ basis: "none", at_reset: { expected: 5, low: 5, high: 5 }, runs_out_at: END });
  });

  it("without an end has none, and looks a year ahead", () => {
    const soon = standing({ began: 100, resets: null, left: 36_500 });
    expect(
      forecast(
        history(() => 100),
        soon,
      ).at_reset,
    ).toBeNull();
    expect(
      Math.abs(
        (forecast(
          history(() => 100),
          soon,
        ).runs_out_at ?? 0) -
          (END + 365 * DAY_MS),
      ),
    ).toBeLessThan(60_001);
    expect(
      forecast(
        history(() => 100),
        { ...soon, left: 36_700 },
      ).runs_out_at,
    ).toBeNull();
  });

  it("is not misled by corrections: days below zero are days of nothing, and more is never less", () => {
    const corrected = history((index) => (index % 7 === 2 ? -500 : 100));
    const told = forecast(corrected, standing({ began: 7, resets: 7, spent: 100 }));
    expect(told.at_reset?.expected).toBe(700);
    expect(told.at_reset?.low).toBeGreaterThanOrEqual(100);
  });
});
