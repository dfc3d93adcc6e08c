import { describe, expect, test } from "vitest";
import * as z from "zod";
import { isRefused } from "../../../schema/kernel/errors.ts";
import { chargebackParams, chargebackQuery } from "../../../workers/dashboard/chargeback/query.ts";

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
  expect(read.filters.map(({ dimension, values }) => [dimension.name, values])).toEqual([
    ["team", ["tem_1"]],
    ["cost_center", [null]],
  ]);
  expect(schema.safeParse({ wallet_id: "" }).success).toBe(false);
});

test("an unknown group is refused with those that there are, names of what every object has among them", () => {
  for (const group_by of ["planet", "team,", "toString", "__proto__"]) {
    expect(schema.safeParse({ group_by }).error?.issues[0]?.message).toMatch(/no group .* team, cost_center, .* month/);
  }
});
