import { describe, expect, it } from "vitest";
import { formatCents, formatUsd, formatUsdTick, ratio, sumUsd } from "../../../../workers/dashboard/app/lib/amounts.ts";
import { idsIn } from "../../../../workers/dashboard/app/lib/pasted-ids.ts";
import { hrefTo, pathOfOldHash } from "../../../../workers/dashboard/app/lib/paths.ts";
import { presetRange, readRange } from "../../../../workers/dashboard/app/lib/range.ts";

describe("ids in what was pasted", () => {
  const request = `req_${"0".repeat(25)}1`;
  const wallet = `wal_eu_${"0".repeat(25)}2`;

  it("are found in a whole error, each once and in order", () => {
    const error = `402 {"error":{"code":"wallet_exhausted","request_id":"${request}","wallet_id":"${wallet}"}} (${request})`;
    expect(idsIn(error)).toEqual([
      { prefix: "req", id: request },
      { prefix: "wal", id: wallet },
    ]);
  });

  it("are none in names, in keys, and in what was cut off", () => {
    for (const text of ["support", "ao_abc", request.slice(0, -1), `${request}0`]) expect(idsIn(text)).toEqual([]);
  });
});

describe("amounts", () => {
  it("are added up exactly, where floating-point numbers would not", () => {
    expect(sumUsd(["0.1", "0.2", "9007199254740993.000000001"])).toBe("9007199254740993.300000001");
    expect(sumUsd(["-1.5", "0.25"])).toBe("-1.250000000");
  });

  it.each([
    ["1234567.500000000", "$1,234,567.50", "$1,234,567.50"],
    ["0.005000000", "$0.005000", "$0.01"],
    ["0.002637000", "$0.002637", "$0.0026"],
    ["0.000000001", "$0.000000001", "$0.000000001"],
    ["-25.999000000", "−$25.999000", "−$26.00"],
    ["0.000000000", "$0.00", "$0.00"],
    ["none", "none", "none"],
  ])("%s is shown as %s, and in a tile as %s", (usd, exact, rounded) => {
    expect([formatUsd(usd), formatCents(usd)]).toEqual([exact, rounded]);
  });

  it("are short at an axis", () => {
    expect([0, 0.0005, 0.25, 40, 1_250].map(formatUsdTick)).toEqual(["$0", "$0.0005", "$0.25", "$40", "$1.3K"]);
  });

  it("are a share of a whole, and of nothing none", () => {
    expect([ratio("1", "4"), ratio("1", "0"), ratio("3", "2")]).toEqual([0.25, 0, 1.5]);
  });
});

describe("addresses", () => {
  it("encode what stands in them and leave out what is empty", () => {
    expect(hrefTo(["models", "a/b c"], { sort: "-name", team_id: null, q: "" })).toBe("/models/a%2Fb%20c?sort=-name");
  });

  it.each([
    ["#/wallets/wal_1?sort=name", "/wallets/wal_1?sort=name"],
    ["#/create/keys", "/keys/new"],
    ["#/invite/aoi_abc", "/invite#aoi_abc"],
    ["#/sign-in?invitation=aoi_abc", "/sign-in#aoi_abc"],
    ["#aoi_abc", null],
    ["", null],
  ])("of before, %s, lead to %s", (hash, path) => {
    expect(pathOfOldHash(hash)).toBe(path);
  });
});

describe("ranges", () => {
  const now = Date.UTC(2026, 10, 26, 20, 30);
  const read = (query: Record<string, string>) => readRange((name) => query[name] ?? null, now);

  it("end with the hour that has begun, and months are UTC's", () => {
    expect(read({ range: "24h" })).toEqual({
      preset: "24h",
      from: "2026-11-25T21:00:00.000Z",
      to: "2026-11-26T21:00:00.000Z",
    });
    expect(presetRange("last-month", Date.UTC(2026, 0, 5))).toMatchObject({
      from: "2025-12-01T00:00:00.000Z",
      to: "2026-01-01T00:00:00.000Z",
    });
  });

  it("are the address's own where it has two moments in order, and the usual one for what is none", () => {
    expect(read({ from: "2026-11-01", to: "2026-11-02" })).toEqual({
      preset: null,
      from: "2026-11-01T00:00:00.000Z",
      to: "2026-11-02T00:00:00.000Z",
    });
    expect([read({ from: "2026-11-02", to: "2026-11-01" }).preset, read({ range: "constructor" }).preset]).toEqual([
      "30d",
      "30d",
    ]);
  });
});
