import { log } from "../../schema/kernel/log.ts";
import { maxUsd, type NanoUsd, subtractUsd, ZERO_USD } from "../../schema/kernel/money.ts";
import { assert } from "../../schema/kernel/unreachable.ts";
import type { Event } from "../../schema/wire/events.ts";
import type { KeyLimits, RateAnswer, RateMessage } from "../../schema/wire/rate-limits.ts";
import type {
  AdmitAnswer,
  AdmitRequest,
  AuditReport,
  ChargeAttemptAnswer,
  ChargeAttemptRequest,
  CheckpointAnswer,
  CheckpointRequest,
  ExtendAnswer,
  ExtendRequest,
  KeyedState,
  LeaseAnswer,
  LeaseMessage,
  LedgerPage,
  LedgerQuery,
  PostAnswer,
  PostRequest,
  RatedAdmitAnswer,
  RecallAnswer,
  RecallStop,
  ReleaseRequest,
  SettleAnswer,
  SettleRequest,
  TransferInAnswer,
  TransferInRequest,
  TransferOutAnswer,
  TransferOutRequest,
  WalletRpc,
  WalletState,
} from "../../schema/wire/wallet-rpc.ts";
import { type WalletSettings, walletSettingsSchema } from "../../schema/wire/wallet-settings.ts";
import { AlarmClock } from "./alarm-clock.ts";
import { CommitQueue } from "./commit-queue.ts";
import { decideAdmit } from "./core/admit.ts";
import { allowance, idleLease, isEnded, promised } from "./core/allowance.ts";
import { decideChargeAttempt } from "./core/attempt.ts";
import { apply, type Change, type Decision, NO_CHANGES } from "./core/change.ts";
import { decideConfigure } from "./core/configure.ts";
import { describe, describeFor } from "./core/describe.ts";
import { decideLimitKey } from "./core/limit-key.ts";
import { overdue } from "./core/overdue.ts";
import { type PendingReader, pendingReader } from "./core/pending-reader.ts";
import { decidePost } from "./core/post.ts";
import { decideCheckpoint, decideExtend } from "./core/renew.ts";
import { decideRevoke } from "./core/revoke.ts";
import { decideRelease, decideSettle } from "./core/settle.ts";
import type { State } from "./core/state.ts";
import { isAmount } from "./core/validate.ts";
import { Funds } from "./funds.ts";
import { Live } from "./live.ts";
import { Outbox } from "./outbox.ts";
import { Rates } from "./rates.ts";
import { audit } from "./storage/audit.ts";
import { ledgerPage } from "./storage/ledger-page.ts";
import { firstStale, load } from "./storage/load.ts";
import { migrate } from "./storage/migrations.ts";
import { unmarkSent } from "./storage/outbox-table.ts";
import { persist } from "./storage/persist.ts";
import { storedReader } from "./storage/stored-reader.ts";
import { sweepIdempotency } from "./storage/sweep.ts";
import { Transfers } from "./transfers.ts";

/** What the wallet reaches for: its storage, the clock, the queue, and time after its answer. */
export interface WalletEffects {
  readonly storage: DurableObjectStorage;
  now(): number;
  /** Resolves so many milliseconds later. */
  wait(ms: number): Promise<unknown>;
  send(events: readonly Event[]): Promise<void>;
  waitUntil(work: Promise<unknown>): void;
  /** Another wallet of the org, on a new stub. */
  wallet(wallet_id: string): Pick<WalletRpc, "lease" | "recall" | "transferIn" | "rate">;
  /**
   * How long sent events are kept and, after a restart, sent again: 0 where the queue survives a crash by itself, as it
   * does in production. A local queue lives in memory and dies with the process.
   */
  readonly outbox_retain_ms: number;
  /**
   * How long events gather before they are sent. A wallet with a few requests a second would otherwise send, commit and
   * have consumed a batch for each of them: a second of gathering took a quarter off the platform's CPU per request.
   */
  readonly drain_delay_ms: number;
  /** Who watches the wallet; absent where nobody can. */
  readonly watchers?: {
    count(): number;
    publish(text: string): void;
  };
}

/** The alarm that drains if the object dies before it has drained by itself. */
const DRAIN_NET_MS = 30_000;
/** What was spent is told to the wallet above so long after it, unless a request for more tells it earlier. */
const REPORT_DELAY_MS = 5_000;
/** How often a wallet above or below is called. Each call may be repeated. */
const CALL_ATTEMPTS = 3;
const SWEEP_INTERVAL_MS = 60 * 60_000;
const ALARM_RETRY_MS_MIN = 1_000;
const ALARM_RETRY_MS_MAX = 5 * 60_000;

type Decide<Answer> = (state: State, now: number, reader: PendingReader) => Decision<Answer>;

/**
 * One wallet. A command is decided in memory without waiting for anything, so that money is serialised; its answer leaves
 * once what it rests on is stored. What is due (expired holds, the period's turn) is done before each decision, so that
 * no answer depends on the alarm having come.
 */
export class Wallet implements WalletRpc {
  private readonly effects: WalletEffects;
  /** Null after a failed commit, until the next command reads the storage anew. */
  private memory: State | null;
  private readonly reader: PendingReader;
  private readonly queue: CommitQueue;
  private readonly outbox: Outbox;
  private readonly funds: Funds;
  private readonly transfers: Transfers;
  private readonly rates: Rates;
  private readonly live: Live;
  private readonly alarm_clock: AlarmClock;
  private alarm_failures = 0;
  private drain_scheduled = false;

  constructor(effects: WalletEffects) {
    const { storage } = effects;
    migrate(storage);
    if (effects.outbox_retain_ms > 0) unmarkSent(storage.sql);
    this.effects = effects;
    this.memory = load(storage.sql);
    this.reader = pendingReader(storedReader(storage.sql));
    this.alarm_clock = new AlarmClock(storage);
    this.queue = new CommitQueue({
      commit: (changes) => this.commit(changes),
      discard: () => {
        this.reader.clear();
        this.memory = null;
      },
      ready: () => storage.sync(),
    });
    this.funds = new Funds({
      decide: (decide) => this.decide(decide),
      committed: () => this.queue.committed(),
      sendUp: (parent_id, message) => repeated(() => effects.wallet(parent_id).lease(message)),
      callBack: (child_id, stop) => repeated(() => effects.wallet(child_id).recall(stop)),
    });
    this.transfers = new Transfers({
      funds: this.funds,
      reader: this.reader,
      decide: (decide) => this.decide(decide),
      committed: () => this.queue.committed(),
      sendTo: (wallet_id, request) => repeated(() => effects.wallet(wallet_id).transferIn(request)),
    });
    this.rates = new Rates({
      decide: (decide) => this.decide(decide),
      committed: () => this.queue.committed(),
      call: async (wallet_id, message) => {
        // A copy: what came over RPC has a disposer, and to pass that on would keep this object alive for its caller.
        const answer = structuredClone(await repeated(() => effects.wallet(wallet_id).rate(message)));
        return answer.status === "not_configured" && answer.wallet_id === "" ? { ...answer, wallet_id } : answer;
      },
      waitUntil: (work) => effects.waitUntil(work),
    });
    this.live = new Live({
      watchers: () => effects.watchers?.count() ?? 0,
      publish: (text) => effects.watchers?.publish(text),
      wait: (ms) => effects.wait(ms),
      waitUntil: (work) => effects.waitUntil(work),
      state: () => describe(this.current()),
    });
    this.outbox = new Outbox({
      sql: storage.sql,
      retain_ms: effects.outbox_retain_ms,
      now: () => effects.now(),
      send: (events) => effects.send(events),
      sent: (count) => {
        if (this.memory !== null) this.memory.outbox_pending -= count;
      },
    });
  }

  /** Takes up what a former life of the object left. Nothing may be asked of the wallet before. */
  async start(): Promise<void> {
    await this.alarm_clock.restore();
    await this.armAlarm();
    this.drainSoon();
  }

  async configure(settings: WalletSettings): Promise<WalletState> {
    const parsed = walletSettingsSchema.parse(settings);
    await this.run((state, now) => ({ answer: null, changes: decideConfigure(state, parsed, now) }));
    // What may not be spent here any more may not be spent below either, from the next request on.
    await this.recallExcess();
    await this.rates.spread();
    const configured = await this.state();
    assert(configured !== null, "a configured wallet has a state");
    return configured;
  }

  async admit(request: AdmitRequest): Promise<RatedAdmitAnswer> {
    const { hold_nano_usd } = request;
    const answer = await this.rates.admit(
      request,
      (state, now, ticket) => decideAdmit(state, request, now, this.reader, ticket),
      (decide) => this.funds.obtain<AdmitAnswer>(decide, hold_nano_usd, hold_nano_usd, (refusal) => refusal),
    );
    await this.queue.committed();
    return answer;
  }

  extend(request: ExtendRequest): Promise<ExtendAnswer> {
    // What is no amount is refused when it is decided.
    const wanted = isAmount(request.hold_nano_usd) ? request.hold_nano_usd : ZERO_USD;
    return this.funds.obtain<ExtendAnswer>(
      (state, now) => decideExtend(state, request, now),
      maxUsd(ZERO_USD, subtractUsd(wanted, this.heldFor(request.request_id))),
      wanted,
      () => ({ status: "refused", hold_nano_usd: this.heldFor(request.request_id) }),
    );
  }

  lease(message: LeaseMessage): Promise<LeaseAnswer> {
    return this.funds.lease(message);
  }

  recall(stop?: RecallStop): Promise<RecallAnswer> {
    return this.funds.recall(stop);
  }

  async post(request: PostRequest): Promise<PostAnswer> {
    const answer = await this.run((state, now, reader) => decidePost(state, request, now, reader));
    await this.recallExcess();
    return answer;
  }

  transferOut(request: TransferOutRequest): Promise<TransferOutAnswer> {
    return this.transfers.out(request);
  }

  transferIn(request: TransferInRequest): Promise<TransferInAnswer> {
    return this.transfers.in(request);
  }

  rate(message: RateMessage): Promise<RateAnswer> {
    return this.rates.answer(message);
  }

  async limitKey(key_id: string, limits: KeyLimits): Promise<void> {
    await this.run((state) => ({ answer: null, changes: decideLimitKey(state, key_id, limits) }));
  }

  checkpoint(request: CheckpointRequest): Promise<CheckpointAnswer> {
    return this.run((state, now) => decideCheckpoint(state, request, now));
  }

  async chargeAttempt(request: ChargeAttemptRequest): Promise<ChargeAttemptAnswer> {
    const charged = this.decide((state, now, reader) => decideChargeAttempt(state, request, now, reader));
    if (charged.status !== "charged") {
      await this.queue.committed();
      return charged;
    }
    // Asked in the turn of the charge, so that one transaction has both where no other wallet is to be asked.
    const { hold_nano_usd, committed_nano_usd } = request.next;
    const { request_id } = request;
    const covered = await this.extend({ request_id, hold_nano_usd, committed_nano_usd });
    return covered.status === "unknown" ? { status: "already_ended" } : covered;
  }

  settle(request: SettleRequest): Promise<SettleAnswer> {
    return this.run((state, now, reader) => decideSettle(state, request, now, reader));
  }

  release(request: ReleaseRequest): Promise<SettleAnswer> {
    return this.run((state, now, reader) => decideRelease(state, request, now, reader));
  }

  state(): Promise<WalletState | null> {
    // Whoever looks at a wallet also finds an alarm that was lost.
    this.effects.waitUntil(this.armAlarm());
    return this.run((state) => ({ answer: describe(state), changes: NO_CHANGES }));
  }

  async stateFor(key_id: string): Promise<KeyedState> {
    return await this.run((state) => ({ answer: describeFor(state, key_id), changes: NO_CHANGES }));
  }

  /** What somebody who begins to watch is told first: a message of `schema/wire/live.ts`. */
  firstForWatcher(): string {
    return this.live.first();
  }

  async ledgerPage(query: LedgerQuery): Promise<LedgerPage> {
    await this.settled();
    return ledgerPage(this.effects.storage.sql, query);
  }

  async revokeKey(key_id: string): Promise<void> {
    await this.run((state, now) => ({ answer: null, changes: decideRevoke(state, key_id, now) }));
  }

  async audit(): Promise<AuditReport> {
    const now = this.effects.now();
    await this.settled();
    // Commands may have been decided since: memory and storage are compared when they should be equal.
    this.queue.flush();
    return audit(this.effects.storage.sql, this.current(), now);
  }

  async ping(): Promise<{ ok: true }> {
    this.effects.storage.sql.exec("SELECT 1").one();
    return { ok: true };
  }

  /**
   * Does what is due, and sets itself again. A handler that throws is retried a few times and then gone for ever, so
   * nothing is thrown here but the failure to set the next alarm.
   */
  async alarm(): Promise<void> {
    this.alarm_clock.rang();
    try {
      await this.settled();
      await this.outbox.drain();
      if (this.reportAt() <= this.effects.now() || this.hasOpenMessage()) await this.funds.report();
      await this.transfers.finishAll();
      if (this.hasLeftover()) await this.funds.recall();
      await this.rates.alarm(this.effects.now());
      this.sweep();
      this.alarm_failures = 0;
    } catch (error) {
      this.alarm_failures += 1;
      logFailure("wallet.alarm_failed", error);
    }
    const now = this.effects.now();
    await this.alarm_clock.need(Math.max(this.wakeAt(now), this.earliestRetry(now)), now);
  }

  /** Decides a command at once and answers when everything that it rests on is stored. */
  private async run<Answer>(decide: Decide<Answer>): Promise<Answer> {
    const answer = this.decide(decide);
    await this.queue.committed();
    return answer;
  }

  private decide<Answer>(decide: Decide<Answer>): Answer {
    const now = this.effects.now();
    this.doOverdue(now);
    const { answer, changes } = decide(this.current(), now, this.reader);
    this.take(changes);
    return answer;
  }

  private heldFor(request_id: string): NanoUsd {
    return this.current().holds.get(request_id)?.hold_nano_usd ?? ZERO_USD;
  }

  /** When the wallet above is due to be told something. */
  private reportAt(): number {
    const { upstream } = this.current();
    if (upstream === null || upstream.unreported_since === null) return Number.POSITIVE_INFINITY;
    return upstream.unreported_since + REPORT_DELAY_MS;
  }

  /** Whether the wallet above has left a message without an answer: it goes again. */
  private hasOpenMessage(): boolean {
    const lanes = this.current().upstream?.lanes;
    return lanes !== undefined && (lanes.ask.message !== null || lanes.give.message !== null);
  }

  /** What may not be spent here any more may not be spent below either. */
  private async recallExcess(): Promise<void> {
    if (isUsedUp(this.current(), this.effects.now())) await this.funds.stopAll();
  }

  /** Whether the wallet's time is over, and it or one below still has leased money that may be idle. */
  private hasLeftover(): boolean {
    const state = this.current();
    if (state.settings === null || !isEnded(state.settings, this.effects.now())) return false;
    return state.leased_out_nano_usd > 0 || (idleLease(state) ?? 0) > 0;
  }

  /** When its time is over, and from then on whenever leased money becomes idle. */
  private endsAt(now: number): number {
    const { settings, leased_out_nano_usd } = this.current();
    if (settings === null || settings.ends_at === null) return Number.POSITIVE_INFINITY;
    if (settings.ends_at > now) return settings.ends_at;
    if ((idleLease(this.current()) ?? 0) > 0) return now;
    return leased_out_nano_usd > 0 ? now + DRAIN_NET_MS : Number.POSITIVE_INFINITY;
  }

  /** Does what is due and stores all that waits. */
  private settled(): Promise<null> {
    const done = this.run(() => ({ answer: null, changes: NO_CHANGES }));
    this.queue.flush();
    return done;
  }

  private doOverdue(now: number): void {
    for (;;) {
      const step = overdue(this.current(), now, this.reader);
      if (step.length === 0) return;
      this.take(step);
    }
  }

  private take(changes: readonly Change[]): void {
    try {
      this.reader.add(changes);
      apply(this.current(), changes);
      this.queue.gather(changes);
    } catch (error) {
      // A bug of ours, half applied: nothing that was decided on it may be stored.
      this.queue.abort(error);
      throw error;
    }
  }

  private commit(changes: readonly Change[]): void {
    persist(this.effects.storage, changes);
    this.reader.clear();
    this.rates.stored(changes);
    this.live.stored(changes);
    const now = this.effects.now();
    // In the same turn as the transaction, so that both are stored or neither.
    this.effects.waitUntil(this.alarm_clock.need(this.wakeAt(now), now));
    this.drainSoon();
  }

  private current(): State {
    this.memory ??= load(this.effects.storage.sql);
    return this.memory;
  }

  /** When the alarm is needed: the first deadline, the period's end, the outbox, or stale idempotency keys. */
  private wakeAt(now: number): number {
    const { settings, deadline_bound, period, outbox_pending, sweep_at, transfers } = this.current();
    if (settings === null) return Number.POSITIVE_INFINITY;
    const repeat = this.hasOpenMessage() || transfers.size > 0 ? now + DRAIN_NET_MS : Number.POSITIVE_INFINITY;
    const drain = outbox_pending > 0 ? Math.max(this.outbox.retry_at, now + DRAIN_NET_MS) : Number.POSITIVE_INFINITY;
    const due = Math.min(deadline_bound, period.end ?? Number.POSITIVE_INFINITY, this.endsAt(now));
    return Math.min(due, drain, sweep_at, repeat, this.reportAt(), this.rates.wakeAt(this.current(), now));
  }

  private armAlarm(): Promise<void> {
    const now = this.effects.now();
    return this.alarm_clock.need(this.wakeAt(now), now);
  }

  /** After failures the alarm comes later and later, so that a broken wallet does not spin. */
  private earliestRetry(now: number): number {
    if (this.alarm_failures === 0) return 0;
    return now + Math.min(ALARM_RETRY_MS_MAX, ALARM_RETRY_MS_MIN * 2 ** (this.alarm_failures - 1));
  }

  private drainSoon(): void {
    if (this.drain_scheduled || this.current().outbox_pending === 0) return;
    if (this.outbox.retry_at > this.effects.now()) return;
    this.drain_scheduled = true;
    this.effects.waitUntil(this.drainLater());
  }

  private async drainLater(): Promise<void> {
    try {
      await this.effects.wait(this.effects.drain_delay_ms);
      await this.outbox.drain();
    } catch (error) {
      // The alarm drains what is left.
      logFailure("wallet.drain_failed", error);
    }
    this.drain_scheduled = false;
    const now = this.effects.now();
    await this.alarm_clock.need(this.wakeAt(now), now);
    this.drainSoon();
  }

  private sweep(): void {
    const now = this.effects.now();
    if (this.current().sweep_at > now) return;
    const { sql } = this.effects.storage;
    sweepIdempotency(sql, now);
    const first = firstStale(sql);
    this.current().sweep_at = Number.isFinite(first) ? Math.max(first, now + SWEEP_INTERVAL_MS) : first;
  }
}

/** Whether wallets below may still spend what this one may not: it has nothing left that is not promised. */
function isUsedUp(state: State, now: number): boolean {
  const { settings, children } = state;
  if (settings === null || children.size === 0) return false;
  const most = allowance(settings, state.balance_nano_usd);
  return settings.frozen || isEnded(settings, now) || (most !== null && promised(state) >= most);
}

/** A new stub for each try: one that failed by a reset keeps failing. An overloaded object is not asked again. */
async function repeated<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const overloaded =
        typeof error === "object" && error !== null && "overloaded" in error && error.overloaded === true;
      if (attempt >= CALL_ATTEMPTS || overloaded) throw error;
    }
  }
}

function logFailure(event: string, error: unknown): void {
  log("error", event, { problem: error instanceof Error ? error.message : String(error) });
}
