import { log } from "../../schema/kernel/log.ts";
import { MAX_NANO_USD, minUsd, type NanoUsd, nanoUsd, subtractUsd, ZERO_USD } from "../../schema/kernel/money.ts";
import { assert } from "../../schema/kernel/unreachable.ts";
import type {
  LeaseAnswer,
  LeaseLane,
  LeaseMessage,
  MoneyRefusal,
  RecallAnswer,
  RecallStop,
} from "../../schema/wire/wallet-rpc.ts";
import type { Short } from "./core/admit.ts";
import { idleLease } from "./core/allowance.ts";
import { type Decision, NO_CHANGES } from "./core/change.ts";
import { decideAnswered, decideAsk, decideGive, decideReport, decideStop, type Waiting } from "./core/lease-child.ts";
import { decideGrant, decideRefusal, decideTold, recallable, wantedBy } from "./core/lease-parent.ts";
import {
  type BalanceRefusal,
  gapOf,
  gapToMove,
  isCovered,
  refuseMoney,
  refuseMove,
  standingRefusal,
} from "./core/refuse-money.ts";
import type { State } from "./core/state.ts";

/** What the object lends: deciding in memory, storing, and the wallets above and below. */
export interface FundsHost {
  /** Decides at once and takes the changes; nothing is awaited. */
  decide<Answer>(decide: (state: State, now: number) => Decision<Answer>): Answer;
  /** Resolves when everything decided so far is stored. */
  committed(): Promise<void>;
  /** Sends a message to the wallet above. Throws when it stays unanswered. */
  sendUp(parent_id: string, message: LeaseMessage): Promise<LeaseAnswer>;
  /** Calls money back from a wallet below. Throws when it does not answer. */
  callBack(child_id: string, stop?: RecallStop): Promise<RecallAnswer>;
}

/** A wallet below, or one below that, was not told that it has to stop. */
export class NotStopped extends Error {
  override readonly name = "NotStopped";

  constructor() {
    super("a wallet below could not be stopped");
  }
}

/** A command that waits for money. */
interface Waiter {
  /** Tries again, at once: whether it is done now. */
  attempt(): boolean;
  refuse(refusal: MoneyRefusal): void;
  fail(error: unknown): void;
  /** On top of all that is promised. */
  readonly wanted_nano_usd: NanoUsd;
  /** What would be of use, so that the next ones ask nobody. */
  readonly ahead_nano_usd: number;
  /** The whole request that it is for. */
  readonly request_nano_usd: NanoUsd;
  /** The wallet below that asks, which is not called back for itself. */
  readonly except: string | null;
  /** Money of the balance alone, which no wallet above lends. */
  readonly moves: boolean;
}

/** A lease is good for about so many requests like the one that asks. */
const REQUESTS_PER_LEASE = 128;
/** And for so many leases like the one that a wallet below asks for: it gets a share of what is free, not all of it. */
const LEASES_PER_LEASE = 16;
/** Wallets below that are called back at a time. */
const LANES = 16;
/** A command that is overtaken so often by others gives up: those had the money. */
const ROUNDS_MAX = 50;

/**
 * Where money is short, one command after the other: calls back what wallets below hold without need, asks the wallet
 * above, and refuses only when neither had it. So a refusal means that it really did not fit. Whatever can be decided
 * without this is decided without it.
 */
export class Funds {
  private readonly host: FundsHost;
  private readonly waiting: Waiter[] = [];
  private working = false;
  /** Messages that are being answered, by child and sequence: a repeat waits for the same answer. */
  private readonly answering = new Map<string, Promise<LeaseAnswer>>();
  private giving: Promise<void> = Promise.resolve();
  /** Somebody waits for what is being called back: nobody else gets more of it than is needed. */
  private calling_back = 0;

  constructor(host: FundsHost) {
    this.host = host;
  }

  /**
   * Runs a command that may be short of money until it is not, or is refused. `wanted` is what it would promise on top,
   * `request` the whole of what it is for.
   */
  obtain<Answer extends { readonly status: string }>(
    decide: (state: State, now: number) => Decision<Answer | Short>,
    wanted_nano_usd: NanoUsd,
    request_nano_usd: NanoUsd,
    refused: (refusal: MoneyRefusal) => Answer,
  ): Promise<Answer> {
    const ahead_nano_usd = wanted_nano_usd * REQUESTS_PER_LEASE;
    const wants = { wanted_nano_usd, ahead_nano_usd, request_nano_usd, except: null, moves: false };
    return this.untilEnough(decide, wants, refused);
  }

  /** The same for money that is to be moved out of the balance: others give back what they do not need, nobody lends. */
  obtainToMove<Answer extends { readonly status: string }>(
    decide: (state: State, now: number) => Decision<Answer | Short>,
    amount_nano_usd: NanoUsd,
    refused: (refusal: BalanceRefusal) => Answer,
  ): Promise<Answer> {
    const wants = {
      wanted_nano_usd: amount_nano_usd,
      ahead_nano_usd: 0,
      request_nano_usd: amount_nano_usd,
      except: null,
      moves: true,
    };
    return this.untilEnough(decide, wants, (refusal) => {
      assert(isOfBalance(refusal), "money is moved or missing");
      return refused(refusal);
    });
  }

  /** Runs a command at once; where it is short, as one that waits. */
  private untilEnough<Answer extends { readonly status: string }>(
    decide: (state: State, now: number) => Decision<Answer | Short>,
    wants: Omit<Waiter, "attempt" | "refuse" | "fail">,
    refused: (refusal: MoneyRefusal) => Answer,
  ): Promise<Answer> {
    const first = this.host.decide(decide);
    if (!isShort(first)) return this.stored(first);
    return new Promise((resolve, reject) => {
      const answer = (given: Answer): void => void this.stored(given).then(resolve, reject);
      this.wait({
        ...wants,
        attempt: () => {
          const given = this.host.decide(decide);
          if (isShort(given)) return false;
          answer(given);
          return true;
        },
        refuse: (refusal) => answer(refused(refusal)),
        fail: reject,
      });
    });
  }

  /** A wallet below tells and asks. */
  async lease(message: LeaseMessage): Promise<LeaseAnswer> {
    const known = this.tell(message);
    return known === null ? await this.answerOnce(message) : await this.stored(known);
  }

  /** Takes note of what a message tells. Null when it is left to be answered. */
  private tell(message: LeaseMessage): LeaseAnswer | null {
    const told = this.host.decide((state, now) => decideTold(state, message, now));
    return told.status === "answered" ? told.answer : null;
  }

  /**
   * An answer, once what it rests on is stored. To be called in the turn of the decision: a commit that fails later in it
   * is gone without a trace by the next.
   */
  private stored<Answer>(answer: Answer): Promise<Answer> {
    return this.host.committed().then(() => answer);
  }

  private answerOnce(message: LeaseMessage): Promise<LeaseAnswer> {
    const key = `${message.child_id}:${message.seq}`;
    const known = this.answering.get(key);
    if (known !== undefined) return known;
    const answer = this.answer(message).finally(() => this.answering.delete(key));
    this.answering.set(key, answer);
    return answer;
  }

  private answer(message: LeaseMessage): Promise<LeaseAnswer> {
    const refuse = (refusal: MoneyRefusal): LeaseAnswer =>
      this.host.decide((state) =>
        // What is not configured yet is no reason of money: the message stays open and comes again.
        refusal.status === "not_configured"
          ? { answer: { status: "not_configured", wallet_id: refusal.wallet_id ?? "" }, changes: NO_CHANGES }
          : decideRefusal(state, message, refusal),
      );
    return new Promise((resolve, reject) => {
      const answer = (given: LeaseAnswer): void => void this.stored(given).then(resolve, reject);
      const { host } = this;
      const waiter: Waiter = {
        // Moves with the account of who asks.
        get wanted_nano_usd() {
          return host.decide((state) => ({ answer: wantedBy(state, message), changes: NO_CHANGES }));
        },
        ahead_nano_usd: message.want_nano_usd * LEASES_PER_LEASE,
        request_nano_usd: message.request_nano_usd,
        except: message.child_id,
        moves: false,
        attempt: () => {
          // What it told is told again: a commit that failed meanwhile has taken it back.
          const asked = this.calling_back > 0 ? { ...message, want_nano_usd: message.need_nano_usd } : message;
          const given = this.tell(message) ?? this.host.decide((state, now) => grantIfCovered(state, asked, now));
          if (given !== null) answer(given);
          return given !== null;
        },
        refuse: (refusal) => answer(this.tell(message) ?? refuse(refusal)),
        fail: reject,
      };
      if (!waiter.attempt()) this.wait(waiter);
    });
  }

  /** The wallet above wants back what is not needed here or below. */
  async recall(stop?: RecallStop): Promise<RecallAnswer> {
    if (stop !== undefined) {
      this.host.decide((state) => ({ answer: null, changes: decideStop(state, stop) }));
      await this.host.committed();
    }
    return await this.whileCallingBack(async () => {
      const complete = await this.callBackAll(() => false, null, stop !== undefined);
      await this.giveBack();
      return { complete };
    });
  }

  /**
   * Calls back everything that wallets below hold without need, and what they will: they have to ask again. Throws when
   * one of them was not reached: it may still spend, so whoever wanted it stopped has to come again.
   */
  async stopAll(): Promise<void> {
    if (!(await this.callBackAll(() => false, null, true))) throw new NotStopped();
  }

  /** Tells the wallet above what was spent, and repeats what it has not answered. */
  async report(): Promise<void> {
    await this.inGiveLane(() => this.exchange("give", (state) => decideReport(state)));
    const open = this.host.decide((state) => ({
      answer: state.upstream?.lanes.ask.message ?? null,
      changes: NO_CHANGES,
    }));
    if (open !== null && !this.working) await this.exchange("ask", () => ({ answer: open, changes: NO_CHANGES }));
  }

  private wait(waiter: Waiter): void {
    this.waiting.push(waiter);
    if (this.working) return;
    this.working = true;
    void this.work().finally(() => {
      this.working = false;
    });
  }

  private async work(): Promise<void> {
    for (let waiter = this.next(); waiter !== null; waiter = this.next()) {
      const alike = this.waiting.filter((other) => isAlike(other, waiter));
      try {
        const refusal = await this.provide(waiter);
        // Who waited for the same while this was tried in vain is answered by that.
        const answered = refusal === null ? [waiter] : alike;
        this.drop(answered);
        if (refusal !== null) for (const other of answered) other.refuse(refusal);
      } catch (error) {
        this.drop(alike);
        for (const other of alike) other.fail(error);
      }
      this.drop(this.waiting.filter((other) => isDone(other)));
    }
  }

  /** The smallest first, so that nothing which fits waits behind what does not. */
  private next(): Waiter | null {
    return this.waiting.reduce<Waiter | null>(
      (least, waiter) => (least === null || waiter.wanted_nano_usd < least.wanted_nano_usd ? waiter : least),
      null,
    );
  }

  private drop(done: readonly Waiter[]): void {
    for (const waiter of done) {
      const index = this.waiting.indexOf(waiter);
      if (index !== -1) this.waiting.splice(index, 1);
    }
  }

  /** Null when the waiter is done; otherwise why it cannot be. */
  private async provide(waiter: Waiter): Promise<MoneyRefusal | null> {
    let called_back = false;
    let from_above: MoneyRefusal | null = null;
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      if (waiter.attempt()) return null;
      const gap = this.gap(waiter);
      if (gap === null) continue;
      if (gap.own_nano_usd === 0 && from_above === null) {
        from_above = await this.ask(waiter);
        if (from_above !== null && from_above.status === "not_configured") return from_above;
        continue;
      }
      if (!called_back) {
        called_back = true;
        const idle = this.idle();
        const gave = await this.finishGiving();
        await this.whileCallingBack(() => this.callBackAll(() => this.gap(waiter) === null, waiter.except));
        // What came back or was under way, and what the wallet above still has, may be enough together.
        if (gave || this.idle() > idle) from_above = null;
        continue;
      }
      return gap.own_nano_usd > 0 ? this.ownRefusal(waiter) : from_above;
    }
    return this.ownRefusal(waiter);
  }

  /** What is missing for a waiter; null when nothing is. */
  private gap(waiter: Waiter) {
    return this.host.decide((state) => {
      const missing = waiter.moves ? gapToMove : gapOf;
      const gap = state.settings === null ? null : missing(state, state.settings, waiter.wanted_nano_usd);
      return { answer: gap === null || isCovered(gap) ? null : gap, changes: NO_CHANGES };
    });
  }

  /** What of the lease is promised to nobody. While that is stopped, it is good for asking again. */
  private idle(): NanoUsd {
    return this.host.decide((state) => ({ answer: idleLease(state) ?? ZERO_USD, changes: NO_CHANGES }));
  }

  private ownRefusal(waiter: Waiter): MoneyRefusal {
    const { request_nano_usd: request, wanted_nano_usd: wanted } = waiter;
    return this.host.decide<MoneyRefusal>((state, now) => {
      if (state.settings === null) return { answer: { status: "not_configured" }, changes: NO_CHANGES };
      if (waiter.moves) return { answer: refuseMove(state, state.settings, request, now), changes: NO_CHANGES };
      return refuseMoney(state, state.settings, request, subtractUsd(request, minUsd(wanted, request)), now);
    });
  }

  /** Asks the wallet above for what waits. Null when it granted something, and something may fit now. */
  private async ask(waiter: Waiter): Promise<MoneyRefusal | null> {
    const ahead = this.waiting.reduce((sum, { ahead_nano_usd }) => sum + ahead_nano_usd, 0);
    const waiting: Waiting = {
      smallest_nano_usd: waiter.wanted_nano_usd,
      ahead_nano_usd: nanoUsd(Math.min(MAX_NANO_USD, ahead)),
      request_nano_usd: waiter.request_nano_usd,
    };
    let asked: LeaseMessage | null = null;
    const answer = await this.exchange("ask", (state) => {
      const decision = decideAsk(state, waiting);
      // One that was left unanswered speaks of another request: its refusal is none of this one's.
      asked = decision.changes.length > 0 ? decision.answer : null;
      return decision;
    });
    return answer?.status === "refused" && asked !== null ? answer.refusal : notConfigured(answer);
  }

  /** Gives back what is idle, once what is under way has been answered. */
  private async giveBack(): Promise<void> {
    await this.inGiveLane(async () => {
      await this.exchange("give", (state) => decideGive(state));
      // The first may have been an older message that was still open.
      await this.exchange("give", (state) => decideGive(state));
    });
  }

  /** Sees to it that what was given back has arrived: neither side has it meanwhile. Whether anything was under way. */
  private async finishGiving(): Promise<boolean> {
    const open = (state: State): Decision<LeaseMessage | null> => ({
      answer: state.upstream?.lanes.give.message ?? null,
      changes: NO_CHANGES,
    });
    const message = this.host.decide(open);
    if (message === null || message.returned_nano_usd === 0) return false;
    await this.inGiveLane(() => this.exchange("give", open));
    return true;
  }

  private inGiveLane(run: () => Promise<unknown>): Promise<void> {
    const done = this.giving.then(run, run).then(() => undefined);
    this.giving = done.catch(() => undefined);
    return done;
  }

  /** Sends a message and takes its answer; null when there was nothing to say. */
  private async exchange(
    lane: LeaseLane,
    decide: (state: State) => Decision<LeaseMessage | null>,
  ): Promise<LeaseAnswer | null> {
    const { message, parent_id } = this.host.decide((state) => {
      const { answer, changes } = decide(state);
      return { answer: { message: answer, parent_id: state.upstream?.parent_id ?? "" }, changes };
    });
    if (message === null) return null;
    // Stored before it is sent: what it tells has left the account, and a restart must know that it is under way.
    await this.host.committed();
    const answer = await this.host.sendUp(parent_id, message);
    // Its repeat came late: the answer has arrived by another way, and younger messages have gone since.
    if (answer.status === "invalid" && this.isAnswered(message)) return null;
    if (answer.status === "invalid") throw new Error(`the wallet above refused a message: ${answer.problem}`);
    if (answer.status === "not_configured") {
      return { status: "not_configured", wallet_id: answer.wallet_id === "" ? parent_id : answer.wallet_id };
    }
    this.host.decide((state) => ({ answer: null, changes: decideAnswered(state, message, answer) }));
    if (lane === "give") await this.host.committed();
    return answer;
  }

  private async whileCallingBack<Result>(run: () => Promise<Result>): Promise<Result> {
    this.calling_back += 1;
    try {
      return await run();
    } finally {
      this.calling_back -= 1;
    }
  }

  private isAnswered({ lane, seq }: LeaseMessage): boolean {
    return this.host.decide((state) => ({
      answer: (state.upstream?.lanes[lane].answered_seq ?? 0) >= seq,
      changes: NO_CHANGES,
    }));
  }

  /**
   * Calls back what wallets below hold without need, some at a time, until that is enough. Whether every wallet below that
   * was called, and those below it, have been told.
   */
  private async callBackAll(enough: () => boolean, except: string | null, stop = false): Promise<boolean> {
    const children = this.host.decide((state) => ({
      // One without a lease may have got something back by a correction that was not told yet.
      answer: stop ? [...state.children.values()] : recallable(state, except),
      changes: NO_CHANGES,
    }));
    let complete = true;
    for (let from = 0; from < children.length && !enough(); from += LANES) {
      const told = await Promise.all(
        children.slice(from, from + LANES).map(({ child_id, lanes }) =>
          this.host
            .callBack(child_id, stop ? { answered_seq: lanes.ask.answered_seq } : undefined)
            .then((answer) => answer.complete)
            .catch((error: unknown) => {
              // It keeps what it has; who is refused for that may come again.
              log("warn", "wallet.not_called_back", { child_id, problem: String(error) });
              return false;
            }),
        ),
      );
      complete &&= told.every(Boolean);
    }
    return complete;
  }
}

const isShort = (answer: { readonly status: string }): answer is Short => answer.status === "short";

/** Whether a waiter is done now, if only with a failure: none may keep the others waiting. */
function isDone(waiter: Waiter): boolean {
  try {
    return waiter.attempt();
  } catch (error) {
    waiter.fail(error);
    return true;
  }
}

const isAlike = (a: Waiter, b: Waiter): boolean =>
  a.wanted_nano_usd === b.wanted_nano_usd &&
  a.request_nano_usd === b.request_nano_usd &&
  a.except === b.except &&
  a.moves === b.moves;

const isOfBalance = (refusal: MoneyRefusal): refusal is BalanceRefusal =>
  refusal.status === "exhausted" || refusal.status === "held_by_others" || refusal.status === "exceeds_wallet";

const notConfigured = (answer: LeaseAnswer | null): MoneyRefusal | null =>
  answer?.status === "not_configured" ? { status: "not_configured", wallet_id: answer.wallet_id } : null;

/** The answer to a message when it can be given at once: a lease, or a refusal that no money changes. */
function grantIfCovered(state: State, message: LeaseMessage, now: number): Decision<LeaseAnswer | null> {
  const { settings } = state;
  if (settings === null) return { answer: { status: "not_configured", wallet_id: "" }, changes: NO_CHANGES };
  const standing = standingRefusal(state, settings, message.request_nano_usd, now);
  if (standing !== null) return decideRefusal(state, message, standing);
  const covered = isCovered(gapOf(state, settings, wantedBy(state, message)));
  return covered ? decideGrant(state, settings, message) : { answer: null, changes: NO_CHANGES };
}
