import { expect, test } from "vitest";
import { dimensionOf } from "../../../../workers/dashboard/spend/dimensions.ts";
import { type Granularity, spansOf } from "../../../../workers/dashboard/spend/range.ts";
import { stretchesOf, takesDays } from "../../../../workers/dashboard/spend/stores.ts";

/** The parts that each store answers where hours before `folded` are in the sums of days. */
function parts(
  [from, to]: readonly [string, string],
  names: readonly string[],
  granularity: Granularity,
  zone: string,
  folded: string | null,
) {
  const dimensions = names.map((name) => {
    const dimension = dimensionOf(name);
    if (dimension === null) throw new Error(`no dimension ${name}`);
    return dimension;
  });
  const spans = spansOf({ from: Date.parse(from), to: Date.parse(to) }, granularity, zone);
  return stretchesOf(spans, dimensions, folded === null ? 0 : Date.parse(folded)).map((stretch) => [
    stretch.store,
    ...[stretch.from, stretch.to].map((at) => new Date(at).toISOString().slice(5, 16)),
  ]);
}

const stores = (from: string, to: string, names: readonly string[], granularity: Granularity = "total", zone = "UTC") =>
  parts([from, to], names, granularity, zone, null);

const folded = (
  range: readonly [string, string],
  granularity: Granularity,
  zone = "UTC",
  until = "2027-01-01T00:00Z",
) => parts(range, ["team"], granularity, zone, until);

const USUAL = ["team", "cost_center", "wallet", "key", "provider", "model", "feature", "outcome", "status"];
const days = ["2026-11-01T00:00Z", "2026-11-03T00:00Z"] as const;

test("sums per hour answer whole hours by the usual dimensions, the log what is left at both ends", () => {
  expect(stores(...days, USUAL)).toEqual([["hours", "11-01T00:00", "11-03T00:00"]]);
  expect(stores("2026-11-01T00:30Z", "2026-11-03T00:10Z", ["team"])).toEqual([
    ["log", "11-01T00:30", "11-01T01:00"],
    ["hours", "11-01T01:00", "11-03T00:00"],
    ["log", "11-03T00:00", "11-03T00:10"],
  ]);
  expect(stores("2026-11-01T00:10Z", "2026-11-01T00:50Z", [])).toEqual([["log", "11-01T00:10", "11-01T00:50"]]);
});

test("the log answers dimensions that only it has, and days that begin within an hour", () => {
  for (const name of ["user", "country", "tag:env"]) expect(stores(...days, [name])[0]?.[0]).toBe("log");
  expect(stores(...days, [], "day", "Europe/Berlin").map(([store]) => store)).toEqual(["hours"]);
  expect(stores(...days, [], "day", "Asia/Kolkata").map(([store]) => store)).toEqual(["log"]);
  expect(stores(...days, [], "total", "Asia/Kolkata").map(([store]) => store)).toEqual(["hours"]);
});

test("sums per day answer whole days of UTC that are folded", () => {
  expect(folded(days, "total")).toEqual([["days", "11-01T00:00", "11-03T00:00"]]);
  expect(folded(days, "day")).toEqual([["days", "11-01T00:00", "11-03T00:00"]]);
  expect(folded(days, "hour")).toEqual([["hours", "11-01T00:00", "11-03T00:00"]]);
  expect(folded(days, "total", "UTC", "2026-11-02T23:00Z")).toEqual([
    ["days", "11-01T00:00", "11-02T00:00"],
    ["hours", "11-02T00:00", "11-03T00:00"],
  ]);
  expect(folded(days, "total", "UTC", "2026-11-01T23:00Z")).toEqual([["hours", "11-01T00:00", "11-03T00:00"]]);
});

test("sums per hour answer what is left of the days at the ends of the range and of what it is cut at", () => {
  expect(folded(["2026-11-01T00:30Z", "2026-11-04T05:10Z"], "total")).toEqual([
    ["log", "11-01T00:30", "11-01T01:00"],
    ["hours", "11-01T01:00", "11-02T00:00"],
    ["days", "11-02T00:00", "11-04T00:00"],
    ["hours", "11-04T00:00", "11-04T05:00"],
    ["log", "11-04T05:00", "11-04T05:10"],
  ]);
  const berlin = ["2026-10-29T23:00Z", "2026-11-02T23:00Z"] as const;
  expect(folded(berlin, "month", "Europe/Berlin")).toEqual([
    ["hours", "10-29T23:00", "10-30T00:00"],
    ["days", "10-30T00:00", "10-31T00:00"],
    ["hours", "10-31T00:00", "11-01T00:00"],
    ["days", "11-01T00:00", "11-02T00:00"],
    ["hours", "11-02T00:00", "11-02T23:00"],
  ]);
  expect(folded(berlin, "day", "Europe/Berlin")).toEqual([["hours", "10-29T23:00", "11-02T23:00"]]);
});

test("the sums of days are asked for where they could answer a part", () => {
  const takes = (granularity: Granularity, zone: string) =>
    takesDays(spansOf({ from: Date.parse(days[0]), to: Date.parse(days[1]) }, granularity, zone), []);
  expect([takes("total", "Asia/Kolkata"), takes("day", "UTC")]).toEqual([true, true]);
  expect([takes("hour", "UTC"), takes("day", "Europe/Berlin"), takes("day", "Asia/Kolkata")]).toEqual([
    false,
    false,
    false,
  ]);
});

test("a name is that of a dimension or of none", () => {
  for (const name of ["toString", "__proto__", "tag:", 'tag:a"b', "tag:a\\b", "planet", `tag:${"x".repeat(101)}`]) {
    expect(dimensionOf(name)).toBeNull();
  }
});
