import { describe, expect, it } from "vitest";
import { CACHE_STATUSES } from "../../../../schema/caching/cache-status.ts";
import {
  ageText,
  CACHE_OPTIONS,
  cacheSentence,
  cacheWords,
  isHit,
} from "../../../../workers/dashboard/app/lib/cache-words.ts";
import { timelineOf } from "../../../../workers/dashboard/app/pages/request/timeline.ts";

describe("what the cache did", () => {
  it("has words for every status of the API, and can be filtered by each", () => {
    expect(CACHE_OPTIONS.map(({ value }) => value).sort()).toEqual(["hit", ...CACHE_STATUSES].sort());
    for (const status of CACHE_STATUSES) expect(cacheWords(status).label).not.toBe(status);
    expect(CACHE_STATUSES.filter(isHit)).toEqual(["hit-exact", "hit-semantic"]);
    expect(isHit(null)).toBe(false);
    // Of a newer platform.
    expect(cacheWords("hit-later").label).toBe("hit-later");
  });

  it("says why nothing was served, also for a reason that is not known here", () => {
    const said = (reason: string | null) =>
      cacheSentence("refused", reason).replace(cacheWords("refused").sentence, "");
    expect(said(null)).toBe("");
    expect(said("expired")).toBe(" What was found is older than it may be.");
    expect(said("veto_number")).toBe(" The question that was found has another number or date in it.");
    expect(said("veto_colour")).toBe(" The question that was found differs: colour.");
    expect(said("moon_phase")).toBe(" The reason is “moon_phase”.");
  });

  it("says of shadow mode that nothing is served, and not that nothing was found", () => {
    expect(cacheSentence("miss", "shadow")).toBe(
      "The provider was asked: a setting in shadow mode looks, reports, and serves nothing.",
    );
  });

  it.each([
    [0, "0 seconds"],
    [1_999, "1 second"],
    [60_000, "1 minute"],
    [3 * 3_600_000 - 1, "2 hours"],
    [30 * 86_400_000, "30 days"],
  ])("an age of %d ms is %s", (ms, text) => {
    expect(ageText(ms)).toBe(text);
  });

  it("is all of a hit's time: no provider was called", () => {
    const steps = timelineOf({
      routing: null,
      latency_ms: 12,
      first_byte_ms: 11,
      model: "a/b",
      outcome: "completed",
      stream: false,
      cache: "hit-semantic",
    });
    expect(steps.map(({ name, from_ms, to_ms }) => [name, from_ms, to_ms])).toEqual([["Answer from the cache", 0, 12]]);
  });
});
