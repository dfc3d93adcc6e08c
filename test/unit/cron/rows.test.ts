import { expect, test } from "vitest";
import { rowsOf } from "../../../workers/cron/events/rows.ts";
import { adjusted, completed, record, threshold } from "../../runtime/cron/make-event.ts";

test("each kind of event goes to its own table, once per event id", () => {
  const rows = rowsOf([completed("e1"), threshold("t1"), adjusted("a1", "e1"), completed("e1"), completed("e2")]);
  expect(rows.requests.map((row) => row.event_id)).toEqual(["e1", "e2"]);
  expect(rows.adjustments.map((row) => row.event_id)).toEqual(["a1"]);
  expect(rows.wallet_events.map((row) => row.event_id)).toEqual(["t1"]);
});

test("tokens count with the request and with a correction, never again with an overage", () => {
  const [correction, unrecorded, overage] = rowsOf([
    adjusted("a1", "e1", { reason: "correction", record }),
    adjusted("a2", "e1", { reason: "correction", record: null }),
    adjusted("a3", "e1", { reason: "overage", record }),
  ]).adjustments;
  expect(correction).toMatchObject({ input_tokens: 120, output_tokens: 35 });
  expect(unrecorded).toMatchObject({ input_tokens: 0, output_tokens: 0 });
  expect(overage).toMatchObject({ input_tokens: 0, output_tokens: 0 });
});
