import { expect, test } from "vitest";
import { givenOut, nextBatchAt, type Sending, sentAt } from "../../../bench/deliveries/sending.ts";

const sending: Sending = { per_second: 200, outage_from: 10_000, outage_ms: 5_000 };

test("events are given out as they are sent, but for an outage, whose events come together at its end", () => {
  expect(sentAt(sending, 400)).toBe(2_000);
  expect([9_999, 10_000, 14_999, 15_000].map((now) => givenOut(sending, now))).toEqual([1_999, 2_000, 2_000, 3_000]);
});

test("a batch waits until it is full, a second at most, or for the end of the outage", () => {
  expect(nextBatchAt(sending, 0)).toBe(500);
  expect(nextBatchAt({ ...sending, per_second: 10 }, 0)).toBe(1_000);
  expect(nextBatchAt(sending, 1_950)).toBe(15_000);
});
