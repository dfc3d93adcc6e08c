import type { NanoUsd } from "../kernel/money.ts";
import type { KeyLimits, RateAnswer, RateMessage, RateRefusal, RateStanding, TokenWants } from "./rate-limits.ts";
import type { RequestContext, RequestRecord } from "./request-record.ts";
import type { WalletSettings } from "./wallet-settings.ts";

/**
 * The wallet object's RPC. One Durable Object per wallet, found by `objectNamed(namespace, wallet_id)`. Every method is
 * idempotent on the request id, answers a named status for every expected outcome, and never throws one (own properties
 * of errors are lost over RPC). An exception from here means: unknown whether it happened, ask again with the same id.
 */
export interface WalletRpc {
  /** Takes over settings from D1 when their version is newer; the same or an older version changes nothing. */
  configure(settings: WalletSettings): Promise<WalletState>;
  admit(request: AdmitRequest): Promise<RatedAdmitAnswer>;
  /** Makes an open hold larger. Idempotent on the new total: `hold_nano_usd` is the total wanted, not a difference. */
  extend(request: ExtendRequest): Promise<ExtendAnswer>;
  /** Records what counts as spent and renews the hold's deadline. The heartbeat of a running request. */
  checkpoint(request: CheckpointRequest): Promise<CheckpointAnswer>;
  /**
   * Charges an attempt that failed and may be billed all the same, and makes the hold ready for the next one. Idempotent
   * on request and attempt. The charge is booked also where the wallet does not cover the next attempt.
   */
  chargeAttempt(request: ChargeAttemptRequest): Promise<ChargeAttemptAnswer>;
  /** Ends a hold with its actual cost. After an expiry it posts the difference. Repeated: the first answer again. */
  settle(request: SettleRequest): Promise<SettleAnswer>;
  /** Ends a hold without a charge: nothing that costs was sent. Unknown id: leaves a tombstone that refuses a late admit. */
  release(request: ReleaseRequest): Promise<SettleAnswer>;
  /**
   * A wallet below tells what it has spent and given back, and asks for more. Idempotent on its sequence: the same
   * message again gets the same answer. Before this refuses, idle money of the other wallets below was called back.
   */
  lease(message: LeaseMessage): Promise<LeaseAnswer>;
  /** Adds to the balance, or corrects it. Idempotent on `ref`: the same again gets the same answer, another is refused. */
  post(request: PostRequest): Promise<PostAnswer>;
  /**
   * Moves money to another wallet of the org: reserves it, brings it there, takes it off. Idempotent on the transfer's id.
   * `pending` and an exception mean that it goes on by itself; the same call again finds out how it ended.
   */
  transferOut(request: TransferOutRequest): Promise<TransferOutAnswer>;
  /** The other half, called by the wallet that the money comes from. Idempotent on the transfer's id. */
  transferIn(request: TransferInRequest): Promise<TransferInAnswer>;
  /**
   * The wallet above wants back what this one, and those below it, hold without need. Answers when it has been told.
   * With `stop`, what comes free later is not to be spent either before the wallet above has granted something again.
   */
  recall(stop?: RecallStop): Promise<RecallAnswer>;
  /** Wallets of one tree about rate limits. Every message may be repeated. */
  rate(message: RateMessage): Promise<RateAnswer>;
  /** Changed limits of a key, in force from the next admit on. An older version changes nothing. */
  limitKey(key_id: string, limits: KeyLimits): Promise<void>;
  /** Balance and period as of now, after anything overdue (period turn, expiry) is done. */
  state(): Promise<WalletState | null>;
  /**
   * The same for whoever presents a key of the wallet, unless that was revoked: everything that a key may ask and that
   * places no hold is answered behind this.
   */
  stateFor(key_id: string): Promise<KeyedState>;
  /** Rows of the ledger, newest first: those that fulfil the query, one page of them. */
  ledgerPage(query: LedgerQuery): Promise<LedgerPage>;
  /** Refuses the key from the next admit, and the next `stateFor`, on. */
  revokeKey(key_id: string): Promise<void>;
  /** Checks the invariants now: ledger against balance, holds against held, outbox against ledger. */
  audit(): Promise<AuditReport>;
  /** Answers when the object and its storage do. For /ready. */
  ping(): Promise<{ ok: true }>;
}

export interface AdmitRequest {
  readonly request_id: string;
  /** What to hold: an upper bound of the cost. */
  readonly hold_nano_usd: NanoUsd;
  /**
   * What expiry charges if the gateway never reports back: the input, and the first stretch of output that may be
   * delivered before the first checkpoint. At most the hold.
   */
  readonly committed_nano_usd: NanoUsd;
  readonly ttl_ms: number;
  readonly context: RequestContext;
  /** Price version that the hold was made with; the settlement uses the same. */
  readonly price_id: string;
  readonly idempotency?: {
    /** Hash of key id and idempotency key. */
    readonly key_hash: string;
    /** Hash of route and canonical body: the same key with another body is refused. */
    readonly fingerprint: string;
  };
  /** Limits of the key in `context`; absent are none. */
  readonly key_limits?: KeyLimits;
  /** What it takes of token limits; absent is nothing. */
  readonly tokens?: TokenWants;
}

export type AdmitAnswer =
  | { readonly status: "held"; readonly available_nano_usd: NanoUsd | null; readonly deadline: number }
  /** This request id is held already (a repeated call) or has ended. */
  | { readonly status: "already_held"; readonly available_nano_usd: NanoUsd | null; readonly deadline: number }
  | { readonly status: "already_ended" }
  | { readonly status: "duplicate_in_flight"; readonly request_id: string }
  | { readonly status: "duplicate_finished"; readonly request_id: string; readonly answer: RecordedAnswer | null }
  | { readonly status: "duplicate_mismatch" }
  | {
      readonly status: "exhausted" | "held_by_others" | "exceeds_wallet";
      /** Which wallet has too little: this one, or one above it. */
      readonly wallet_id: string;
      /** What could be held now. */
      readonly available_nano_usd: NanoUsd;
      /** What could be held if every other hold were released. */
      readonly free_nano_usd: NanoUsd;
      readonly resets_at: number | null;
      /** For `held_by_others`: when the first of the other holds ends at the latest. */
      readonly retry_after_ms: number | null;
    }
  | { readonly status: "exceeds_maximum"; readonly wallet_id: string; readonly maximum_nano_usd: NanoUsd }
  | { readonly status: "frozen"; readonly wallet_id: string }
  /** The time of that wallet is over: this one, or one above it. */
  | { readonly status: "ended"; readonly wallet_id: string }
  | { readonly status: "key_revoked" }
  | { readonly status: "too_many_holds"; readonly retry_after_ms: number }
  | RateRefusal
  /** The object of that wallet has no settings yet: configure it from D1 and ask again. */
  | { readonly status: "not_configured"; readonly wallet_id?: string }
  /** The arguments break the contract (negative, unsafe, context too large): a bug of the caller. */
  | { readonly status: "invalid"; readonly problem: string };

/** With what is left of the rate limits that bind the caller. Absent in answers of older versions. */
export type RatedAdmitAnswer = AdmitAnswer & { readonly rate?: RateStanding };

/** Why money was not to be had: the refusals of an admit that are about money and who may spend it. */
export type MoneyRefusal = Extract<
  AdmitAnswer,
  {
    readonly status:
      | "exhausted"
      | "held_by_others"
      | "exceeds_wallet"
      | "exceeds_maximum"
      | "frozen"
      | "ended"
      | "not_configured";
  }
>;

/** Messages of one wallet to the one above, in two rows that do not wait for each other. */
export type LeaseLane = "ask" | "give";

export interface LeaseMessage {
  readonly child_id: string;
  readonly lane: LeaseLane;
  /** Of its lane, from 1 on, without a gap. A message is repeated, unchanged, until it is answered. */
  readonly seq: number;
  /** Charged since the last message; below zero when a correction gave something back. */
  readonly consumed_nano_usd: NanoUsd;
  /** Leased money that is not needed. */
  readonly returned_nano_usd: NanoUsd;
  /** At least so much must be granted for the smallest request that waits; 0 asks for nothing. */
  readonly need_nano_usd: NanoUsd;
  /** At most so much is of use. */
  readonly want_nano_usd: NanoUsd;
  /** The whole of that smallest request: what a refusal speaks of. */
  readonly request_nano_usd: NanoUsd;
}

export interface RecallAnswer {
  /** Whether all wallets below have been told too. */
  readonly complete: boolean;
}

/** A recall after which money is to be asked for again. */
export interface RecallStop {
  /** The last message of the lane `ask` that was answered before: what it granted is meant too. */
  readonly answered_seq: number;
}

export type LeaseAnswer =
  | { readonly status: "taken"; readonly granted_nano_usd: NanoUsd }
  /** What was told is taken all the same; nothing was granted. */
  | { readonly status: "refused"; readonly refusal: MoneyRefusal }
  /** Nothing was taken: configure that wallet and send the message again. */
  | { readonly status: "not_configured"; readonly wallet_id: string }
  | { readonly status: "invalid"; readonly problem: string };

export interface PostRequest {
  /** The caller's id of it, 1 to LIMITS.request_id_chars characters. */
  readonly ref: string;
  /** A top-up is above 0. An adjustment corrects the books either way, and may leave them below 0: a debt that shows. */
  readonly kind: "top_up" | "adjustment";
  readonly amount_nano_usd: NanoUsd;
}

export type PostAnswer =
  | { readonly status: "posted"; readonly seq: number; readonly balance_nano_usd: NanoUsd }
  /** This id was used before, with other content: nothing was done. */
  | { readonly status: "mismatch" }
  /** A wallet without a limit has no balance that anything could be added to. */
  | { readonly status: "no_limit" }
  /** Its time is over: it takes corrections, but no more money. */
  | { readonly status: "ended"; readonly wallet_id: string }
  /** The balance would leave the range of an amount. */
  | { readonly status: "out_of_range" }
  | { readonly status: "not_configured" }
  | { readonly status: "invalid"; readonly problem: string };

export interface TransferOutRequest {
  readonly transfer_id: string;
  readonly to_wallet_id: string;
  /** Above 0. */
  readonly amount_nano_usd: NanoUsd;
}

export type TransferOutAnswer =
  /** It has left this wallet and is in the other. */
  | { readonly status: "transferred"; readonly balance_nano_usd: NanoUsd }
  /** Reserved here; the other wallet has not answered yet. */
  | { readonly status: "pending" }
  /** The balance has not so much that is free. What the overdraft would allow is nothing that could be moved. */
  | Extract<MoneyRefusal, { readonly status: "exhausted" | "held_by_others" | "exceeds_wallet" | "frozen" }>
  | { readonly status: "no_limit" }
  /** The other wallet does not take it: nothing was moved, and what was reserved is free again. */
  | { readonly status: "target_refused"; readonly reason: TransferInRefusal }
  | { readonly status: "mismatch" }
  | { readonly status: "not_configured" }
  | { readonly status: "invalid"; readonly problem: string };

export interface TransferInRequest {
  readonly transfer_id: string;
  readonly org_id: string;
  readonly from_wallet_id: string;
  readonly amount_nano_usd: NanoUsd;
}

/** `ended`: archived, or its time is over. `other_org`: it is none of the sender's org. */
export type TransferInRefusal = "not_configured" | "other_org" | "ended" | "no_limit" | "out_of_range";

/** A refusal is remembered like a posting: a late repeat of the call cannot bring what its sender was told is refused. */
export type TransferInAnswer =
  | { readonly status: "received" }
  | { readonly status: "refused"; readonly reason: TransferInRefusal }
  | { readonly status: "mismatch" }
  | { readonly status: "invalid"; readonly problem: string };

export interface ExtendRequest {
  readonly request_id: string;
  readonly hold_nano_usd: NanoUsd;
  /** As in a checkpoint; at most the new hold. */
  readonly committed_nano_usd: NanoUsd;
}

export type ExtendAnswer =
  | { readonly status: "held"; readonly hold_nano_usd: NanoUsd; readonly deadline: number }
  /** Nothing more fits: the hold stays as large as it was. */
  | { readonly status: "refused"; readonly hold_nano_usd: NanoUsd }
  | { readonly status: "unknown" };

export interface CheckpointRequest {
  readonly request_id: string;
  /**
   * Total that expiry would charge from now on. It only grows (a smaller figure is ignored) and is capped at the hold.
   * The gateway reports it *before* it delivers what it covers, so that a crash never charges less than was delivered.
   */
  readonly committed_nano_usd: NanoUsd;
}

export type CheckpointAnswer =
  | { readonly status: "renewed"; readonly deadline: number }
  | { readonly status: "unknown" };

export interface ChargeAttemptRequest {
  readonly request_id: string;
  /** Which call of a provider it was, from 1 on. Attempts are charged in rising order, not all of them need be. */
  readonly attempt: number;
  readonly cost_nano_usd: NanoUsd;
  /** Of this attempt: how it failed, and at which provider and model. */
  readonly record: RequestRecord;
  readonly context: RequestContext;
  readonly next: NextAttempt;
}

/** The attempt that is made if the wallet covers it: the hold is its own from then on, and expiry tells of it. */
export interface NextAttempt {
  /** What it may cost. Of the hold, what the failed attempt has left counts towards it, and nothing of that is given up. */
  readonly hold_nano_usd: NanoUsd;
  /** What expiry charges on top of the attempts that are charged; at most the hold. */
  readonly committed_nano_usd: NanoUsd;
  readonly price_id: string;
  /** Of the same key as the hold's. */
  readonly context: RequestContext;
}

export type ChargeAttemptAnswer =
  /** Charged, and the next attempt is covered. */
  | { readonly status: "held"; readonly hold_nano_usd: NanoUsd; readonly deadline: number }
  /** Charged, and the next attempt does not fit: nothing but the end of the hold may follow. */
  | { readonly status: "refused"; readonly hold_nano_usd: NanoUsd }
  /** Charged before with another amount: nothing was done. */
  | { readonly status: "conflict" }
  /** The hold has ended: nothing was done, and a settlement of this attempt says what it owes. */
  | { readonly status: "already_ended" }
  /** No hold was ever seen: the same. */
  | { readonly status: "unknown" }
  | { readonly status: "not_configured" }
  | { readonly status: "invalid"; readonly problem: string };

export interface RecordedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface SettleRequest {
  readonly request_id: string;
  /** Of the last attempt: those that were charged before come on top. */
  readonly cost_nano_usd: NanoUsd;
  /**
   * The attempt that the cost is of. Where it turns out to be charged already, because the answer to that was lost or the
   * next one was not covered, the settlement adds nothing. Absent is an attempt that was never to be charged by itself.
   */
  readonly attempt?: number;
  readonly record: RequestRecord;
  /** Used when the hold is gone (expired) or was never seen (its admit was lost): the event needs it. */
  readonly context: RequestContext;
  /** The whole answer, kept for repeats of the idempotency key. */
  readonly answer?: RecordedAnswer;
}

export interface ReleaseRequest {
  readonly request_id: string;
  readonly record: RequestRecord;
  readonly context: RequestContext;
}

export interface SettleAnswer {
  readonly status:
    | "settled"
    | "released"
    /** This id had ended the same way before: nothing changed. */
    | "already_ended"
    /** The hold had expired: the difference to what expiry charged was posted. */
    | "corrected"
    /** No hold was ever seen. A settle charges all the same: the tokens were spent. A release leaves a tombstone. */
    | "unknown_hold"
    | "not_configured"
    | "invalid";
  /** What the request has been charged at its end, corrections included. Attempts that were charged before come on top. */
  readonly charged_nano_usd: NanoUsd;
  readonly available_nano_usd: NanoUsd | null;
}

export interface WalletState {
  readonly settings: WalletSettings;
  readonly balance_nano_usd: NanoUsd;
  readonly spent_nano_usd: NanoUsd;
  readonly held_nano_usd: NanoUsd;
  /** Leased to the wallets below and not yet spent there, as far as they have told. */
  readonly leased_nano_usd: NanoUsd;
  /** Reserved for transfers that are under way. */
  readonly transferring_nano_usd: NanoUsd;
  /** balance + overdraft − held − leased − transferring; null without a limit. Never negative. */
  readonly available_nano_usd: NanoUsd | null;
  readonly overdraft_used_nano_usd: NanoUsd;
  readonly period_start: number;
  readonly resets_at: number | null;
  readonly open_holds: number;
  readonly outbox_pending: number;
}

export type KeyedState =
  | { readonly status: "known"; readonly state: WalletState }
  | { readonly status: "key_revoked" }
  | { readonly status: "not_configured" };

export const LEDGER_KINDS = [
  /** The first limit of a wallet and each change of it. */
  "limit",
  /** A period began: the difference that brings the balance to the limit (plus what is carried over). */
  "reset",
  /** What a failed attempt of a request cost that goes on with another. The request's end has its row besides. */
  "attempt",
  "charge",
  /** What a request cost beyond its hold: its own posting, never clipped. */
  "overage",
  /** A hold that ended without cost. Amount 0, so that every request has its row. */
  "release",
  /** A hold that its deadline ended: what was known to be spent. */
  "expire",
  /** A settlement that came after the expiry: the difference. */
  "correction",
  /** What a wallet below has spent, as it told. Several of its charges in one row. */
  "child",
  /** Money that was added to the balance of this period. */
  "top_up",
  /** A correction of the balance, either way. */
  "adjustment",
  /** From another wallet of the org, and to one. `ref` is the transfer's id. */
  "transfer_in",
  "transfer_out",
] as const;
export type LedgerKind = (typeof LEDGER_KINDS)[number];

/** Rows of one request, which tell how it ended; the others are the wallet's own. */
export const REQUEST_KINDS = ["charge", "overage", "release", "expire", "correction"] as const;

/** Rows that count as spending; the others set what may be spent. */
export const SPENDING_KINDS = [...REQUEST_KINDS, "attempt", "child"] as const;

/** Rows that move money by themselves, each once by the id in `ref`. */
export const MOVING_KINDS = ["top_up", "adjustment", "transfer_in", "transfer_out"] as const;

/** Rows that neither a request nor a movement of money caused. */
export const OWN_KINDS = ["limit", "reset", "child"] as const;

/** One row for each request, or for each message from below: nearly all rows are of these kinds. */
export const FREQUENT_KINDS = ["charge", "release", "child"] as const;

export const isOfRequest = (kind: LedgerKind): boolean => REQUEST_KINDS.some((known) => known === kind);
export const isSpending = (kind: LedgerKind): boolean => SPENDING_KINDS.some((known) => known === kind);
export const isMoving = (kind: LedgerKind): boolean => MOVING_KINDS.some((known) => known === kind);

export interface LedgerRow {
  readonly seq: number;
  readonly kind: LedgerKind;
  /** Negative for what is taken. */
  readonly amount_nano_usd: NanoUsd;
  readonly balance_nano_usd: NanoUsd;
  /** Request id, or what caused it. */
  readonly ref: string;
  /** Of an `attempt`: which one of the request it was, from 1 on. */
  readonly attempt?: number;
  readonly at: number;
}

/** What of a ledger is asked for. Everything that is given must hold. */
export interface LedgerQuery {
  /** Rows at most, 1 to LIMITS.ledger_page_rows. */
  readonly limit: number;
  /** Only rows with a smaller number: `end.seq` of the page before. */
  readonly before_seq?: number | undefined;
  readonly kinds?: readonly LedgerKind[] | undefined;
  readonly ref?: string | undefined;
  /** From this time on, and before that one, in milliseconds since the epoch. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

export interface LedgerPage {
  readonly rows: readonly LedgerRow[];
  /**
   * How far down it was looked: of the rows from here up, all that fulfil the query are given or were on a page before.
   * The row itself need not fulfil it. Null when nothing older does.
   */
  readonly end: { readonly seq: number; readonly at: number } | null;
}

export interface AuditReport {
  readonly ok: boolean;
  readonly problems: readonly string[];
}
