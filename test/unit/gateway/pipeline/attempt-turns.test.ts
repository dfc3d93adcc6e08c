import { describe, expect, it } from "vitest";
import type { UpstreamError } from "../../../../schema/canonical/parts.ts";
import {
  afterFailure,
  type Contender,
  FRESH,
  nextTurn,
  outOfTurn,
} from "../../../../workers/gateway/pipeline/attempt-turns.ts";
import { upstreamFailure } from "../../../../workers/gateway/providers/kit/upstream-failure.ts";

const DEADLINE = 30_000;
const failure = (kind: UpstreamError["class"] = "failed", more: Partial<UpstreamError> = {}): UpstreamError => ({
  ...upstreamFailure("no", kind),
  ...more,
});
const failed = (contender: Contender, now: number, error = failure(), random = 0) =>
  afterFailure(contender, error, { now, deadline_at: DEADLINE, random });

describe("whose turn it is", () => {
  it("is everybody's once, in order, whatever the others' failures ask for", () => {
    const line: Contender[] = [FRESH, FRESH, FRESH];
    for (const place of [0, 1, 2]) {
      expect(nextTurn(line, 0, 0)).toEqual({ place, wait_ms: 0 });
      line[place] = failed(FRESH, 0, failure("rate_limited", { retry_after_ms: 1 }));
    }
    expect(nextTurn(line, 0, 0)).toBeNull();
  });

  it("goes round again as long as there are retries, with pauses that double", () => {
    const line: Contender[] = [FRESH, FRESH];
    const seen: [number, number][] = [];
    let now = 0;
    for (let turn = nextTurn(line, now, 9); turn !== null && seen.length < 8; turn = nextTurn(line, now, 9)) {
      now += turn.wait_ms;
      seen.push([turn.place, now]);
      line[turn.place] = failed(line[turn.place] ?? FRESH, now, failure(), 1);
    }
    expect(seen).toEqual([
      [0, 0],
      [1, 0],
      [0, 500],
      [1, 500],
      [0, 1_500],
      [1, 1_500],
      [0, 3_500],
      [1, 3_500],
    ]);
  });

  it("is that of whoever is ready first", () => {
    const line = [failed(FRESH, 0, failure("rate_limited", { retry_after_ms: 9_000 })), failed(FRESH, 100)];
    expect(nextTurn(line, 100, 1)).toEqual({ place: 1, wait_ms: 250 });
  });

  it.each<[string, Contender, { place: number; wait_ms: number } | null]>([
    [
      "at the deadline is in time",
      failed(FRESH, 0, failure("overloaded", { retry_after_ms: 30_000 })),
      { place: 0, wait_ms: 30_000 },
    ],
    ["behind the deadline is nobody's", failed(FRESH, 0, failure("overloaded", { retry_after_ms: 30_001 })), null],
    [
      "is not waited for where the provider says at once",
      failed(FRESH, 0, failure("rate_limited", { retry_after_ms: 0 })),
      { place: 0, wait_ms: 0 },
    ],
    ["is not that of one who is out", outOfTurn(failed(FRESH, 0)), null],
    ["is not that of one who was passed over", outOfTurn(FRESH), null],
    ["never comes again for a refused credential", failed(FRESH, 0, failure("auth")), null],
    ["never comes again for an account without money", failed(FRESH, 0, failure("quota")), null],
    ["never comes again for a model that is not there", failed(FRESH, 0, failure("not_found")), null],
    ["never comes again for what is lasting", failed(FRESH, 0, failure("failed", { lasting: true })), null],
  ])("%s", (_name, contender, turn) => {
    expect(nextTurn([contender], 0, 1)).toEqual(turn);
  });

  it("waits for half of the pause at least and for all of it at most, and for no more than eight seconds", () => {
    const pauses = (called: number) =>
      [0, 1].map((random) => failed({ ...FRESH, called }, 0, failure(), random).ready_at);
    expect([0, 1, 2, 3, 4, 9].map(pauses)).toEqual([
      [250, 500],
      [500, 1_000],
      [1_000, 2_000],
      [2_000, 4_000],
      [4_000, 8_000],
      [4_000, 8_000],
    ]);
  });
});
