import { describe, expect, test, vi } from "vitest";
import { retryLater } from "../../../workers/cron/consumers/retry-later.ts";
import { sendGroups } from "../../../workers/cron/dead-letters/replay.ts";

const letter = (id: string, bytes: number) => ({ id, body: "x".repeat(bytes) });

describe("a replay is sent in groups that a queue takes", () => {
  test("of at most 100 messages", () => {
    const letters = Array.from({ length: 250 }, (_, index) => letter(`d${index}`, 10));
    const groups = sendGroups(letters);
    expect(groups.map((group) => group.length)).toEqual([100, 100, 50]);
    expect(groups.flat()).toEqual(letters);
  });

  test("of at most 200,000 bytes, counted as they are sent", () => {
    const groups = sendGroups([
      letter("a", 100_000),
      letter("b", 100_000),
      letter("c", 1),
      { id: "d", body: "é".repeat(100_000) },
    ]);
    expect(groups.map((group) => group.map(({ id }) => id))).toEqual([["a", "b"], ["c"], ["d"]]);
  });

  test("with a letter that is larger than that alone", () => {
    expect(sendGroups([letter("a", 1), letter("b", 300_000), letter("c", 1)]).map((group) => group.length)).toEqual([
      1, 1, 1,
    ]);
  });

  test("and nothing is sent for nothing", () => {
    expect(sendGroups([])).toEqual([]);
  });
});

test("a message comes back soon at first and every quarter of an hour in the end", () => {
  const delays = [1, 2, 3, 4, 5, 6, 7, 100].map((attempts) => {
    const retry = vi.fn();
    retryLater({ attempts, retry });
    return retry.mock.calls[0]?.[0].delaySeconds;
  });
  expect(delays).toEqual([2, 5, 15, 60, 300, 900, 900, 900]);
});
