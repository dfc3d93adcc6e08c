import { describe, expect, it } from "vitest";
import { timelineOf } from "../../../../workers/dashboard/app/pages/request/timeline.ts";
import { joined } from "../../../../workers/dashboard/app/pages/requests/joined.ts";

const routing = {
  asked: "a/b",
  rule_id: null,
  rule: null,
  how: "asked" as const,
  passed_over: [],
  passed_over_more: 0,
  candidates: [],
};
const base = {
  model: "c/d",
  outcome: "completed",
  stream: true,
  latency_ms: 1_000,
  first_byte_ms: 700,
  cache: null,
} as const;

describe("the time of a request", () => {
  it("is parted into admission, failed calls, pauses, waiting and the answer, without a gap", () => {
    const tried = [
      { model: "a/b", provider_id: "a", failed: "failed", status: 500, at_ms: 20, took_ms: 80, waited_ms: 300 },
    ];
    const steps = timelineOf({ ...base, routing: { ...routing, tried, called_ms: 400 } });
    expect(steps.map(({ kind, from_ms, to_ms }) => [kind, from_ms, to_ms])).toEqual([
      ["before", 0, 20],
      ["failed", 20, 100],
      ["pause", 100, 400],
      ["waiting", 400, 700],
      ["answer", 700, 1_000],
    ]);
  });

  it("is not made up where nobody has taken it", () => {
    const tried = [
      { model: "a/b", provider_id: "a", failed: "failed", status: 500 },
      { model: "x/y", failed: "unsupported_parameter", status: null },
    ];
    const steps = timelineOf({ ...base, outcome: "upstream_error", routing: { ...routing, tried } });
    expect(steps.map(({ kind, from_ms }) => [kind, from_ms])).toEqual([
      ["failed", null],
      ["skipped", null],
      ["failed", null],
    ]);
  });
});

describe("the log that is followed", () => {
  const rows = (...ids: readonly number[]) => ids.map((id) => ({ id: String(id) }));

  it("has each request once, the newest first", () => {
    expect(joined(rows(4, 3, 2), rows(3, 2, 1))).toEqual({ rows: rows(4, 3, 2, 1), gap: false });
  });

  it("knows when something between may be missing", () => {
    const newest = rows(...Array.from({ length: 100 }, (_, at) => 200 - at));
    expect(joined(newest, rows(3, 2, 1)).gap).toBe(true);
  });
});
