import type { UnderWay } from "./core/rate-admit.ts";

type Tokens = Readonly<Record<string, number>>;

/**
 * Requests that this wallet has let and those above have not answered for. They count as if they were admitted, so that
 * what waits up there is not let twice here. Only in memory: whoever waits is gone with the object.
 */
export class RatesUnderWay implements UnderWay {
  /** What each takes, by id: an entry for every scope that limits it. */
  private readonly entries = new Map<string, Tokens>();
  private readonly totals = new Map<string, { requests: number; tokens: number }>();

  requests(scope: string): number {
    return this.totals.get(scope)?.requests ?? 0;
  }

  tokens(scope: string): number {
    return this.totals.get(scope)?.tokens ?? 0;
  }

  enter(id: string, tokens: Tokens): void {
    this.leave(id);
    this.entries.set(id, tokens);
    this.add(tokens, 1);
  }

  leave(id: string): void {
    const tokens = this.entries.get(id);
    if (tokens === undefined) return;
    this.entries.delete(id);
    this.add(tokens, -1);
  }

  /** Decides as if that one were not there, and has it stay when it is to wait on. */
  without<Answer>(id: string, decide: () => Answer, waits: (answer: Answer) => boolean): Answer {
    const tokens = this.entries.get(id);
    this.leave(id);
    const answer = decide();
    if (tokens !== undefined && waits(answer)) this.enter(id, tokens);
    return answer;
  }

  private add(tokens: Tokens, sign: 1 | -1): void {
    for (const [scope, count] of Object.entries(tokens)) {
      const { requests, tokens: sum } = this.totals.get(scope) ?? { requests: 0, tokens: 0 };
      if (requests + sign === 0) this.totals.delete(scope);
      else this.totals.set(scope, { requests: requests + sign, tokens: sum + sign * count });
    }
  }
}
