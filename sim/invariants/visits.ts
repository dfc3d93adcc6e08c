import type { RateAnswer, RateMessage } from "../../schema/wire/rate-limits.ts";
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
  LeaseAnswer,
  LeaseMessage,
  RecallAnswer,
  RecallStop,
  ReleaseRequest,
  SettleAnswer,
  SettleRequest,
  WalletState,
} from "../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../schema/wire/wallet-settings.ts";
import type { Host } from "../world/host.ts";
import type { Visit } from "../world/network.ts";
import type { CallLog } from "./call-log.ts";
import { isAmount } from "./call-log.ts";
import type { IdempotencyChecks } from "./idempotency.ts";
import type { Fail } from "./local.ts";
import type { RefusalChecks, Wish } from "./refusals.ts";
import type { TreeChecks } from "./tree.ts";

const WISH_OUTCOMES: Readonly<Record<string, Wish["outcome"]>> = {
  held: "held",
  exhausted: "refused",
  exceeds_wallet: "refused",
  held_by_others: "told_to_wait",
};
/** What a wallet may answer before it looks whether it knows the request. */
const BEFORE_IDENTITY: ReadonlySet<string> = new Set(["invalid", "not_configured", "key_revoked", "frozen", "ended"]);

/** When something last happened that may keep idle money from being found, or a message from arriving. */
export interface Trouble {
  last_at(): number;
  now(): number;
}

/** Checks each answer of a wallet: it rests on what is stored, agrees with earlier ones, and no refusal is false. */
export class Visits {
  /** How often each kind of answer was seen. */
  readonly seen = new Map<string, number>();
  private readonly calls: CallLog;
  private readonly tree: TreeChecks;
  private readonly refusals: RefusalChecks;
  private readonly trouble: Trouble;
  private readonly fail: Fail;
  private readonly idempotency: IdempotencyChecks;
  private readonly revoked = new Set<string>();
  /** Frozen, and everybody below has been told: since when. */
  private readonly frozen = new Map<string, number>();
  private readonly messages = new Map<string, string>();
  private readonly answers = new Map<string, string>();

  constructor(parts: {
    readonly calls: CallLog;
    readonly tree: TreeChecks;
    readonly refusals: RefusalChecks;
    readonly trouble: Trouble;
    readonly idempotency: IdempotencyChecks;
    readonly fail: Fail;
  }) {
    this.calls = parts.calls;
    this.tree = parts.tree;
    this.refusals = parts.refusals;
    this.trouble = parts.trouble;
    this.fail = parts.fail;
    this.idempotency = parts.idempotency;
  }

  admit(host: Host, request: AdmitRequest): Visit<AdmitAnswer> {
    const { request_id } = request;
    const asked = this.calls.of(host.wallet_id, request_id);
    const valid = isAmount(request.hold_nano_usd) && isAmount(request.committed_nano_usd);
    if (valid) asked.admits.push(request);
    const from = this.trouble.now();
    const due = this.dueNow(host);
    const known = { ended: host.books.endings.has(request_id), hold: host.books.holds.get(request_id) ?? null };
    const revoked = this.revoked.has(`${host.wallet_id} ${request.context.key_id}`);
    const stopped = this.stoppedAbove(host);
    const expected = this.idempotency.expected(host, request);
    const wish = valid ? this.refusals.arrives(host.wallet_id, request_id, request.hold_nano_usd) : null;
    return {
      run: (wallet) => wallet.admit(request),
      answers: (answer) => {
        this.count(`admit ${answer.status}`);
        const { status } = answer;
        if (!valid && !BEFORE_IDENTITY.has(status))
          this.fail("I17", `${host.wallet_id} admitted ${request.hold_nano_usd}`);
        if (known.ended && status !== "already_ended" && !BEFORE_IDENTITY.has(status)) {
          this.fail("I6", `${request_id} has ended at ${host.wallet_id} and was answered ${status}`);
        }
        if (revoked && !["key_revoked", "invalid", "not_configured"].includes(status)) {
          this.fail("I20", `${request.context.key_id} is revoked at ${host.wallet_id} and was answered ${status}`);
        }
        // What costs nothing needs nothing from above.
        if (stopped !== null && request.hold_nano_usd > 0 && status === "held" && this.stoppedAbove(host) === stopped) {
          this.fail("I2", `${request_id} was held at ${host.wallet_id} below ${stopped}, which is frozen`);
        }
        if (status === "held" || status === "already_held") {
          this.stored(
            host,
            request_id,
            (hold) =>
              hold.admitted === request.hold_nano_usd &&
              hold.hold + host.books.attemptsOf(request_id) >= request.hold_nano_usd,
          );
        }
        this.overdue(host, due);
        this.idempotency.answers(host, request, expected, answer);
        if (wish !== null) {
          this.refusals.ends(wish, WISH_OUTCOMES[status] ?? "other", this.excused(from));
        }
      },
      fails: () => {
        if (wish !== null) this.refusals.ends(wish, "other", true);
      },
    };
  }

  extend(host: Host, request: ExtendRequest): Visit<ExtendAnswer> {
    const asked = this.calls.of(host.wallet_id, request.request_id);
    const valid = isAmount(request.hold_nano_usd);
    if (valid) asked.hold_nano_usd = Math.max(asked.hold_nano_usd, request.hold_nano_usd);
    if (isAmount(request.committed_nano_usd)) {
      asked.committed_nano_usd = Math.max(asked.committed_nano_usd, request.committed_nano_usd);
    }
    const from = this.trouble.now();
    const hold = host.books.holds.get(request.request_id) ?? null;
    const more = hold === null || !valid ? 0 : Math.max(0, request.hold_nano_usd - hold.hold);
    const wish = more > 0 ? this.refusals.arrives(host.wallet_id, request.request_id, more) : null;
    return {
      run: (wallet) => wallet.extend(request),
      answers: (answer) => {
        this.count(`extend ${answer.status}`);
        if (!valid && answer.status === "held")
          this.fail("I17", `${host.wallet_id} extended to ${request.hold_nano_usd}`);
        if (answer.status === "held") {
          this.stored(host, request.request_id, (stored) => stored.hold >= request.hold_nano_usd);
        }
        const after = host.books.holds.get(request.request_id) ?? null;
        const same = after !== null && hold !== null && after.hold === hold.hold;
        const money = answer.status === "refused" && same && !this.mayNotGrow(host, after.key_id, request);
        if (wish !== null) {
          this.refusals.ends(
            wish,
            money ? "told_to_wait" : answer.status === "held" ? "held" : "other",
            this.excused(from),
          );
        }
      },
      fails: () => {
        if (wish !== null) this.refusals.ends(wish, "other", true);
      },
    };
  }

  chargeAttempt(host: Host, request: ChargeAttemptRequest): Visit<ChargeAttemptAnswer> {
    const { request_id, attempt, cost_nano_usd: cost, next } = request;
    const asked = this.calls.of(host.wallet_id, request_id);
    const valid = isAmount(cost) && isAmount(next.hold_nano_usd);
    if (valid) {
      asked.attempts.add(`${attempt} of ${cost}`);
      asked.hold_nano_usd = Math.max(asked.hold_nano_usd, next.hold_nano_usd);
      asked.committed_nano_usd = Math.max(asked.committed_nano_usd, next.committed_nano_usd);
    }
    const from = this.trouble.now();
    const due = this.dueNow(host);
    const hold = host.books.holds.get(request_id) ?? null;
    const charged = host.books.attempts.get(request_id)?.get(attempt);
    const rest = hold === null ? 0 : charged === undefined ? Math.max(0, hold.hold - cost) : hold.hold;
    const more = hold === null || !valid ? 0 : Math.max(0, next.hold_nano_usd - rest);
    const wish = more > 0 ? this.refusals.arrives(host.wallet_id, request_id, more) : null;
    return {
      run: (wallet) => wallet.chargeAttempt(request),
      answers: (answer) => {
        this.count(`attempt ${answer.status}`);
        const { status } = answer;
        const stored = host.books.attempts.get(request_id)?.get(attempt);
        if (!valid && status !== "invalid") this.fail("I17", `${host.wallet_id} charged ${cost} of ${request_id}`);
        // The charge is booked whether or not the next one is covered.
        if ((status === "refused" && stored !== cost) || (status === "conflict" && stored === cost)) {
          this.fail("I6", `${host.wallet_id} answered ${status} to ${attempt} of ${request_id}, and has ${stored}`);
        }
        if (status === "held") {
          if (stored !== cost) this.fail("I3", `${attempt} of ${request_id} is held on and was charged ${stored}`);
          const is_last = Math.max(...(host.books.attempts.get(request_id)?.keys() ?? [])) === attempt;
          if (is_last) this.stored(host, request_id, (now) => now.hold >= next.hold_nano_usd);
        }
        this.overdue(host, due);
        const after = host.books.holds.get(request_id) ?? null;
        const same = after !== null && after.hold === rest;
        const money = status === "refused" && same && !this.mayNotGrow(host, after.key_id, { ...next, request_id });
        if (wish !== null) {
          this.refusals.ends(wish, money ? "told_to_wait" : status === "held" ? "held" : "other", this.excused(from));
        }
      },
      fails: () => {
        if (wish !== null) this.refusals.ends(wish, "other", true);
      },
    };
  }

  checkpoint(host: Host, request: CheckpointRequest): Visit<CheckpointAnswer> {
    const asked = this.calls.of(host.wallet_id, request.request_id);
    const valid = isAmount(request.committed_nano_usd);
    if (valid) asked.committed_nano_usd = Math.max(asked.committed_nano_usd, request.committed_nano_usd);
    return {
      run: (wallet) => wallet.checkpoint(request),
      answers: (answer) => {
        this.count(`checkpoint ${answer.status}`);
        if (answer.status !== "renewed" || !valid) return;
        this.stored(
          host,
          request.request_id,
          (hold) =>
            hold.committed >= Math.min(request.committed_nano_usd, hold.hold) && hold.deadline >= answer.deadline,
        );
      },
      fails: () => undefined,
    };
  }

  settle(host: Host, request: SettleRequest): Visit<SettleAnswer> {
    const asked = this.calls.of(host.wallet_id, request.request_id);
    const valid = isAmount(request.cost_nano_usd);
    if (valid) asked.costs.add(request.cost_nano_usd);
    if (request.attempt !== undefined) asked.settled.add(request.attempt);
    return this.end(
      host,
      request.request_id,
      valid ? request.cost_nano_usd : null,
      (wallet) => wallet.settle(request),
      request.attempt,
    );
  }

  release(host: Host, request: ReleaseRequest): Visit<SettleAnswer> {
    this.calls.of(host.wallet_id, request.request_id).released = true;
    return this.end(host, request.request_id, 0, (wallet) => wallet.release(request));
  }

  lease(host: Host, message: LeaseMessage): Visit<LeaseAnswer> {
    const key = `${message.child_id} ${message.lane} ${message.seq}`;
    this.once(this.messages, key, message, `message ${key}`);
    return {
      run: (wallet) => wallet.lease(message),
      answers: (answer) => {
        this.count(`lease ${answer.status}`);
        if (answer.status === "taken" || answer.status === "refused") {
          this.once(this.answers, key, answer, `the answer of ${host.wallet_id} to message ${key}`);
        }
      },
      fails: () => undefined,
    };
  }

  recall(stop: RecallStop | undefined): Visit<RecallAnswer> {
    return {
      run: (wallet) => wallet.recall(stop),
      answers: () => this.count("recall"),
      fails: () => undefined,
    };
  }

  rate(message: RateMessage): Visit<RateAnswer> {
    return {
      run: (wallet) => wallet.rate(message),
      answers: () => this.count(`rate ${message.kind}`),
      fails: () => undefined,
    };
  }

  state(): Visit<WalletState | null> {
    return {
      run: (wallet) => wallet.state(),
      answers: () => this.count("state"),
      fails: () => undefined,
    };
  }

  configure(host: Host, settings: WalletSettings): Visit<WalletState> {
    const from = this.trouble.now();
    return {
      run: (wallet) => wallet.configure(settings),
      answers: () => {
        this.count("configure");
        const stored = host.books.settings;
        if (stored === null || stored.version < settings.version) {
          this.fail("I6", `${host.wallet_id} answered for settings ${settings.version} and has ${stored?.version}`);
        }
        if (stored?.frozen !== true) this.frozen.delete(host.wallet_id);
        else if (!this.excused(from)) this.frozen.set(host.wallet_id, stored.version);
      },
      fails: () => undefined,
    };
  }

  revokeKey(host: Host, key_id: string): Visit<void> {
    return {
      run: (wallet) => wallet.revokeKey(key_id),
      answers: () => {
        this.count("revoke");
        this.revoked.add(`${host.wallet_id} ${key_id}`);
      },
      fails: () => undefined,
    };
  }

  audit(host: Host): Visit<AuditReport> {
    return {
      run: (wallet) => wallet.audit(),
      answers: ({ problems }) => {
        this.count("audit");
        for (const problem of problems) {
          this.fail(problem.includes("in memory") ? "I19" : "I1", `${host.wallet_id}, by its own audit: ${problem}`);
        }
      },
      fails: () => undefined,
    };
  }

  private end(
    host: Host,
    request_id: string,
    cost: number | null,
    run: Visit<SettleAnswer>["run"],
    attempt = 0,
  ): Visit<SettleAnswer> {
    const asked = this.calls.of(host.wallet_id, request_id);
    const due = this.dueNow(host);
    asked.ending += 1;
    const alone = asked.ending === 1;
    return {
      run,
      answers: (answer) => {
        this.count(`end ${answer.status}`);
        const rows = host.books.endings.get(request_id) ?? [];
        const charged = -rows.reduce((sum, row) => sum + row.amount, 0);
        const ended = !["invalid", "not_configured"].includes(answer.status);
        if (cost === null && answer.status !== "invalid")
          this.fail("I17", `${host.wallet_id} took no amount as the cost of ${request_id}`);
        if (ended && rows.length === 0)
          this.fail("I3", `${host.wallet_id} answered ${answer.status} and ${request_id} has no row`);
        if (ended && host.books.holds.has(request_id)) {
          this.fail("I3", `${request_id} is still held after ${answer.status}`);
        }
        // A deadline charges what is known: whoever comes later knows better, also when it makes no difference.
        if (ended && rows.at(-1)?.kind === "expire") {
          this.fail(
            "I11",
            `${request_id} was ended late at ${host.wallet_id}, ${answer.status}, and was not corrected`,
          );
        }
        if (alone && asked.ending === 1 && ended && charged !== answer.charged_nano_usd) {
          this.fail(
            "I6",
            `${host.wallet_id} answered that ${request_id} cost ${answer.charged_nano_usd}, its rows say ${charged}`,
          );
        }
        const expected = host.books.attempts.get(request_id)?.has(attempt) === true ? 0 : cost;
        if (
          ["settled", "corrected", "unknown_hold", "released"].includes(answer.status) &&
          expected !== answer.charged_nano_usd
        ) {
          this.fail("I11", `${request_id} cost ${cost} and was answered ${answer.status} ${answer.charged_nano_usd}`);
        }
        this.overdue(host, due);
        asked.ending -= 1;
      },
      fails: () => {
        asked.ending -= 1;
      },
    };
  }

  private excused(from: number): boolean {
    return this.trouble.last_at() >= from;
  }

  private stoppedAbove(host: Host): string | null {
    const frozen = this.tree.chain(host.wallet_id).find(({ wallet_id, books }) => {
      return books.settings !== null && this.frozen.get(wallet_id) === books.settings.version;
    });
    return frozen === undefined ? null : `${frozen.wallet_id} ${this.frozen.get(frozen.wallet_id)}`;
  }

  private mayNotGrow(host: Host, key_id: string, request: ExtendRequest): boolean {
    if (this.revoked.has(`${host.wallet_id} ${key_id}`)) return true;
    return this.tree.chain(host.wallet_id).some(({ books }) => {
      const maximum = books.settings?.maximum_per_request_nano_usd ?? null;
      if (books.settings?.ends_at !== null) return true;
      const attempts = books.attemptsOf(request.request_id);
      return books.settings?.frozen !== false || (maximum !== null && request.hold_nano_usd + attempts > maximum);
    });
  }

  /** What was answered is stored, or has ended since. */
  private stored(
    host: Host,
    request_id: string,
    as: (hold: { admitted: number; hold: number; committed: number; deadline: number }) => boolean,
  ): void {
    const hold = host.books.holds.get(request_id);
    if (host.books.endings.has(request_id)) return;
    if (hold === undefined || !as(hold))
      this.fail("I3", `${host.wallet_id} has answered for ${request_id} what it has not stored`);
  }

  /** Holds whose deadline has passed. */
  private dueNow(host: Host): readonly string[] {
    return [...host.books.holds.values()]
      .filter(({ deadline }) => deadline <= host.now)
      .map(({ request_id }) => request_id);
  }

  /** Whatever was asked after a deadline, the hold has ended before the answer. */
  private overdue(host: Host, due: readonly string[]): void {
    for (const id of due) {
      if (host.books.holds.has(id)) this.fail("I4", `${host.wallet_id} has answered while ${id} was overdue`);
    }
  }

  /** The same thing again must be the same. */
  private once(known: Map<string, string>, key: string, value: unknown, what: string): void {
    const text = JSON.stringify(value);
    const before = known.get(key);
    if (before === undefined) known.set(key, text);
    else if (before !== text) this.fail("I6", `${what} was ${before} and is ${text}`);
  }

  count(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }
}
