import { describe, expect, it } from "vitest";
import {
  compareCounts,
  driftOf,
  findingOf,
  judge,
  totalsByModel,
} from "../../../../workers/dashboard/reconciliation/compare.ts";
import { modelKey } from "../../../../workers/dashboard/reconciliation/model-key.ts";
import type { CountedLine } from "../../../../workers/dashboard/reconciliation/read-export.ts";

const line = (day: string, model: string, cost: bigint | null, tokens: number | null = null): CountedLine => ({
  day,
  key: modelKey(model),
  model,
  cost_nano_usd: cost,
  requests: null,
  input_tokens: tokens,
  output_tokens: null,
});

const verdict = (theirs: readonly CountedLine[], ours: readonly CountedLine[], threshold = 100) =>
  judge(totalsByModel(compareCounts(theirs, ours), modelKey), threshold);

describe("both counts beside each other", () => {
  it("joins snapshots with their model, and keeps what only one side has", () => {
    const lines = compareCounts(
      [line("2026-11-01", "gpt-5-2025-08-07", 100n), line("2026-11-01", "web search", 5n)],
      [line("2026-11-01", "gpt-5", 60n), line("2026-11-01", "gpt-5-2025-08-07", 40n), line("2026-11-02", "o3", 7n)],
    );
    expect(lines.map((one) => [one.day, one.model, one.theirs?.cost_nano_usd, one.ours?.cost_nano_usd])).toEqual([
      ["2026-11-01", "gpt-5-2025-08-07", 100n, 100n],
      ["2026-11-01", "web search", 5n, undefined],
      ["2026-11-02", "o3", undefined, 7n],
    ]);
    expect(lines.map(findingOf)).toEqual(["equal", "only_theirs", "only_ours"]);
  });

  it("lays a file without models beside the sum of a day", () => {
    const lines = compareCounts(
      [line("2026-11-01", "", 100n)],
      [line("2026-11-01", "a", 60n), line("2026-11-01", "b", 41n), line("2026-11-02", "a", 1n)],
    );
    expect(lines.map((one) => [one.day, one.theirs?.cost_nano_usd, one.ours?.cost_nano_usd])).toEqual([
      ["2026-11-01", 100n, 101n],
      ["2026-11-02", undefined, 1n],
    ]);
  });

  it.each([
    [101n, 100n, 100],
    [99n, 100n, -100],
    [100n, 100n, 0],
    [5n, 0n, null],
    [5n, null, null],
  ] as const)("%s against %s is %s hundredths of a percent", (ours, theirs, drift) => {
    expect(driftOf(ours, theirs)).toBe(drift);
  });
});

describe("the alarm", () => {
  it("is silent within the threshold, at it, and where a request at midnight fell on the next day", () => {
    expect(verdict([line("2026-11-01", "m", 10_000n)], [line("2026-11-01", "m", 10_100n)])).toEqual({
      drift: 100,
      alarm: false,
      models: [],
    });
    const theirs = [line("2026-11-01", "m", 50n), line("2026-11-02", "m", 50n)];
    const ours = [line("2026-11-01", "m", 40n), line("2026-11-02", "m", 60n)];
    expect(verdict(theirs, ours)).toMatchObject({ drift: 0, alarm: false });
  });

  it("names the models where one cancels another out", () => {
    const theirs = [line("2026-11-01", "a", 1_000n), line("2026-11-01", "b", 1_000n)];
    const ours = [line("2026-11-01", "a", 1_100n), line("2026-11-01", "b", 900n)];
    expect(verdict(theirs, ours)).toEqual({ drift: 0, alarm: true, models: ["a", "b"] });
  });

  it("does not wake anybody for a model of no weight", () => {
    const theirs = [line("2026-11-01", "a", 100_000n), line("2026-11-01", "b", 10n)];
    const ours = [line("2026-11-01", "a", 100_000n), line("2026-11-01", "b", 20n)];
    expect(verdict(theirs, ours)).toMatchObject({ alarm: false, models: [] });
  });

  it("rings where only one side has anything", () => {
    expect(verdict([line("2026-11-01", "m", 100n)], [])).toMatchObject({ drift: -10_000, alarm: true });
    expect(verdict([line("2026-11-01", "m", 0n)], [line("2026-11-01", "m", 5n)])).toMatchObject({
      drift: null,
      alarm: true,
    });
    expect(verdict([line("2026-11-01", "m", 0n)], [])).toMatchObject({ alarm: false });
  });

  it("compares tokens where the file has no money", () => {
    const ours = [line("2026-11-01", "m", 5n, 1_020)];
    expect(verdict([line("2026-11-01", "m", null, 1_000)], ours)).toEqual({ drift: 200, alarm: true, models: ["m"] });
    expect(verdict([line("2026-11-01", "m", null, 1_020)], ours)).toMatchObject({ drift: 0, alarm: false });
  });
});
