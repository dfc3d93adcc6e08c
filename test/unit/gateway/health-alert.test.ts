import { expect, test } from "vitest";
import { healthAlert } from "../../../workers/gateway/monitor/health-alert.ts";

const change = (before: string | null, state: string, since = 7) =>
  healthAlert({ org_id: "org_1", provider_id: "openai", before, state, since });

test.each([
  [null, "down", "provider/openai/down"],
  ["healthy", "down", "provider/openai/down"],
  ["degraded", "down", "provider/openai/down"],
  ["down", "healthy", "provider/openai/back"],
  ["down", "degraded", "provider/openai/back"],
])("a provider that was %s and is %s is told of", (before, state, dedupe_key) => {
  expect(change(before, state)).toMatchObject({ kind: "provider", dedupe_key, details: { state, before } });
});

test.each([
  [null, "healthy"],
  [null, "unknown"],
  ["healthy", "degraded"],
  ["degraded", "healthy"],
  ["down", "unknown"],
])("a provider that was %s and is %s is nobody's alarm", (before, state) => {
  expect(change(before, state)).toBeNull();
});

test("the same change told twice is one alert, the next time it goes down another", () => {
  expect(change("healthy", "down")?.source).toBe(change("healthy", "down")?.source);
  expect(change("healthy", "down")?.source).not.toBe(change("healthy", "down", 8)?.source);
});
