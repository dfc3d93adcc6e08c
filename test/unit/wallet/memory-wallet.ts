import { type NanoUsd, nanoUsd } from "../../../schema/kernel/money.ts";
import type { Event } from "../../../schema/wire/events.ts";
import type { KeyLimits } from "../../../schema/wire/rate-limits.ts";
import {
  type AdmitRequest,
  type ChargeAttemptAnswer,
  type ChargeAttemptRequest,
  type CheckpointRequest,
  type ExtendRequest,
  isMoving,
  type LedgerKind,
  type PostRequest,
  type ReleaseRequest,
  type SettleRequest,
  type TransferInAnswer,
  type TransferInRequest,
  type TransferOutRequest,
} from "../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import { decideAdmit, type Short } from "../../../workers/wallet-do/core/admit.ts";
import { decideChargeAttempt } from "../../../workers/wallet-do/core/attempt.ts";
import { apply, type Change, type Decision, type Posting } from "../../../workers/wallet-do/core/change.ts";
import { decideConfigure } from "../../../workers/wallet-do/core/configure.ts";
import { describe, describeFor } from "../../../workers/wallet-do/core/describe.ts";
import { decideLimitKey } from "../../../workers/wallet-do/core/limit-key.ts";
import { overdue } from "../../../workers/wallet-do/core/overdue.ts";
import { pendingReader } from "../../../workers/wallet-do/core/pending-reader.ts";
import { decidePost } from "../../../workers/wallet-do/core/post.ts";
import { standingOfAdmit } from "../../../workers/wallet-do/core/rate-admit.ts";
import { foldEnded, type IdempotencyEntry, type Reader } from "../../../workers/wallet-do/core/reader.ts";
import { decideCheckpoint, decideExtend } from "../../../workers/wallet-do/core/renew.ts";
import { decideRevoke } from "../../../workers/wallet-do/core/revoke.ts";
import { decideRelease, decideSettle } from "../../../workers/wallet-do/core/settle.ts";
import { emptyState, type State, type Transfer } from "../../../workers/wallet-do/core/state.ts";
import { decideTransferEnd, decideTransferIn, decideTransferOut } from "../../../workers/wallet-do/core/transfer.ts";

export class CommitFailed extends Error {}

/** A wallet without others above or below decides by itself. */
function neverShort<Answer extends { readonly status: string }>(answer: Answer | Short): Answer {
  if (isShort(answer)) throw new Error("a wallet on its own was short of others' money");
  return answer;
}
const isShort = (answer: { readonly status: string }): answer is Short => answer.status === "short";

/**
 * The pure core around a storage that is a few arrays. Decisions gather until `commit`; a failing commit throws them
 * away and restores the state that was stored, as the object does.
 */
export class MemoryWallet {
  now: number;
  readonly ledger: Posting[] = [];
  readonly events: Event[] = [];
  /** Commit after each command. */
  auto_commit = true;
  fail_next_commit = false;
  private readonly keys = new Map<string, IdempotencyEntry>();
  private readonly transfers = new Map<string, Transfer>();
  private stored: State = emptyState();
  private state: State = emptyState();
  private pending: Change[] = [];
  private readonly reader = pendingReader(this.storedReader());

  constructor(now: number) {
    this.now = now;
  }

  configure(settings: WalletSettings) {
    this.run((state, now) => ({ answer: null, changes: decideConfigure(state, settings, now) }));
    return describe(this.state);
  }
  admit(request: AdmitRequest) {
    return neverShort(this.run((state, now) => decideAdmit(state, request, now, this.reader)));
  }
  extend(request: ExtendRequest) {
    return neverShort(this.run((state, now) => decideExtend(state, request, now)));
  }
  checkpoint(request: CheckpointRequest) {
    return this.run((state, now) => decideCheckpoint(state, request, now));
  }
  chargeAttempt(request: ChargeAttemptRequest): ChargeAttemptAnswer {
    const { request_id, next } = request;
    const { auto_commit } = this;
    // Both are one transaction, as in the object.
    this.auto_commit = false;
    const charged = this.run((state, now) => decideChargeAttempt(state, request, now, this.reader));
    const covered = charged.status === "charged" ? this.extend({ request_id, ...next }) : charged;
    this.auto_commit = auto_commit;
    if (auto_commit) this.commit();
    return covered.status === "unknown" && charged.status === "charged" ? { status: "already_ended" } : covered;
  }
  settle(request: SettleRequest) {
    return this.run((state, now) => decideSettle(state, request, now, this.reader));
  }
  release(request: ReleaseRequest) {
    return this.run((state, now) => decideRelease(state, request, now, this.reader));
  }
  post(request: PostRequest) {
    return this.run((state, now) => decidePost(state, request, now, this.reader));
  }
  /** Reserves what is to be moved; `end` brings the other wallet's answer. */
  transferOut(request: TransferOutRequest) {
    return neverShort(this.run((state, now) => decideTransferOut(state, request, now, this.reader)));
  }
  end(transfer_id: string, received: TransferInAnswer) {
    return this.run((state, now) => decideTransferEnd(state, transfer_id, received, now, this.reader));
  }
  transferIn(request: TransferInRequest) {
    return this.run((state, now) => decideTransferIn(state, request, now, this.reader));
  }
  revokeKey(key_id: string) {
    this.run((state, now) => ({ answer: null, changes: decideRevoke(state, key_id, now) }));
  }
  limitKey(key_id: string, limits: KeyLimits) {
    this.run((state) => ({ answer: null, changes: decideLimitKey(state, key_id, limits) }));
  }
  /** What is left of the limits that bind such a request. */
  standing(request: AdmitRequest) {
    return this.run((state, now) => ({ answer: standingOfAdmit(state, request, now), changes: [] }));
  }
  read() {
    return this.run((state) => ({ answer: describe(state), changes: [] }));
  }
  readFor(key_id: string) {
    return this.run((state) => ({ answer: describeFor(state, key_id), changes: [] }));
  }
  /** What an alarm does to the wallet: nothing but what is due. */
  ring() {
    this.read();
  }

  /** Kind and amount of every ledger row so far. */
  rows(): [LedgerKind, NanoUsd][] {
    return this.ledger.map((row) => [row.kind, row.amount_nano_usd]);
  }

  commit(): void {
    const changes = this.pending;
    this.pending = [];
    this.reader.clear();
    if (this.fail_next_commit) {
      this.fail_next_commit = false;
      this.state = structuredClone(this.stored);
      throw new CommitFailed();
    }
    for (const change of changes) this.store(change);
    this.stored = structuredClone(this.state);
  }

  private run<Answer>(decide: (state: State, now: number) => Decision<Answer>): Answer {
    for (let step = this.due(); step.length > 0; step = this.due()) this.take(step);
    const { answer, changes } = decide(this.state, this.now);
    this.take(changes);
    if (this.auto_commit) this.commit();
    return answer;
  }

  private due = () => overdue(this.state, this.now, this.reader);

  private take(changes: readonly Change[]): void {
    this.reader.add(changes);
    apply(this.state, changes);
    this.pending.push(...changes);
  }

  private store(change: Change): void {
    if (change.kind === "posting") this.ledger.push(change.posting);
    if (change.kind === "posting" || change.kind === "event") this.events.push(change.event);
    if (change.kind === "idempotency") this.keys.set(change.entry.key_hash, change.entry);
    if (change.kind === "transfer") this.transfers.set(change.transfer.transfer_id, change.transfer);
    if (change.kind === "idempotency_freed") this.keys.delete(change.key_hash);
  }

  private storedReader(): Reader {
    return {
      ended: (request_id) =>
        this.ledger
          .filter((row) => row.ref === request_id)
          .reduce<ReturnType<Reader["ended"]>>((ended, row) => foldEnded(ended, row.kind, row.amount_nano_usd), null),
      attempts: (request_id) =>
        new Map(
          this.ledger.flatMap(({ ref, attempt, amount_nano_usd }) =>
            ref === request_id && attempt !== undefined ? [[attempt, nanoUsd(-amount_nano_usd)]] : [],
          ),
        ),
      idempotency: (key_hash) => this.keys.get(key_hash) ?? null,
      moved: (ref) => this.ledger.find((row) => row.ref === ref && isMoving(row.kind)) ?? null,
      transfer: (transfer_id) => this.transfers.get(transfer_id) ?? null,
      idempotencyOf: (request_id) => [...this.keys.values()].find((entry) => entry.request_id === request_id) ?? null,
    };
  }
}
