import { maxUsd, type NanoUsd, ZERO_USD } from "../../../schema/kernel/money.ts";
import type { RequestContext } from "../../../schema/wire/request-record.ts";
import type {
  LeaseAnswer,
  LeaseLane,
  LeaseMessage,
  TransferInAnswer,
  TransferOutAnswer,
} from "../../../schema/wire/wallet-rpc.ts";
import type { WalletSettings } from "../../../schema/wire/wallet-settings.ts";
import { emptyRateBook, type RateBook, type RateMark } from "./rate-book.ts";

/** Money reserved for one running request. */
export interface Hold {
  readonly request_id: string;
  /** What the admit asked for: a repeated admit is compared with it, also after an extension. */
  readonly admitted_nano_usd: NanoUsd;
  readonly hold_nano_usd: NanoUsd;
  /** What expiry charges. Only grows, at most the hold. */
  readonly committed_nano_usd: NanoUsd;
  readonly ttl_ms: number;
  readonly created_at: number;
  readonly deadline: number;
  readonly price_id: string;
  readonly context: RequestContext;
  /** Charged for attempts that failed: no part of the hold any more, and on top of whatever ends it. */
  readonly attempts_nano_usd: NanoUsd;
  /** Tokens that those used, of both sides. */
  readonly attempts_tokens: number;
  readonly idempotency_key_hash: string | null;
  /** What it has taken of rate limits; null when none bound it. */
  readonly rate: RateMark | null;
}

export interface WalletPeriod {
  readonly start: number;
  readonly end: number | null;
  /** The last ledger row before this period's own. */
  readonly opened_seq: number;
  /** Percentages whose event has fired in this period. */
  readonly fired_percents: readonly number[];
  readonly exhausted_fired: boolean;
  /** Events without a ledger row so far, ever: every ledger row has one event, these are the others. */
  readonly extra_events: number;
  /** Outbox sequence of the last of them. */
  readonly extra_event_seq: number;
}

/**
 * The account with the wallet above. What was leased and is neither spent nor given back covers holds of this wallet and
 * leases to those below it.
 */
export interface Upstream {
  readonly parent_id: string;
  /** Leased, and not spent or given back. Below zero when more was charged than was leased. */
  readonly leased_nano_usd: NanoUsd;
  /** Charged, and not in a message yet. Below zero when a correction gave something back. */
  readonly unreported_nano_usd: NanoUsd;
  /** When the first of what is unreported was charged; null when nothing is. */
  readonly unreported_since: number | null;
  /** One message of each lane may be under way. */
  readonly lanes: Readonly<Record<LeaseLane, Lane>>;
  /**
   * Stopped by the wallet above after it had answered this message of the lane `ask`: nothing of the lease is spent that
   * is not held already, until a younger one is granted. Null when it is not stopped.
   */
  readonly stopped_seq: number | null;
}

export interface Lane {
  readonly answered_seq: number;
  /** Sent, or about to be, and not answered: repeated as it is until it is. */
  readonly message: LeaseMessage | null;
}

/** The account of a wallet below. */
export interface Child {
  readonly child_id: string;
  /** Leased to it, and not spent or given back as far as it has told. Below zero when it has spent more. */
  readonly leased_nano_usd: NanoUsd;
  readonly lanes: Readonly<Record<LeaseLane, ChildLane>>;
}

/**
 * What of its lease a wallet below may still spend. Below zero its account is a debt, which the balance has paid already:
 * it must not make room for anybody else.
 */
export const promisedTo = (child: Child | undefined): NanoUsd => maxUsd(ZERO_USD, child?.leased_nano_usd ?? ZERO_USD);

export interface ChildLane {
  /** The last message whose telling was taken. */
  readonly told_seq: number;
  /** The last message that was answered, and its answer. */
  readonly answered_seq: number;
  readonly answer: LeaseAnswer | null;
}

/** What this wallet has to do with a transfer. Kept for ever: a late repeat of either call finds how it ended. */
export type Transfer =
  | {
      readonly direction: "out";
      readonly transfer_id: string;
      readonly other_wallet_id: string;
      readonly amount_nano_usd: NanoUsd;
      /** Null while the money is reserved and the other wallet is asked to take it. */
      readonly answer: TransferOutAnswer | null;
    }
  | {
      readonly direction: "in";
      readonly transfer_id: string;
      readonly other_wallet_id: string;
      readonly amount_nano_usd: NanoUsd;
      readonly answer: TransferInAnswer;
    };

/** A wallet as the object keeps it in memory. Changed by `apply` alone. */
export interface State {
  settings: WalletSettings | null;
  period: WalletPeriod;
  /** Sum of the ledger. A period of a limited wallet begins at its limit, of an unlimited one at 0. */
  balance_nano_usd: NanoUsd;
  /** Charged in this period. Below zero when a correction gives back what an earlier period was charged. */
  spent_nano_usd: NanoUsd;
  held_nano_usd: NanoUsd;
  holds: Map<string, Hold>;
  /** Null at the top of a tree. */
  upstream: Upstream | null;
  children: Map<string, Child>;
  /** Promised to all wallets below: what each has leased, and nothing for one that has spent more than that. */
  leased_out_nano_usd: NanoUsd;
  /** Those to other wallets that are under way, by id. */
  transfers: Map<string, Transfer>;
  /** Reserved for all of them. */
  transferring_nano_usd: NanoUsd;
  ledger_seq: number;
  /** When the last ledger row was written: times in the ledger never go back, whatever the clock does. */
  ledger_at: number;
  /** Sequence of the last event that was ever put in the outbox. */
  event_seq: number;
  outbox_pending: number;
  revoked_keys: Set<string>;
  /** Everything about rate limits. */
  rates: RateBook;
  /** No open hold ends before this. A lower bound: renewals leave it behind, `earliestDeadline` catches up. */
  deadline_bound: number;
  /** When the first recorded idempotency key goes stale, at the earliest. */
  sweep_at: number;
}

/** A wallet that was never configured. */
export function emptyState(): State {
  return {
    settings: null,
    period: {
      start: 0,
      end: null,
      opened_seq: 0,
      fired_percents: [],
      exhausted_fired: false,
      extra_events: 0,
      extra_event_seq: 0,
    },
    balance_nano_usd: ZERO_USD,
    spent_nano_usd: ZERO_USD,
    held_nano_usd: ZERO_USD,
    holds: new Map(),
    upstream: null,
    children: new Map(),
    leased_out_nano_usd: ZERO_USD,
    transfers: new Map(),
    transferring_nano_usd: ZERO_USD,
    ledger_seq: 0,
    ledger_at: 0,
    event_seq: 0,
    outbox_pending: 0,
    revoked_keys: new Set(),
    rates: emptyRateBook(),
    deadline_bound: Number.POSITIVE_INFINITY,
    sweep_at: Number.POSITIVE_INFINITY,
  };
}

/** When the first open hold ends; Infinity without holds. Walks over all of them. */
export function earliestDeadline(holds: ReadonlyMap<string, Hold>): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (const hold of holds.values()) if (hold.deadline < earliest) earliest = hold.deadline;
  return earliest;
}
