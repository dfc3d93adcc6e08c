import { formatUsdSum } from "../../../../../schema/kernel/money.ts";
import type { Judgement, Lack, NOT_COMPARED, Place, Untouched, Verdict } from "./judge-request.ts";

/** Ids of requests that are named for each move. */
const EXAMPLES = 5;

type Reason = (typeof NOT_COMPARED)[number];

interface Sums {
  compared: number;
  was: bigint;
  would: bigint;
  readonly not_compared: Record<Reason, number>;
}

const noSums = (): Sums => ({
  compared: 0,
  was: 0n,
  would: 0n,
  not_compared: { not_known: 0, refused: 0, cached: 0, no_usage: 0, unpriced: 0 },
});

const noVerdicts = (): Record<Verdict, number> => ({ same: 0, moved: 0, denied: 0, refused: 0, not_known: 0 });

interface Move {
  readonly from: Place;
  readonly to: Place | null;
  readonly verdict: Verdict;
  readonly code: string | null;
  readonly message: string | null;
  requests: number;
  readonly sums: Sums;
  readonly examples: string[];
}

/** Counts what became of requests, and adds up their costs exactly. */
export class Tally {
  #judged = 0;
  #decides = 0;
  #releases = 0;
  readonly #saved = noVerdicts();
  readonly #verdicts = noVerdicts();
  readonly #sums = noSums();
  readonly #moves = new Map<string, Move>();
  readonly #preceded_by = new Map<string, { readonly id: string; readonly name: string; requests: number }>();
  readonly #lacks = new Map<string, Lack & { requests: number }>();

  add(request_id: string, judgement: Judgement | Untouched): void {
    if ("preceded_by" in judgement) this.#precede(judgement);
    else this.#judge(request_id, judgement);
  }

  #precede({ preceded_by: rule }: Untouched): void {
    if (rule === null) return;
    const known = this.#preceded_by.get(rule.id) ?? { id: rule.id, name: rule.name, requests: 0 };
    known.requests += 1;
    this.#preceded_by.set(rule.id, known);
  }

  #judge(request_id: string, judgement: Judgement): void {
    const { saved, verdict, decides, releases, cost, lacks } = judgement;
    this.#judged += 1;
    this.#decides += Number(decides);
    this.#releases += Number(releases);
    this.#saved[saved] += 1;
    this.#verdicts[verdict] += 1;
    const move = this.#moveOf(judgement);
    move.requests += 1;
    if (move.examples.length < EXAMPLES) move.examples.push(request_id);
    for (const sums of [this.#sums, move.sums]) addCost(sums, cost);
    for (const { condition, effect } of lacks) {
      const key = `${effect} ${condition}`;
      const known = this.#lacks.get(key) ?? { condition, effect, requests: 0 };
      known.requests += 1;
      this.#lacks.set(key, known);
    }
  }

  #moveOf({ from, to, verdict, code, message }: Judgement): Move {
    const key = [from.provider, from.model, to?.provider, to?.model, verdict, code].join("\n");
    const known = this.#moves.get(key);
    if (known !== undefined) return known;
    const made: Move = { from, to, verdict, code, message, requests: 0, sums: noSums(), examples: [] };
    this.#moves.set(key, made);
    return made;
  }

  /** As it is answered: the moves that most requests make first. */
  answer() {
    return {
      judged: this.#judged,
      decides: this.#decides,
      releases: this.#releases,
      preceded_by: [...this.#preceded_by.values()].toSorted(byRequests),
      as_saved: { ...this.#saved },
      outcome: { ...this.#verdicts },
      cost: shown(this.#sums),
      moves: [...this.#moves.values()]
        .toSorted(byRequests)
        .map(({ sums, ...move }) => ({ ...move, cost: shown(sums) })),
      not_known: [...this.#lacks.values()].toSorted(byRequests),
    };
  }
}

const byRequests = (a: { readonly requests: number }, b: { readonly requests: number }): number =>
  b.requests - a.requests;

function addCost(sums: Sums, cost: Judgement["cost"]): void {
  if (typeof cost === "string") {
    sums.not_compared[cost] += 1;
    return;
  }
  sums.compared += 1;
  sums.was += cost.was;
  sums.would += cost.would;
}

const shown = ({ compared, was, would, not_compared }: Sums) => ({
  compared,
  cost_usd: formatUsdSum(was),
  replayed_cost_usd: formatUsdSum(would),
  difference_usd: formatUsdSum(would - was),
  not_compared: { ...not_compared },
});
