import { describe, expect, it } from "vitest";
import {
  addressValue,
  type CostFilter,
  costsHref,
  filterValue,
  hrefOfQuery,
  NONE,
} from "../../../../workers/dashboard/app/lib/cost-query.ts";
import { placeNames, placesOf, usualGranularity } from "../../../../workers/dashboard/app/lib/time-places.ts";
import { deeper } from "../../../../workers/dashboard/app/pages/costs/deeper.ts";
import { requestsHref } from "../../../../workers/dashboard/app/pages/costs/requests-href.ts";

const at = (text: string): number => Date.parse(text);

describe("addresses of the cost explorer", () => {
  it("say what is grouped and filtered, and what has none of something", () => {
    expect(costsHref({ by: "model", range: "30d", filter: { team: "tea_1", feature: null } })).toBe(
      "/costs?by=model&range=30d&team=tea_1&feature=%7Enone",
    );
    expect(costsHref({ by: "model", filter: { "tag:env": "a&b" } })).toBe("/costs?by=model&tag%3Aenv=a%26b");
    expect(costsHref({ filter: { model: ["a/b", "c,d", null], below: "wal_1" } })).toBe(
      "/costs?model=a%2Fb&model=c%2Cd&model=%7Enone&below=wal_1",
    );
  });

  it("are made from the queries that the overview gives", () => {
    const query = {
      from: "2026-11-01T00:00:00Z",
      to: "2026-12-01T00:00:00Z",
      group_by: ["team"],
      filter: { team: ["a", "b"] },
    };
    expect(hrefOfQuery(query)).toBe(
      "/costs?by=team&from=2026-11-01T00%3A00%3A00Z&to=2026-12-01T00%3A00%3A00Z&team=a&team=b",
    );
  });

  it("read values back as the API takes them", () => {
    expect(filterValue("status", "402")).toBe(402);
    expect(filterValue("model", "402")).toBe("402");
    expect(filterValue("feature", NONE)).toBeNull();
    for (const value of ["search", 200, null]) expect(filterValue("status", addressValue(value))).toBe(value);
  });
});

describe("the way down in the cost explorer", () => {
  it("replaces what is filtered by, and cuts by what can still be told apart", () => {
    expect(deeper({}, "team", "tea_1")).toEqual({ team: "tea_1", by: "wallet", then: "" });
    expect(deeper({ wallet: ["a"] }, "team", "tea_1")).toMatchObject({ by: "feature" });
    // Of several wallets each can be looked at, and so can those below one.
    expect(deeper({ wallet: ["a", "b"] }, "team", "tea_1")).toMatchObject({ by: "wallet" });
    expect(deeper({ below: ["a"] }, "team", NONE)).toMatchObject({ team: NONE, by: "wallet" });
    expect(deeper({ model: ["a", "b"] }, "model", "a")).toMatchObject({ model: "a", by: "team" });
  });
});

describe("the requests behind a figure", () => {
  const range = { preset: null, from: "2026-11-01T00:00:00.000Z", to: "2026-11-02T00:00:00.000Z" };

  it("are those of the same time and the same groups", () => {
    const filter = { team: ["tea_1"], user: ["u"], status: [502], "tag:env": ["prod"], cost_center: [null] };
    expect(requestsHref({ ...range, preset: "30d" }, filter)).toBe(
      "/requests?range=30d&team_id=tea_1&subject=u&status=502&tag=env%3Aprod&cost_center=-",
    );
    expect(requestsHref(range, {})).toBe("/requests?from=2026-11-01T00%3A00%3A00.000Z&to=2026-11-02T00%3A00%3A00.000Z");
  });

  it("are not led to where the log could not tell them from others", () => {
    const untold: readonly CostFilter[] = [
      { feature: [null] },
      { "tag:env": [null] },
      { "tag:env": ["a"], "tag:app": ["b"] },
      { model: ["a", "b"] },
      { below: ["wal_1"] },
    ];
    for (const filter of untold) {
      expect(requestsHref(range, filter)).toBeNull();
    }
  });
});

describe("places of a time axis", () => {
  it("are every day of a zone, also where clocks change", () => {
    const name = placeNames("day", "Europe/Berlin");
    const places = placesOf(at("2026-10-23T22:00:00Z"), at("2026-10-26T23:00:00Z"), "day", name);
    expect(places).toEqual(["24 Oct", "25 Oct", "26 Oct"]);
  });

  it("are every hour, and every month", () => {
    const hours = placesOf(at("2026-11-26T21:00:00Z"), at("2026-11-27T00:00:00Z"), "hour", placeNames("hour", "UTC"));
    expect(hours).toEqual(["26 Nov, 21:00", "26 Nov, 22:00", "26 Nov, 23:00"]);
    const months = placesOf(
      at("2026-01-01T00:00:00Z"),
      at("2026-04-01T00:00:00Z"),
      "month",
      placeNames("month", "UTC"),
    );
    expect(months).toEqual(["Jan 2026", "Feb 2026", "Mar 2026"]);
  });

  it("are nothing of an empty range, and the part of the last day that has begun", () => {
    expect(placesOf(5, 5, "day", placeNames("day", "UTC"))).toEqual([]);
    const places = placesOf(at("2026-11-25T23:00:00Z"), at("2026-11-26T00:30:00Z"), "day", placeNames("day", "UTC"));
    expect(places).toEqual(["25 Nov", "26 Nov"]);
  });

  it("are not too many unless somebody wants them", () => {
    const [from, day] = [at("2026-01-01T00:00:00Z"), 86_400_000];
    expect([1, 30, 400].map((days) => usualGranularity(from, from + days * day))).toEqual(["hour", "day", "month"]);
  });
});
