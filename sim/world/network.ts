import type { Wallet } from "../../workers/wallet-do/wallet.ts";
import { dice, seedOf } from "../dice.ts";
import type { Profile } from "../faults/profile.ts";
import { SimulatedFault } from "./disk.ts";
import type { Host } from "./host.ts";
import type { Scheduler } from "./scheduler.ts";

/** One call over the network. */
export interface Call<Answer> {
  readonly from: string;
  readonly to: Host;
  readonly method: string;
  /** What is the same when the call is repeated. */
  readonly key: string;
  /** For the trace. */
  readonly what?: object;
  /** When it arrives at the object; what it returns is told how it went there. */
  arrives(): Visit<Answer>;
}

export interface Visit<Answer> {
  run(wallet: Wallet): Promise<Answer>;
  answers(answer: Answer): void;
  fails(error: unknown): void;
}

/** How much of what was said is kept. */
const TRACE_MAX = 200;
const TRACE_CHARS = 200;

const brief = (answer: unknown): string => (JSON.stringify(answer) ?? "").slice(0, TRACE_CHARS);

const SLOW_MS = 8_000;
const AGAIN_MS = 30_000;

/** Calls between objects and gateways: lost, doubled, late and out of order, each by what it is. */
export class Network {
  private readonly seed: number;
  private readonly scheduler: Scheduler;
  private readonly profile: () => Profile;
  private readonly seen = new Map<string, number>();
  /** What was said, newest last. */
  readonly trace: string[] = [];
  /** Every answer that a gateway got, by what it asked. */
  readonly answers: string[] = [];
  /** When something last went wrong on the way between two wallets. */
  failed_at = Number.NEGATIVE_INFINITY;

  private readonly unexpected: (problem: string) => void;

  constructor(seed: number, scheduler: Scheduler, profile: () => Profile, unexpected: (problem: string) => void) {
    this.seed = seed;
    this.scheduler = scheduler;
    this.profile = profile;
    this.unexpected = unexpected;
  }

  async call<Answer>(call: Call<Answer>): Promise<Answer> {
    const { call_lost, answer_lost, call_doubled, slow } = this.profile();
    const name = `${call.from}>${call.to.wallet_id}:${call.method}:${call.key}`;
    const nth = (this.seen.get(name) ?? 0) + 1;
    this.seen.set(name, nth);
    const roll = dice(seedOf(this.seed, name, nth));
    const delay = (): Promise<void> => this.scheduler.wait(1 + roll.whole(roll.chance(slow) ? SLOW_MS : 4));
    await delay();
    if (this.scheduler.now < call.to.unreachable_until || roll.chance(call_lost)) {
      this.note();
      throw new SimulatedFault("the call was lost");
    }
    if (roll.chance(call_doubled)) {
      const later = this.scheduler.now + roll.whole(roll.chance(0.5) ? 10 : AGAIN_MS);
      this.scheduler.at(later, () => void this.visit(call).catch(() => undefined));
    }
    const answer = await this.visit(call).catch((error: unknown) => {
      this.note();
      throw error;
    });
    await delay();
    if (roll.chance(answer_lost)) {
      this.note();
      throw new SimulatedFault("the answer was lost");
    }
    return structuredClone(answer);
  }

  private note(): void {
    this.failed_at = this.scheduler.now;
  }

  private async visit<Answer>({ from, to, method, key, what, arrives }: Call<Answer>): Promise<Answer> {
    const visit = arrives();
    const said = (text: string): void => {
      if (this.trace.length >= TRACE_MAX) this.trace.shift();
      this.trace.push(`${this.scheduler.now} ${from} > ${to.wallet_id} ${method} ${key} ${text}`);
    };
    said(`? ${what === undefined ? "" : brief(what)}`);
    try {
      const answer = await to.call((wallet) => visit.run(wallet));
      said(brief(answer));
      if (from === "gateway") this.answers.push(`${to.wallet_id} ${method} ${key} ${JSON.stringify(answer)}`);
      visit.answers(answer);
      return answer;
    } catch (error) {
      said(`threw ${String(error)}`);
      if (!(error instanceof SimulatedFault)) this.unexpected(`${method} at ${to.wallet_id} threw ${String(error)}`);
      visit.fails(error);
      throw error;
    }
  }
}
