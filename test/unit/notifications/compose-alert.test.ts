import { describe, expect, test } from "vitest";
import { ALERT_KINDS } from "../../../schema/notifications/alert-kinds.ts";
import { type AlertToTell, composeAlert } from "../../../workers/cron/notifications/compose-alert.ts";
import { NOW } from "./examples.ts";

const alert = (kind: string, details: AlertToTell["details"], changes: Partial<AlertToTell> = {}): AlertToTell => ({
  id: "alr_1",
  org_id: "org_1",
  kind,
  object_type: "wallet",
  object_id: "wal_1",
  object_name: "Search",
  team_id: "team_1",
  at: NOW,
  details,
  swallowed: 0,
  ...changes,
});

const figures = { limit_usd: "10.000000000", spent_usd: "8.123456789", period_start: "2026-11-01T00:00:00.000Z" };

test("an alert says what happened to what people call it, and the same in figures", () => {
  expect(composeAlert(alert("threshold", { percent: 80, ...figures }))).toEqual({
    type: "alert",
    kind: "threshold",
    org_id: "org_1",
    source_id: "alr_1",
    at: NOW,
    title: "Search has spent 80 % of its limit",
    lines: [
      "The wallet Search has spent 8.12 US dollars of its limit of 10.00 US dollars in the period that began at 2026-11-01T00:00:00.000Z.",
      "At 2026-11-20T10:00:00.000Z.",
    ],
    tables: [],
    data: {
      object: { type: "wallet", id: "wal_1", name: "Search" },
      team_id: "team_1",
      details: { percent: 80, ...figures },
      swallowed: 0,
    },
  });
});

test("an alert says how many like it were not sent", () => {
  const { lines, data } = composeAlert(alert("exhaustion", figures, { swallowed: 7 }));
  expect(lines).toContain("7 more of this kind came shortly before and were not sent.");
  expect(data.swallowed).toBe(7);
});

test("a thousandth of a cent is not called nothing", () => {
  const { lines } = composeAlert(alert("exhaustion", { ...figures, spent_usd: "0.000012345" }));
  expect(lines[0]).toContain("has spent 0.000012345 US dollars;");
});

describe("every kind has words of its own", () => {
  test.each([
    ["provider", { state: "down", before: "healthy" }, "The provider Search is down"],
    ["provider", { state: "healthy", before: "down" }, "The provider Search is back"],
    ["security", { check: "audit", problems: 2 }, "The audit log does not verify"],
    [
      "security",
      { check: "refused_keys", count: 60, minutes: 10, code: "forbidden" },
      "Many requests of the key Search are refused",
    ],
    ["anomaly", { spent_usd: "9", hour: "x", median_usd: "1", usual_up_to_usd: "2" }, "Search spends more than usual"],
    ["budget_request", { requested_by: "Ada", amount_usd: "500.000000000" }, "Ada asks for 500.00 US dollars"],
    ["bill", { drift_percent: "-9.09", models: ["m"] }, "The bill of Search is not what was counted"],
    ["of a version to come", {}, "Something happened to Search"],
  ])("%s %j", (kind, details, title) => {
    expect(composeAlert(alert(kind, details)).title).toBe(title);
  });

  test("a bill names both figures, and ten models at most", () => {
    const bill = { first_day: "2026-11-01", last_day: "2026-11-30", threshold_percent: "1.00" };
    const told = { ...bill, drift_percent: "9.09", models: ["a", "b"], models_in_all: 5 };
    const { lines } = composeAlert(alert("bill", told));
    expect(lines.join("\n")).toContain("+9.09 % away from the bill of the provider Search; 1.00 % are accepted.");
    expect(lines.join("\n")).toContain("Further apart than that: a, b and 3 more.");
    expect(composeAlert(alert("bill", { ...bill, drift_percent: null, models: [] })).lines[0]).toContain(
      "billed nothing from 2026-11-01 to 2026-11-30",
    );
  });

  test("and none says undefined", () => {
    for (const kind of ALERT_KINDS) {
      expect(JSON.stringify(composeAlert(alert(kind, {})))).not.toContain("undefined");
    }
  });
});
