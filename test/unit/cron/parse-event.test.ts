import { describe, expect, test } from "vitest";
import { parseEvent } from "../../../workers/cron/consumers/parse-event.ts";
import { adjusted, completed, context, record, threshold } from "../../runtime/cron/make-event.ts";

const CANARY = "canary-4711";

describe("a message body", () => {
  test.each([
    completed("e1"),
    adjusted("a1", "e1"),
    adjusted("a1", "e1", { reason: "correction", record }),
    threshold("t1"),
  ])("that is an event is read as it is: $type", (event) => {
    expect(parseEvent(JSON.parse(JSON.stringify(event)))).toEqual({ status: "event", event });
  });

  test.each([
    ["an amount that is no integer", { ...completed("e1"), cost_nano_usd: 0.5 }, "cost_nano_usd invalid_type"],
    ["an amount out of range", { ...completed("e1"), cost_nano_usd: 9_000_000_000_000_001 }, "cost_nano_usd too_big"],
    ["usage below zero", completed("e1", { record: { ...record, usage: { input: -1 } } }), "record.usage too_small"],
    [
      "a usage component that nobody knows",
      { ...completed("e1"), record: { ...record, usage: { [CANARY]: 1 } } },
      "record.usage unrecognized_keys",
    ],
    [
      "a tag that is no text",
      { ...completed("e1"), context: { ...context, tags: { [CANARY]: 1 } } },
      "context.tags invalid_type",
    ],
    [
      "an outcome that nobody knows",
      { ...completed("e1"), record: { ...record, outcome: CANARY } },
      "record.outcome invalid_value",
    ],
    ["no event at all", CANARY, "message invalid_type"],
    ["nothing", undefined, "message invalid_type"],
  ])("with %s is unreadable, and the reason quotes nothing of it", (_, body, problem) => {
    expect(parseEvent(body)).toEqual({ status: "unreadable", reason: `not an event: ${problem}` });
  });

  test("with many faults names the first few", () => {
    const parsed = parseEvent({ type: "request.completed" });
    expect(parsed).toMatchObject({ status: "unreadable" });
    expect(JSON.stringify(parsed).length).toBeLessThan(300);
  });
});
