import { expect, test } from "vitest";
import { expectedOf } from "../../../bench/deliveries/expected.ts";
import { FROM, makeEvent, TO } from "../../../bench/deliveries/make-event.ts";
import { eventSchema } from "../../../schema/wire/events.ts";

test("every number is an event that the consumer takes, the same each time", () => {
  const ids = new Set<string>();
  for (let index = 0; index < 2_000; index += 1) {
    const event = makeEvent(index);
    expect(eventSchema.parse(event)).toEqual(makeEvent(index));
    expect(event.at).toBeGreaterThanOrEqual(FROM);
    expect(event.at).toBeLessThan(TO);
    ids.add(event.event_id);
  }
  expect(ids.size).toBe(2_000);
});

test("what is expected of events adds up", () => {
  const { completed, adjusted, thresholds, rollup } = expectedOf(2_000);
  expect(completed + adjusted + thresholds).toBe(2_000);
  expect([...rollup.values()].reduce((total, { requests }) => total + requests, 0)).toBe(completed);
});
