import { describe, expect, it } from "vitest";
import { questionOf } from "../../../../workers/dashboard/app/pages/alerts/question.ts";
import { nextAt } from "../../../../workers/dashboard/app/resources/notifications/next-at.ts";

const NOW = Date.parse("2026-11-26T12:30:00Z");

describe("what is asked to see why an alert was made", () => {
  it("of a threshold is all that was spent since the period began, by the day, and not beyond now", () => {
    const details = { period_start: "2026-11-01T00:00:00.000Z", limit_usd: "25" };
    expect(questionOf({ kind: "threshold", at: "2026-11-26T12:00:10Z", details }, NOW)).toEqual({
      from: "2026-11-01T00:00:00.000Z",
      to: "2026-11-26T13:00:00.000Z",
      granularity: "day",
      sums: true,
      mark: { detail: "limit_usd", name: "Limit" },
    });
  });

  it("of a period of a day is by the hour", () => {
    const details = { period_start: "2026-11-20T00:00:00.000Z" };
    const question = questionOf({ kind: "exhaustion", at: "2026-11-20T09:00:00Z", details }, NOW);
    expect([question?.granularity, question?.to]).toEqual(["hour", "2026-11-21T09:00:00.000Z"]);
  });

  it("of an anomaly is the hours around it, each by itself", () => {
    const details = { hour: "2026-11-20T09:00:00.000Z" };
    expect(questionOf({ kind: "anomaly", at: "2026-11-20T09:40:00Z", details }, NOW)).toMatchObject({
      from: "2026-11-18T09:00:00.000Z",
      to: "2026-11-20T21:00:00.000Z",
      sums: false,
    });
  });

  it("is nothing of what is about no spending, or does not say since when", () => {
    expect(questionOf({ kind: "provider", at: "2026-11-20T09:40:00Z", details: {} }, NOW)).toBeNull();
    expect(questionOf({ kind: "threshold", at: "2026-11-20T09:40:00Z", details: {} }, NOW)).toBeNull();
  });
});

describe("when a digest is sent next", () => {
  it("is at its hour in its zone, tomorrow once it was today", () => {
    expect(nextAt(8, "Europe/Berlin", NOW)).toBe(Date.parse("2026-11-27T07:00:00Z"));
    expect(nextAt(14, "Europe/Berlin", NOW)).toBe(Date.parse("2026-11-26T13:00:00Z"));
    expect(nextAt(18, "Asia/Kathmandu", NOW)).toBe(Date.parse("2026-11-27T12:15:00Z"));
  });

  it("skips a day whose clocks skip the hour, and is nothing in a zone that is none", () => {
    expect(nextAt(2, "Europe/Berlin", Date.parse("2027-03-28T00:00:00Z"))).toBe(Date.parse("2027-03-29T00:00:00Z"));
    expect(nextAt(2, "Europe/Atlantis", NOW)).toBeNull();
  });
});
