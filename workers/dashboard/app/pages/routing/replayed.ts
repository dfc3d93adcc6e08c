import type { AnswerOf, BodyOf } from "../../api/types.ts";
import { sumUsd } from "../../lib/amounts.ts";

/** What a replay answers, and several of them as one. Pure. */

export type Replayed = AnswerOf<"/v1/routing/replay", "post">;
export type ReplayQuestion = NonNullable<BodyOf<"/v1/routing/replay", "post">>;
export type Move = Replayed["moves"][number];
export type Lack = Replayed["not_known"][number];
type Costs = Replayed["cost"];

/** As many as one answer names. */
const EXAMPLES = 5;

/** The replay of some rows and of those behind them, as one of all. */
export function joinReplays(before: Replayed | null, next: Replayed): Replayed {
  if (before === null) return next;
  return {
    ...next,
    looked_at: before.looked_at + next.looked_at,
    requests: before.requests + next.requests,
    off_schedule: before.off_schedule + next.off_schedule,
    judged: before.judged + next.judged,
    decides: before.decides + next.decides,
    releases: before.releases + next.releases,
    preceded_by: joined([...before.preceded_by, ...next.preceded_by], ({ id }) => id, addRequests),
    as_saved: sumCounts(before.as_saved, next.as_saved),
    outcome: sumCounts(before.outcome, next.outcome),
    cost: sumCosts(before.cost, next.cost),
    moves: joined([...before.moves, ...next.moves], moveKey, (a, b) => ({
      ...a,
      requests: a.requests + b.requests,
      examples: [...a.examples, ...b.examples].slice(0, EXAMPLES),
      cost: sumCosts(a.cost, b.cost),
    })),
    not_known: joined([...before.not_known, ...next.not_known], lackKey, addRequests),
  };
}

const addRequests = <One extends { readonly requests: number }>(a: One, b: One): One => ({
  ...a,
  requests: a.requests + b.requests,
});

export const moveKey = ({ from, to, verdict, code }: Move): string =>
  JSON.stringify([from.provider, from.model, to?.provider, to?.model, verdict, code]);
const lackKey = ({ condition, effect }: Lack): string => `${effect} ${condition}`;

const sumCounts = <Counts extends Readonly<Record<string, number>>>(a: Counts, b: Counts): Counts =>
  Object.fromEntries(Object.entries(a).map(([name, value]) => [name, value + (b[name] ?? 0)])) as Counts;

const sumCosts = (a: Costs, b: Costs): Costs => ({
  compared: a.compared + b.compared,
  cost_usd: sumUsd([a.cost_usd, b.cost_usd]),
  replayed_cost_usd: sumUsd([a.replayed_cost_usd, b.replayed_cost_usd]),
  difference_usd: sumUsd([a.difference_usd, b.difference_usd]),
  not_compared: sumCounts(a.not_compared, b.not_compared),
});

/** Those with one key as one, those of most requests first. */
function joined<One extends { readonly requests: number }>(
  all: readonly One[],
  keyOf: (one: One) => string,
  join: (a: One, b: One) => One,
): One[] {
  const by_key = new Map<string, One>();
  for (const one of all) {
    const known = by_key.get(keyOf(one));
    by_key.set(keyOf(one), known === undefined ? one : join(known, one));
  }
  return [...by_key.values()].toSorted((a, b) => b.requests - a.requests);
}
