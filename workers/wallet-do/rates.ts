import { log } from "../../schema/kernel/log.ts";
import { unreachable } from "../../schema/kernel/unreachable.ts";
import {
  NO_STANDING,
  type RateAnswer,
  type RateEnd,
  type RateMessage,
  type RateStanding,
  tightest,
} from "../../schema/wire/rate-limits.ts";
import type { AdmitAnswer, AdmitRequest, RatedAdmitAnswer } from "../../schema/wire/wallet-rpc.ts";
import type { Short } from "./core/admit.ts";
import { type Change, type Decision, NO_CHANGES } from "./core/change.ts";
import { newChild } from "./core/lease-parent.ts";
import { judgeAdmit, standingOfAdmit, standingOfWallet, type Ticket } from "./core/rate-admit.ts";
import {
  decideAbove,
  decideBelow,
  decideEnd,
  decidePass,
  decideTakenBelow,
  type PassRequest,
  type PassVerdict,
} from "./core/rate-pass.ts";
import type { State } from "./core/state.ts";
import { EndSender } from "./rate-ends.ts";
import { RatesUnderWay } from "./rates-under-way.ts";

/** What the object lends: deciding in memory, storing, and the wallets above and below. */
export interface RatesHost {
  decide<Answer>(decide: (state: State, now: number) => Decision<Answer>): Answer;
  committed(): Promise<void>;
  /** Calls another wallet of the tree. Throws when it stays unanswered. */
  call(wallet_id: string, message: RateMessage): Promise<RateAnswer>;
  waitUntil(work: Promise<unknown>): void;
}

/** How an admit is decided, with what is known of other wallets. */
export type DecideAdmit = (state: State, now: number, ticket: Ticket) => Decision<AdmitAnswer | Short>;
/** Runs such a decision until it is not short of money any more. */
export type Obtain = (decide: (state: State, now: number) => Decision<AdmitAnswer | Short>) => Promise<AdmitAnswer>;

/** How often wallets below are asked whether what they were let is still open, in case an end was lost. */
const CONFIRM_MS = 60_000;
/** Wallets below that are called at a time. */
const LANES = 16;

type DecideHold = (state: State, now: number) => Decision<AdmitAnswer | Short>;
type DecidePass = (state: State, now: number) => Decision<PassVerdict | NotConfigured>;
type NotConfigured = Extract<RateAnswer, { readonly status: "not_configured" }>;

/**
 * Rate limits of the wallets above. The nearest wallet above that has limits lets each request, and asks the next one
 * above itself, so that a limit binds everything below it exactly, whatever comes at once. Where no wallet above has
 * limits, nobody is asked: each wallet knows that from the one above, which tells it when that changes.
 *
 * On its way up a request counts in each wallet that has let it; what one of them refuses is taken of none.
 */
export class Rates {
  private readonly host: RatesHost;
  private readonly under_way = new RatesUnderWay();
  /** Requests being decided, by id: a repeat waits for the one before it. */
  private readonly turns = new Map<string, Promise<unknown>>();
  private readonly ends: EndSender;
  private joining: Promise<string | null | NotConfigured> | null = null;
  /** Infinity while nothing is let to wallets below. */
  private confirm_at = Number.POSITIVE_INFINITY;

  constructor(host: RatesHost) {
    this.host = host;
    this.ends = new EndSender({
      send: (above, ends) => host.call(above, { kind: "end", ends }),
      waitUntil: (work) => host.waitUntil(work),
    });
  }

  /** Admits a request: asks the wallets above when they have limits, then for the hold. */
  async admit(request: AdmitRequest, decide: DecideAdmit, obtain: Obtain): Promise<RatedAdmitAnswer> {
    const above = this.knownAbove();
    if (above === null) {
      const answer = await obtain((state, now) => decide(state, now, this.ticket(null)));
      return this.rated(request, answer, NO_STANDING);
    }
    return await this.inTurn(request.request_id, () => this.admitBelow(request, decide, obtain));
  }

  private async admitBelow(request: AdmitRequest, decide: DecideAdmit, obtain: Obtain): Promise<RatedAdmitAnswer> {
    const above = await this.above();
    if (above !== null && typeof above === "object") return above;
    const alone = (state: State, now: number) => decide(state, now, this.ticket(above));
    if (above === null) return this.rated(request, await obtain(alone), NO_STANDING);
    // What is refused here asks nobody.
    const preview = this.preview(request, alone, above);
    if (preview !== null) return this.rated(request, preview, NO_STANDING);
    try {
      const { tokens_least = 0, tokens_estimate = 0 } = request.tokens ?? {};
      const wants = { child_id: this.ownId(), request_id: request.request_id, tokens_least, tokens_estimate };
      const let_above = await this.host.call(above, { kind: "take", ...wants });
      if (let_above.status === "rate_limited") return this.rated(request, let_above, NO_STANDING);
      if (let_above.status === "not_configured") return let_above;
      const rate = let_above.status === "taken" ? let_above.rate : NO_STANDING;
      const answer = await obtain(this.final(request.request_id, alone));
      if (!isHeld(answer)) await this.giveBack(above, request.request_id);
      return this.rated(request, answer, rate);
    } finally {
      this.under_way.leave(request.request_id);
    }
  }

  /** A message of another wallet of the tree. */
  async answer(message: RateMessage): Promise<RateAnswer> {
    switch (message.kind) {
      case "join":
        return await this.join(message.child_id);
      case "tell":
        this.host.decide((state) => ({ answer: null, changes: decideAbove(state, message.nearest, message.epoch) }));
        await this.spread();
        await this.host.committed();
        return { status: "done" };
      case "take":
        return await this.inTurn(message.request_id, () => this.take(message));
      case "end":
        this.host.decide((state, now) => ({ answer: null, changes: decideEnd(state, message.ends, now) }));
        await this.host.committed();
        return { status: "done" };
      case "open":
        return { status: "open", request_ids: this.openOf(message.request_ids) };
      default:
        return unreachable(message);
    }
  }

  /** Tells the wallets below which wallet limits them, when that has changed and until all of them know. */
  async spread(): Promise<void> {
    const { below, child_ids } = this.host.decide((state) => {
      const changes = decideBelow(state);
      const change = changes.find(({ kind }) => kind === "rate_tree");
      const tree = change?.kind === "rate_tree" ? change.tree : state.rates.tree;
      return { answer: { below: tree.below, child_ids: [...state.children.keys()] }, changes };
    });
    const { nearest, epoch, taken_epoch } = below;
    if (taken_epoch >= epoch) return;
    await inLanes(child_ids, (child_id) => this.host.call(child_id, { kind: "tell", nearest, epoch }));
    this.host.decide((state) => ({ answer: null, changes: decideTakenBelow(state, epoch) }));
    await this.host.committed();
  }

  /** What is done now and then: news that did not arrive, and ends that did not. */
  async alarm(now: number): Promise<void> {
    if (this.host.decide((state) => ({ answer: hasNews(state), changes: NO_CHANGES }))) await this.spread();
    if (this.confirm_at > now) return;
    this.confirm_at = now + CONFIRM_MS;
    await this.confirm();
  }

  /** When the alarm is needed. */
  wakeAt(state: State, now: number): number {
    const repeat = hasNews(state) ? now + CONFIRM_MS : Number.POSITIVE_INFINITY;
    if (state.rates.passes.size === 0) this.confirm_at = Number.POSITIVE_INFINITY;
    else if (this.confirm_at === Number.POSITIVE_INFINITY) this.confirm_at = now + CONFIRM_MS;
    return Math.min(repeat, this.confirm_at);
  }

  /** What was stored may end what wallets above have let. */
  stored(changes: readonly Change[]): void {
    for (const change of changes) if (change.kind === "rate_ended") this.ends.add(change.above, change.end);
  }

  private async take(request: PassRequest): Promise<RateAnswer> {
    const above = await this.above();
    if (above !== null && typeof above === "object") return above;
    const decide = (state: State, now: number) =>
      state.settings === null
        ? { answer: { status: "not_configured", wallet_id: "" } as const, changes: NO_CHANGES }
        : decidePass(state, state.settings, request, now, this.ticket(above));
    const preview = this.host.decide((state, now) => {
      const { answer, changes } = decide(state, now);
      const is_known = state.rates.passes.has(request.request_id);
      return { answer: { answer, is_known }, changes: answer.status === "let" ? NO_CHANGES : changes };
    });
    if (preview.answer.status !== "let") return preview.answer;
    if (preview.is_known) return { status: "taken", rate: this.ownStanding() };
    return above === null
      ? await this.letPass(decide, NO_STANDING)
      : await this.askAbove(request, decide, above, preview.answer.tokens);
  }

  private async askAbove(
    request: PassRequest,
    decide: DecidePass,
    above: string,
    tokens: Readonly<Record<string, number>>,
  ): Promise<RateAnswer> {
    this.under_way.enter(request.request_id, tokens);
    try {
      const let_above = await this.host.call(above, { kind: "take", ...request, child_id: this.ownId() });
      if (let_above.status !== "taken") return let_above;
      this.under_way.leave(request.request_id);
      const answer = await this.letPass(decide, let_above.rate);
      if (answer.status !== "taken") await this.giveBack(above, request.request_id);
      return answer;
    } finally {
      this.under_way.leave(request.request_id);
    }
  }

  private async letPass(decide: DecidePass, rate_above: RateStanding): Promise<RateAnswer> {
    const answer = this.host.decide(decide);
    if (answer.status !== "let") return answer;
    const rate = tightest(rate_above, this.ownStanding());
    await this.host.committed();
    return { status: "taken", rate };
  }

  private async join(child_id: string): Promise<RateAnswer> {
    const above = await this.above();
    if (above !== null && typeof above === "object") return above;
    const is_configured = this.host.decide((state) => ({
      answer: state.settings !== null,
      // Who has asked is told from now on.
      changes: state.settings === null ? NO_CHANGES : newChild(state, child_id),
    }));
    if (!is_configured) return { status: "not_configured", wallet_id: "" };
    await this.spread();
    await this.host.committed();
    const { nearest, epoch } = this.host.decide((state) => ({
      answer: state.rates.tree.below,
      changes: NO_CHANGES,
    }));
    return { status: "nearest", nearest, epoch };
  }

  /** The nearest wallet above that has limits. Asked once; from then on the wallet above tells. */
  private async above(): Promise<string | null | NotConfigured> {
    const known = this.knownAbove();
    if (known !== undefined) return known;
    this.joining ??= this.askNearest().finally(() => {
      this.joining = null;
    });
    return await this.joining;
  }

  private async askNearest(): Promise<string | null | NotConfigured> {
    const { parent_id, child_id } = this.host.decide((state) => ({
      answer: { parent_id: state.upstream?.parent_id ?? null, child_id: state.settings?.wallet_id ?? "" },
      changes: NO_CHANGES,
    }));
    if (parent_id === null) return null;
    const answer = await this.host.call(parent_id, { kind: "join", child_id });
    if (answer.status === "not_configured") return answer;
    if (answer.status === "nearest") {
      this.host.decide((state) => ({ answer: null, changes: decideAbove(state, answer.nearest, answer.epoch) }));
    }
    return this.knownAbove() ?? null;
  }

  /** Undefined before the wallet above was asked; null when nobody above has limits, or there is nobody. */
  private knownAbove(): string | null | undefined {
    return this.host.decide((state) => {
      const known = state.rates.tree.above === null ? undefined : state.rates.tree.above.nearest;
      return { answer: state.upstream === null ? null : known, changes: NO_CHANGES };
    });
  }

  /**
   * Null when nothing here is in the way, but perhaps money that others could give up: from then on it counts as under
   * way. Otherwise the answer, which stands.
   */
  private preview(request: AdmitRequest, decide: DecideHold, above: string): AdmitAnswer | null {
    return this.host.decide<AdmitAnswer | null>((state, now) => {
      const { answer, changes } = decide(state, now);
      if (answer.status !== "held" && answer.status !== "short") return { answer, changes };
      if (state.settings !== null) {
        const verdict = judgeAdmit(state, state.settings, request, now, this.ticket(above));
        if (verdict.refusal === null) this.under_way.enter(request.request_id, verdict.mark?.tokens ?? {});
      }
      return { answer: null, changes: NO_CHANGES };
    });
  }

  /** The decision that places the hold: it does not count against itself. */
  private final(request_id: string, decide: DecideHold): DecideHold {
    return (state, now) =>
      this.under_way.without(
        request_id,
        () => decide(state, now),
        ({ answer }) => answer.status === "short",
      );
  }

  private async giveBack(above: string, request_id: string): Promise<void> {
    // Awaited, so that the same id can be asked for again. One that is lost is found by the wallet above.
    const ends: readonly RateEnd[] = [{ request_id, tokens_used: null, unused: true }];
    await this.host.call(above, { kind: "end", ends }).catch((error: unknown) => {
      log("warn", "wallet.rate_not_given_back", { above, problem: String(error) });
    });
  }

  /** Asks the wallets below which of their requests are still open, and ends the others. */
  private async confirm(): Promise<void> {
    const by_child = this.host.decide((state) => ({
      answer: Map.groupBy(state.rates.passes.values(), ({ child_id }) => child_id),
      changes: NO_CHANGES,
    }));
    await inLanes([...by_child], async ([child_id, passes]) => {
      const request_ids = passes.map(({ request_id }) => request_id);
      const answer = await this.host.call(child_id, { kind: "open", request_ids }).catch((error: unknown) => {
        log("warn", "wallet.not_confirmed", { child_id, problem: String(error) });
        return null;
      });
      if (answer?.status !== "open") return;
      const open = new Set(answer.request_ids);
      const ends = request_ids
        .filter((request_id) => !open.has(request_id))
        .map((request_id): RateEnd => ({ request_id, tokens_used: null, unused: false }));
      this.host.decide((state, now) => ({ answer: null, changes: decideEnd(state, ends, now) }));
    });
  }

  private openOf(request_ids: readonly string[]): readonly string[] {
    return this.host.decide((state) => ({
      answer: request_ids.filter((id) => state.holds.has(id) || state.rates.passes.has(id) || this.turns.has(id)),
      changes: NO_CHANGES,
    }));
  }

  /** The answer with what is left of the caller's limits, when there are any. */
  private rated(request: AdmitRequest, answer: AdmitAnswer, above: RateStanding): RatedAdmitAnswer {
    const own = this.host.decide((state, now) => ({
      answer: standingOfAdmit(state, request, now),
      changes: NO_CHANGES,
    }));
    const rate = tightest(own, above);
    return rate.requests === null && rate.tokens === null ? answer : { ...answer, rate };
  }

  private ownStanding(): RateStanding {
    return this.host.decide((state, now) => ({ answer: standingOfWallet(state, now), changes: NO_CHANGES }));
  }

  private ownId(): string {
    return this.host.decide((state) => ({ answer: state.settings?.wallet_id ?? "", changes: NO_CHANGES }));
  }

  private ticket(above: string | null): Ticket {
    return { under_way: this.under_way, above };
  }

  private inTurn<Answer>(id: string, run: () => Promise<Answer>): Promise<Answer> {
    const before = this.turns.get(id) ?? Promise.resolve();
    const done = before.then(run, run);
    this.turns.set(id, done);
    const forget = (): void => {
      if (this.turns.get(id) === done) this.turns.delete(id);
    };
    done.then(forget, forget);
    return done;
  }
}

const isHeld = ({ status }: AdmitAnswer): boolean => status === "held" || status === "already_held";

/** Whether wallets below have not taken what they are to know. */
const hasNews = ({ rates, children }: State): boolean =>
  children.size > 0 && rates.tree.below.taken_epoch < rates.tree.below.epoch;

/** Some at a time. The first failure is thrown once the others of its group have ended. */
async function inLanes<Item>(items: readonly Item[], run: (item: Item) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < items.length; from += LANES) {
    const results = await Promise.allSettled(items.slice(from, from + LANES).map(run));
    for (const result of results) if (result.status === "rejected") throw result.reason;
  }
}
