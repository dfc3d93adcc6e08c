import { describe, expect, test } from "vitest";
import * as z from "zod";
import { isRefused } from "../../../schema/kernel/errors.ts";
import { chargebackParams, chargebackQuery } from "../../../workers/dashboard/chargeback/query.ts";
import { spansOf, within } from "../../../workers/dashboard/chargeback/spans.ts";

const NOW = Date.UTC(2026, 10, 20, 10);
const schema = z.object(chargebackParams);

function query(params: Record<string, string>) {
  const read = chargebackQuery(schema.parse(params), NOW);
  if (isRefused(read)) throw new Error(read.refused.message);
  return read;
}
const refusal = (params: Record<string, string>) => {
  const read = chargebackQuery(schema.parse(params), NOW);
  return isRefused(read) ? read.refused.message : null;
};
const times = ({ range }: ReturnType<typeof query>) =>
  [range.from, range.to].map((at) => new Date(at).toISOString().slice(0, 16));

describe("the range", () => {
  test.each([
    [{}, ["2026-11-01T00:00", "2026-12-01T00:00"]],
    [{ time_zone: "Asia/Tokyo" }, ["2026-10-31T15:00", "2026-11-30T15:00"]],
    [{ to: "2026-03-01T00:00:00Z" }, ["2026-02-01T00:00", "2026-03-01T00:00"]],
    [{ from: "2026-10-05T00:00:00+02:00" }, ["2026-10-04T22:00", "2026-12-01T00:00"]],
  ])("of %j is %j", (params, expected) => expect(times(query(params))).toEqual(expected));

  test("is neither empty nor longer than can be answered", () => {
    expect(refusal({ from: "2026-01-01T00:00:00Z", to: "2026-01-01T00:00:00Z" })).toContain("before");
    expect(refusal({ from: "2027-01-01T00:00:00Z" })).toContain("before");
    expect(refusal({ from: "2020-01-01T00:00:00Z" })).toContain("1100 days");
  });
});

test("groups keep their order and count once; filters are what was given, an empty one asks for none", () => {
  const read = query({ group_by: "day, wallet,day", cost_center: "", team_id: "tem_1" });
  expect(read.group_by).toEqual(["day", "wallet"]);
  expect(read.filters).toEqual([
    { column: "team_id", value: "tem_1" },
    { column: "cost_center", value: null },
  ]);
  expect(schema.safeParse({ wallet_id: "" }).success).toBe(false);
});

test("an unknown group is refused with those that there are, names of what every object has among them", () => {
  for (const group_by of ["planet", "team,", "toString", "__proto__"]) {
    expect(schema.safeParse({ group_by }).error?.issues[0]?.message).toMatch(/no group .* team, cost_center, .* month/);
  }
});

describe("days and months", () => {
  const dates = (params: Record<string, string>) => spansOf(query(params)).map(({ date }) => date);
  const hours = (params: Record<string, string>) =>
    spansOf(query(params)).map(({ from, to }) => (to - from) / 3_600_000);

  test("are local: the day on which clocks go back has 25 hours, the day on which they go on 23", () => {
    const berlin = { group_by: "day", time_zone: "Europe/Berlin" };
    const autumn = { ...berlin, from: "2026-10-24T22:00:00Z", to: "2026-10-26T23:00:00Z" };
    expect(dates(autumn)).toEqual(["2026-10-25", "2026-10-26"]);
    expect(hours(autumn)).toEqual([25, 24]);
    expect(hours({ ...berlin, from: "2026-03-28T23:00:00Z", to: "2026-03-29T22:00:00Z" })).toEqual([23]);
  });

  test("that the range cuts keep their date", () => {
    const cut = { group_by: "month,wallet", from: "2026-01-31T12:00:00Z", to: "2026-03-01T12:00:00Z" };
    expect(dates(cut)).toEqual(["2026-01", "2026-02", "2026-03"]);
    expect(dates({ ...cut, group_by: "month,day" })).toHaveLength(30);
    expect(dates({ ...cut, group_by: "wallet" })).toEqual([""]);
  });

  test("follow each other without a gap, from the first moment to the last, in slices too", () => {
    const read = query({ group_by: "day", time_zone: "Africa/Cairo", from: "2026-04-01T00:00:00Z" });
    const spans = spansOf(read);
    const middle = Date.UTC(2026, 5, 1, 9, 30);
    const sliced = [
      ...within(spans, { from: read.range.from, to: middle }),
      ...within(spans, { from: middle, to: read.range.to }),
    ];
    for (const list of [spans, sliced]) {
      expect([list[0]?.from, list.at(-1)?.to]).toEqual([read.range.from, read.range.to]);
      for (const [index, span] of list.entries()) expect(list[index + 1]?.from ?? span.to).toBe(span.to);
    }
    expect(sliced).toHaveLength(spans.length + 1);
  });
});
