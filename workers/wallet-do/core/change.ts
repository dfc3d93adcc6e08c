import { addUsd, type NanoUsd, subtractUsd, ZERO_USD } from "../../../schema/kernel/money.ts";
import { unreachable } from "../../../schema/kernel/unreachable.ts";
import type { Event } from "../../../schema/wire/events.ts";
import type { KeyLimits, RateEnd } from "../../../schema/wire/rate-limits.ts";
import type { LedgerRow } from "../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import { enterHold, enterPass, leaveHold, leavePass, type Pass, putBucket, type RateTree } from "./rate-book.ts";
import type { Bucket } from "./rate-bucket.ts";
import type { IdempotencyEntry } from "./reader.ts";
import {
  type Child,
  type Hold,
  promisedTo,
  type State,
  type Transfer,
  type Upstream,
  type WalletPeriod,
} from "./state.ts";

/** A ledger row with the period's spending after it and the sequence of its event. */
export interface Posting extends LedgerRow {
  readonly spent_nano_usd: NanoUsd;
  readonly event_seq: number;
  /** Spent of what the wallet above leased, which is to be told. */
  readonly of_lease: boolean;
}

/** What a decision does to a wallet. Applied to memory by `apply`, to storage by `persist`: the same list, in order. */
export type Change =
  | { readonly kind: "settings"; readonly settings: WalletSettings }
  | { readonly kind: "period"; readonly period: WalletPeriod }
  | { readonly kind: "hold"; readonly hold: Hold }
  | { readonly kind: "hold_renewed"; readonly hold: Hold }
  /** An attempt was charged: the hold is the next one's, and may be smaller by the charge. */
  | { readonly kind: "hold_passed_on"; readonly hold: Hold }
  | { readonly kind: "hold_ended"; readonly request_id: string }
  /** A ledger row and its event: there is no way to write one without the other. */
  | { readonly kind: "posting"; readonly posting: Posting; readonly event: Event }
  /** An event without a ledger row. Comes with a `period` change that counts it. */
  | { readonly kind: "event"; readonly event_seq: number; readonly event: Event }
  | { readonly kind: "idempotency"; readonly entry: IdempotencyEntry }
  | { readonly kind: "idempotency_freed"; readonly key_hash: string }
  | { readonly kind: "revoked"; readonly key_id: string; readonly at: number }
  /** The account with the wallet above, as it is now. */
  | { readonly kind: "upstream"; readonly upstream: Upstream }
  /** The account of a wallet below, as it is now. */
  | { readonly kind: "child"; readonly child: Child }
  /** A transfer, as it is now. */
  | { readonly kind: "transfer"; readonly transfer: Transfer }
  /** What a rate limit remembers, as it is now. */
  | { readonly kind: "bucket"; readonly bucket: Bucket }
  | { readonly kind: "pass"; readonly pass: Pass }
  | { readonly kind: "pass_ended"; readonly request_id: string }
  | { readonly kind: "key_limits"; readonly key_id: string; readonly limits: KeyLimits }
  | { readonly kind: "rate_tree"; readonly tree: RateTree }
  /** Nothing here: once the changes beside it are stored, the wallet above is told. */
  | { readonly kind: "rate_ended"; readonly above: string; readonly end: RateEnd };

/** What a command decided: its answer holds once the changes are stored. */
export interface Decision<Answer> {
  readonly answer: Answer;
  readonly changes: readonly Change[];
}

export const NO_CHANGES: readonly Change[] = [];

/** Carries decided changes out in memory. Everything was checked when they were decided. */
export function apply(state: State, changes: readonly Change[]): void {
  for (const change of changes) applyOne(state, change);
}

function applyOne(state: State, change: Change): void {
  switch (change.kind) {
    case "settings":
      state.settings = change.settings;
      return;
    case "period":
      state.period = change.period;
      return;
    case "hold":
      putHold(state, change.hold);
      enterHold(state.rates, change.hold.request_id, change.hold.context.key_id, change.hold.rate);
      return;
    case "hold_renewed":
    case "hold_passed_on":
      putHold(state, change.hold);
      return;
    case "hold_ended":
      leaveRates(state, change.request_id);
      removeHold(state, change.request_id);
      return;
    case "posting":
      state.ledger_seq = change.posting.seq;
      state.ledger_at = change.posting.at;
      state.balance_nano_usd = change.posting.balance_nano_usd;
      state.spent_nano_usd = change.posting.spent_nano_usd;
      state.event_seq = change.posting.event_seq;
      state.outbox_pending += 1;
      if (state.upstream !== null) state.upstream = afterPosting(state.upstream, change.posting);
      return;
    case "event":
      state.event_seq = change.event_seq;
      state.outbox_pending += 1;
      return;
    case "idempotency":
      if (change.entry.expires_at < state.sweep_at) state.sweep_at = change.entry.expires_at;
      return;
    case "idempotency_freed":
      return;
    case "revoked":
      state.revoked_keys.add(change.key_id);
      return;
    case "upstream":
      state.upstream = change.upstream;
      return;
    case "child": {
      const before = promisedTo(state.children.get(change.child.child_id));
      state.children.set(change.child.child_id, change.child);
      state.leased_out_nano_usd = addUsd(state.leased_out_nano_usd, subtractUsd(promisedTo(change.child), before));
      return;
    }
    case "transfer":
      putTransfer(state, change.transfer);
      return;
    case "bucket":
      putBucket(state.rates, change.bucket);
      return;
    case "pass":
      enterPass(state.rates, change.pass);
      return;
    case "pass_ended":
      leavePass(state.rates, change.request_id);
      return;
    case "key_limits":
      state.rates.key_limits.set(change.key_id, change.limits);
      return;
    case "rate_tree":
      state.rates.tree = change.tree;
      return;
    case "rate_ended":
      return;
    default:
      unreachable(change);
  }
}

/**
 * What a charge does to the account with the wallet above: it is spent of the lease, and to be told. Also what storage
 * does with the row, in the same transaction.
 */
export function afterPosting(upstream: Upstream, posting: Posting): Upstream {
  if (!posting.of_lease) return upstream;
  const unreported_nano_usd = subtractUsd(upstream.unreported_nano_usd, posting.amount_nano_usd);
  return {
    ...upstream,
    leased_nano_usd: addUsd(upstream.leased_nano_usd, posting.amount_nano_usd),
    unreported_nano_usd,
    // A correction may give back all that was to be told: then nothing is due.
    unreported_since: unreported_nano_usd === 0 ? null : (upstream.unreported_since ?? posting.at),
  };
}

/** Only what is reserved is kept in memory. */
function putTransfer(state: State, transfer: Transfer): void {
  const before = state.transfers.get(transfer.transfer_id)?.amount_nano_usd ?? ZERO_USD;
  const reserved = transfer.answer === null;
  state.transfers.delete(transfer.transfer_id);
  if (reserved) state.transfers.set(transfer.transfer_id, transfer);
  const after = reserved ? transfer.amount_nano_usd : ZERO_USD;
  state.transferring_nano_usd = addUsd(state.transferring_nano_usd, subtractUsd(after, before));
}

function putHold(state: State, hold: Hold): void {
  removeHold(state, hold.request_id);
  state.holds.set(hold.request_id, hold);
  state.held_nano_usd = addUsd(state.held_nano_usd, hold.hold_nano_usd);
  if (hold.deadline < state.deadline_bound) state.deadline_bound = hold.deadline;
}

function leaveRates(state: State, request_id: string): void {
  const hold = state.holds.get(request_id);
  if (hold !== undefined) leaveHold(state.rates, request_id, hold.context.key_id, hold.rate);
}

function removeHold(state: State, request_id: string): void {
  const hold = state.holds.get(request_id);
  if (hold === undefined) return;
  state.holds.delete(request_id);
  state.held_nano_usd = subtractUsd(state.held_nano_usd, hold.hold_nano_usd);
}
