import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isTimeZone, periodAt } from "../../../schema/kernel/period.ts";
import { PERIODS } from "../../../schema/wire/wallet-settings.ts";

const utc = (text: string): number => Date.parse(text);
const spanOf = (...[kind, zone, day, at]: [(typeof PERIODS)[number], string, number, string]) => {
  const { start, end } = periodAt(kind, zone, day, utc(at));
  return [new Date(start).toISOString(), end === null ? null : new Date(end).toISOString()].map((text) =>
    text?.replace(":00.000Z", "Z"),
  );
};

const table: [(typeof PERIODS)[number], string, number, string, string, string][] = [
  ["hour", "UTC", 1, "2026-03-10T12:34:56Z", "2026-03-10T12:00Z", "2026-03-10T13:00Z"],
  ["hour", "Asia/Kolkata", 1, "2026-03-10T12:34:56Z", "2026-03-10T12:00Z", "2026-03-10T13:00Z"],
  ["day", "UTC", 1, "2026-03-10T00:00:00Z", "2026-03-10T00:00Z", "2026-03-11T00:00Z"],
  ["day", "Asia/Kolkata", 1, "2026-03-10T18:29:59Z", "2026-03-09T18:30Z", "2026-03-10T18:30Z"],
  // Clocks forward: a day of 23 hours. Back: one of 25.
  ["day", "Europe/Berlin", 1, "2026-03-29T12:00:00Z", "2026-03-28T23:00Z", "2026-03-29T22:00Z"],
  ["day", "Europe/Berlin", 1, "2026-10-25T12:00:00Z", "2026-10-24T22:00Z", "2026-10-25T23:00Z"],
  // Midnight is skipped: the day begins at one o'clock.
  ["day", "America/Sao_Paulo", 1, "2018-11-04T12:00:00Z", "2018-11-04T03:00Z", "2018-11-05T02:00Z"],
  // Midnight comes twice: the day began at the first.
  ["day", "America/Havana", 1, "2026-11-01T04:30:00Z", "2026-11-01T04:00Z", "2026-11-02T05:00Z"],
  ["day", "America/Havana", 1, "2026-11-01T05:30:00Z", "2026-11-01T04:00Z", "2026-11-02T05:00Z"],
  // A whole day is skipped: the 29th is followed by the 31st.
  ["day", "Pacific/Apia", 1, "2011-12-30T09:59:59Z", "2011-12-29T10:00Z", "2011-12-30T10:00Z"],
  ["day", "Pacific/Apia", 1, "2011-12-30T10:00:00Z", "2011-12-30T10:00Z", "2011-12-31T10:00Z"],
  ["week", "UTC", 1, "2026-03-10T12:00:00Z", "2026-03-09T00:00Z", "2026-03-16T00:00Z"],
  ["week", "UTC", 7, "2026-03-10T12:00:00Z", "2026-03-08T00:00Z", "2026-03-15T00:00Z"],
  ["week", "UTC", 2, "2026-03-10T00:00:00Z", "2026-03-10T00:00Z", "2026-03-17T00:00Z"],
  ["week", "UTC", 3, "1970-01-01T00:00:00Z", "1969-12-31T00:00Z", "1970-01-07T00:00Z"],
  ["month", "UTC", 1, "2026-02-28T23:59:59Z", "2026-02-01T00:00Z", "2026-03-01T00:00Z"],
  ["month", "UTC", 15, "2026-01-14T23:59:59Z", "2025-12-15T00:00Z", "2026-01-15T00:00Z"],
  ["month", "UTC", 28, "2028-02-29T12:00:00Z", "2028-02-28T00:00Z", "2028-03-28T00:00Z"],
  ["month", "America/New_York", 1, "2026-04-01T03:59:59Z", "2026-03-01T05:00Z", "2026-04-01T04:00Z"],
  ["quarter", "UTC", 1, "2026-03-31T23:59:59Z", "2026-01-01T00:00Z", "2026-04-01T00:00Z"],
  ["quarter", "UTC", 15, "2026-04-14T23:59:59Z", "2026-01-15T00:00Z", "2026-04-15T00:00Z"],
  ["quarter", "UTC", 15, "2026-01-10T00:00:00Z", "2025-10-15T00:00Z", "2026-01-15T00:00Z"],
];

describe("a period is what the local calendar says", () => {
  test.each(table)("%s in %s from day %i, at %s", (kind, zone, day, at, start, end) => {
    expect(spanOf(kind, zone, day, at)).toEqual([start, end]);
  });

  test("one of kind none never ends", () => {
    expect(periodAt("none", "Europe/Berlin", 1, utc("2026-03-10T12:00:00Z"))).toEqual({ start: 0, end: null });
  });

  test("an unknown time zone is named as such, and refused", () => {
    expect(isTimeZone("Europe/Berlin")).toBe(true);
    expect(isTimeZone("Europe/Atlantis")).toBe(false);
    expect(() => periodAt("day", "Europe/Atlantis", 1, 0)).toThrow(RangeError);
  });
});

const ZONES = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "America/Havana",
  "America/Sao_Paulo",
  "America/St_Johns",
  "Asia/Kathmandu",
  "Australia/Lord_Howe",
  "Africa/Casablanca",
  "Pacific/Apia",
];

test("every moment lies in exactly one period, and periods follow each other without a gap", () => {
  const kinds = PERIODS.filter((kind) => kind !== "none");
  const moment = fc.integer({ min: utc("2005-01-01T00:00:00Z"), max: utc("2040-01-01T00:00:00Z") });
  const property = fc.property(
    fc.constantFrom(...kinds),
    fc.constantFrom(...ZONES),
    fc.integer({ min: 1, max: 28 }),
    moment,
    fc.double({ min: 0, max: 1, noNaN: true }),
    (kind, zone, day, at, where) => {
      const start_day = kind === "week" ? 1 + (day % 7) : day;
      const { start, end } = periodAt(kind, zone, start_day, at);
      if (end === null) throw new Error("a calendar period has an end");
      expect(start).toBeLessThanOrEqual(at);
      expect(end).toBeGreaterThan(at);
      const inside = Math.min(end - 1, start + Math.floor((end - start) * where));
      expect(periodAt(kind, zone, start_day, inside)).toEqual({ start, end });
      expect(periodAt(kind, zone, start_day, end).start).toBe(end);
      expect(periodAt(kind, zone, start_day, start - 1).end).toBe(start);
    },
  );
  fc.assert(property, { numRuns: 2_000 });
});
