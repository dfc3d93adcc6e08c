import { describe, expect, it } from "vitest";
import { notComparedWords, notKnownWords } from "../../../../workers/dashboard/app/pages/routing/replay-words.ts";
import { joinReplays, type Move, type Replayed } from "../../../../workers/dashboard/app/pages/routing/replayed.ts";

const NONE = { not_known: 0, refused: 0, cached: 0, no_usage: 0, unpriced: 0 };
const counts = (change: Partial<Replayed["outcome"]>): Replayed["outcome"] => ({
  same: 0,
  moved: 0,
  denied: 0,
  refused: 0,
  not_known: 0,
  ...change,
});
const costs = (cost_usd: string, replayed_cost_usd: string, difference_usd: string): Replayed["cost"] => ({
  compared: 1,
  cost_usd,
  replayed_cost_usd,
  difference_usd,
  not_compared: { ...NONE, cached: 1 },
});
const move = (to: string, requests: number, examples: string[]): Move => ({
  from: { provider: "p", model: "p/a" },
  to: { provider: "p", model: to },
  verdict: "moved",
  code: null,
  message: null,
  requests,
  examples,
  cost: costs("0.000000002", "0.000000001", "-0.000000001"),
});
const page = (change: Partial<Replayed>): Replayed => ({
  from: "2026-03-10T00:00:00.000Z",
  to: "2026-03-11T00:00:00.000Z",
  looked_at: 10,
  requests: 9,
  off_schedule: 1,
  judged: 8,
  decides: 7,
  releases: 1,
  preceded_by: [{ id: "rule_1", name: "First", requests: 2 }],
  as_saved: counts({ same: 8 }),
  outcome: counts({ moved: 5, not_known: 3 }),
  cost: costs("9000000.000000001", "0.000000002", "-8999999.999999999"),
  moves: [],
  not_known: [],
  next_cursor: null,
  ...change,
});

describe("the pages of a replay as one", () => {
  it("are the sum of all of them, to the nano-dollar, with the place where the last one ended", () => {
    const first = page({
      moves: [move("p/b", 3, ["req_1", "req_2", "req_3", "req_4", "req_5"]), move("p/c", 2, ["req_6"])],
      not_known: [{ condition: "tools", effect: "undecided", requests: 3 }],
      next_cursor: "one",
    });
    const second = page({
      moves: [move("p/c", 4, ["req_7"])],
      not_known: [
        { condition: "tools", effect: "assumed", requests: 1 },
        { condition: "tools", effect: "undecided", requests: 1 },
      ],
      preceded_by: [{ id: "rule_2", name: "Second", requests: 3 }],
      next_cursor: "two",
    });
    const sum = joinReplays(joinReplays(null, first), second);
    expect(sum).toMatchObject({
      looked_at: 20,
      requests: 18,
      off_schedule: 2,
      judged: 16,
      decides: 14,
      releases: 2,
      preceded_by: [{ id: "rule_2" }, { id: "rule_1" }],
      as_saved: counts({ same: 16 }),
      outcome: counts({ moved: 10, not_known: 6 }),
      cost: {
        compared: 2,
        cost_usd: "18000000.000000002",
        replayed_cost_usd: "0.000000004",
        difference_usd: "-17999999.999999998",
        not_compared: { ...NONE, cached: 2 },
      },
      not_known: [
        { condition: "tools", effect: "undecided", requests: 4 },
        { condition: "tools", effect: "assumed", requests: 1 },
      ],
      next_cursor: "two",
    });
    expect(sum.moves.map(({ to, requests, examples }) => [to?.model, requests, examples.length])).toEqual([
      ["p/c", 6, 2],
      ["p/b", 3, 5],
    ]);
    expect(sum.moves[0]?.cost.cost_usd).toBe("0.000000004");
  });

  it("say in words what is not known, and what is in no sum", () => {
    const words = notKnownWords([
      { condition: "wallet_used_percent", effect: "undecided", requests: 1 },
      { condition: "images", effect: "assumed", requests: 1_200 },
      { condition: "metadata", effect: "assumed", requests: 2 },
    ]).map(({ text }) => text);
    expect(words[0]).toMatch(/^Wallet used percent, 1 request: the log does not hold it/);
    expect(words[1]).toMatch(/^Images, 1,200 requests: they are taken to have had no images/);
    expect(words[2]).toMatch(/an experiment asks for it/);
    expect(notComparedWords(costs("0", "0", "0"))).toEqual(["1 request: they were answered from the cache."]);
  });
});
