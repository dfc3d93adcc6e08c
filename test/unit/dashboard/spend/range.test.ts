import { describe, expect, test } from "vitest";
import { localDate } from "../../../../schema/kernel/period.ts";
import {
  type Granularity,
  rangeBefore,
  rangeProblem,
  spansOf,
  within,
} from "../../../../workers/dashboard/spend/range.ts";

const at = (text: string) => Date.parse(text);
const range = (from: string, to: string) => ({ from: at(from), to: at(to) });
const shown = ({ from, to }: { from: number; to: number }) =>
  [from, to].map((moment) => new Date(moment).toISOString().slice(0, 16));

describe("spans", () => {
  const dates = (from: string, to: string, granularity: Granularity, zone: string) =>
    spansOf(range(from, to), granularity, zone).map(({ start }) => localDate(zone, start));
  const hours = (from: string, to: string, zone: string) =>
    spansOf(range(from, to), "day", zone).map((span) => (span.to - span.from) / 3_600_000);

  test("are local days: the one on which clocks go back has 25 hours, the one on which they go on 23", () => {
    const autumn = ["2026-10-24T22:00:00Z", "2026-10-26T23:00:00Z"] as const;
    expect(dates(...autumn, "day", "Europe/Berlin")).toEqual(["2026-10-25", "2026-10-26"]);
    expect(hours(...autumn, "Europe/Berlin")).toEqual([25, 24]);
    expect(hours("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "Europe/Berlin")).toEqual([23]);
  });

  test("that the range cuts keep when their hour, day or month began", () => {
    const cut = ["2026-01-31T12:00:00Z", "2026-03-01T12:00:00Z"] as const;
    expect(dates(...cut, "month", "UTC")).toEqual(["2026-01-01", "2026-02-01", "2026-03-01"]);
    expect(dates(...cut, "day", "UTC")).toHaveLength(30);
    expect(spansOf(range(...cut), "total", "UTC")).toEqual([{ ...range(...cut), start: at(cut[0]) }]);
  });

  test("follow each other without a gap, from the first moment to the last, in slices too", () => {
    const all = range("2026-04-01T00:00:00Z", "2026-12-01T00:00:00Z");
    const spans = spansOf(all, "day", "Africa/Cairo");
    const middle = Date.UTC(2026, 5, 1, 9, 30);
    const sliced = [...within(spans, { from: all.from, to: middle }), ...within(spans, { from: middle, to: all.to })];
    for (const list of [spans, sliced]) {
      expect([list[0]?.from, list.at(-1)?.to]).toEqual([all.from, all.to]);
      for (const [index, span] of list.entries()) expect(list[index + 1]?.from ?? span.to).toBe(span.to);
    }
    expect(sliced).toHaveLength(spans.length + 1);
    expect(new Set(sliced.map(({ index }) => index)).size).toBe(spans.length);
  });
});

describe("the period before", () => {
  test.each<[string, string, Granularity, string, [string, string]]>([
    // A month is as long as it is, a number of days what it is.
    ["2026-03-01T00:00Z", "2026-04-01T00:00Z", "total", "UTC", ["2026-02-01T00:00", "2026-03-01T00:00"]],
    ["2026-01-01T00:00Z", "2026-04-01T00:00Z", "month", "UTC", ["2025-10-01T00:00", "2026-01-01T00:00"]],
    ["2026-03-01T00:00Z", "2026-04-01T00:00Z", "day", "UTC", ["2026-01-29T00:00", "2026-03-01T00:00"]],
    ["2026-03-10T00:00Z", "2026-03-17T00:00Z", "total", "UTC", ["2026-03-03T00:00", "2026-03-10T00:00"]],
    ["2026-03-10T08:30Z", "2026-03-10T11:00Z", "total", "UTC", ["2026-03-10T06:00", "2026-03-10T08:30"]],
    // The half hour that the first day lacks is lacking in its counterpart.
    ["2026-03-10T00:30Z", "2026-03-12T00:00Z", "day", "UTC", ["2026-03-08T00:30", "2026-03-10T00:00"]],
    ["2026-03-10T00:30Z", "2026-03-12T06:00Z", "day", "UTC", ["2026-03-07T00:30", "2026-03-09T06:00"]],
    // Berlin's days before the change of clocks begin at another hour of UTC.
    ["2026-03-29T22:00Z", "2026-03-31T22:00Z", "day", "Europe/Berlin", ["2026-03-27T23:00", "2026-03-29T22:00"]],
    ["2026-03-29T22:00Z", "2026-03-31T22:00Z", "total", "Europe/Berlin", ["2026-03-27T23:00", "2026-03-29T22:00"]],
    ["2026-03-10T08:30Z", "2026-03-10T10:00Z", "hour", "UTC", ["2026-03-10T06:30", "2026-03-10T08:00"]],
  ])("of %s to %s by %s in %s", (from, to, granularity, zone, expected) => {
    const now = range(from, to);
    const before = rangeBefore(now, granularity, zone);
    expect(shown(before)).toEqual(expected);
    expect(before.to).toBeLessThanOrEqual(now.from);
    expect(spansOf(before, granularity, zone)).toHaveLength(spansOf(now, granularity, zone).length);
  });
});

test("a range is neither empty nor longer than can be answered", () => {
  const long = range("2020-01-01T00:00Z", "2026-01-01T00:00Z");
  expect(rangeProblem({ from: 5, to: 5 }, "total")).toContain("before");
  expect(rangeProblem(long, "month")).toContain("1100 days");
  expect(rangeProblem(range("2026-01-01T00:00Z", "2026-06-01T00:00Z"), "hour")).toContain("2500 hours");
  expect(rangeProblem(range("2026-01-01T00:00Z", "2026-06-01T00:00Z"), "day")).toBeNull();
});
