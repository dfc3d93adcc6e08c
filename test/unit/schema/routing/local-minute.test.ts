import { expect, test } from "vitest";
import { wallClock } from "../../../../schema/routing/local-minute.ts";

const MINUTE = 60_000;

test("a clock is right minute by minute, forwards and backwards, also where the zone changes or is a part of an hour off", () => {
  const [berlin, kathmandu] = [wallClock("Europe/Berlin"), wallClock("Asia/Kathmandu")];
  // In Berlin clocks skip the hour from two on, on Sunday, 29 March 2026.
  const change = Date.UTC(2026, 2, 29, 1);
  expect([change - 1, change, change + MINUTE - 1, change + MINUTE, change - MINUTE].map((at) => berlin(at))).toEqual([
    { day: 6, clock: "01:59" },
    { day: 6, clock: "03:00" },
    { day: 6, clock: "03:00" },
    { day: 6, clock: "03:01" },
    { day: 6, clock: "01:59" },
  ]);
  expect(kathmandu(change)).toEqual({ day: 6, clock: "06:45" });
  expect(berlin(change)).toEqual({ day: 6, clock: "03:00" });
  expect(wallClock("Europe/Berlin")).toBe(berlin);
});
