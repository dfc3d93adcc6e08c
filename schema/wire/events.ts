import * as z from "zod";
import { MAX_NANO_USD } from "../kernel/money.ts";
import { auditActorSchema } from "./audit-rpc.ts";
import { requestContextSchema, requestRecordSchema } from "./request-record.ts";

/**
 * What happened. Wallet objects write it to their outbox in the transaction of the ledger row it belongs to and drain
 * it to the queue `events`; of a request that was refused before there could be a row, the gateway tells. Counted
 * exactly once by the consumer on `event_id`. Order is not promised.
 */
const amount = z.int().min(-MAX_NANO_USD).max(MAX_NANO_USD);

const base = {
  /** `<wallet id>:<outbox sequence>`, or an id of the teller's: unique for ever, the same at every redelivery. */
  event_id: z.string(),
  at: z.int(),
  org_id: z.string(),
  wallet_id: z.string(),
};

/** Of what a wallet itself tells: what it was booked to at that time. Wallet objects of older versions do not say. */
const walletBase = {
  ...base,
  cost_center: z.string().nullable().default(null),
  team_id: z.string().nullable().default(null),
};

/** A hold ended: the one row of a request in the log. `cost` is what this posting charged. */
const requestCompleted = z.object({
  ...walletBase,
  type: z.literal("request.completed"),
  request_id: z.string(),
  cost_nano_usd: amount,
  hold_nano_usd: amount,
  /** True when the deadline ended the hold: the charge is what was known, and waits for reconciliation. */
  unsettled: z.boolean(),
  context: requestContextSchema,
  record: requestRecordSchema,
});

/**
 * Another posting on the same request: an attempt that failed before the one that ended it, an overage, or the correction
 * after an expiry. Adds to the completed row. Of an attempt, context and record are its own, and come before that row.
 */
const requestAdjusted = z.object({
  ...walletBase,
  type: z.literal("request.adjusted"),
  request_id: z.string(),
  reason: z.enum(["attempt", "overage", "correction"]),
  cost_nano_usd: amount,
  context: requestContextSchema,
  /** Of an attempt, how it failed. For a correction: the true record that replaces what expiry assumed. */
  record: requestRecordSchema.nullable(),
});

const walletThreshold = z.object({
  ...walletBase,
  type: z.literal("wallet.threshold"),
  percent: z.int(),
  limit_nano_usd: amount,
  spent_nano_usd: amount,
  period_start: z.int(),
});

const walletExhausted = z.object({
  ...walletBase,
  type: z.literal("wallet.exhausted"),
  limit_nano_usd: amount,
  spent_nano_usd: amount,
  period_start: z.int(),
});

/** A ledger row that no request caused: limit set or changed, period turned, money added or moved. */
const walletPosted = z.object({
  ...walletBase,
  type: z.literal("wallet.posted"),
  kind: z.enum(["limit", "reset", "child", "top_up", "adjustment", "transfer_in", "transfer_out"]),
  amount_nano_usd: amount,
  balance_nano_usd: amount,
  /** Of what was added or moved: the id of the request for it. */
  ref: z.string().optional(),
  /** Of a transfer: where the money came from, or went. */
  other_wallet_id: z.string().optional(),
});

/**
 * A request was refused by a rule of its org or by its wallet: an entry of the org's audit chain, its id `event_id`
 * (`aud_…`), and no row of the log, since nothing was admitted. Never prompt text.
 */
const requestBlocked = z.object({
  ...base,
  type: z.literal("request.blocked"),
  /** Whose key it was. */
  actor: auditActorSchema,
  /** The model that was asked for; null when it was refused before that was read. */
  target: z.object({ type: z.literal("model"), id: z.string() }).nullable(),
  request_id: z.string(),
  ip: z.string().nullable(),
  details: z.object({
    /** Error code and message as the caller saw them. */
    code: z.string(),
    message: z.string(),
    model: z.string().nullable(),
    wallet_id: z.string(),
    route: z.string(),
    /** The error's further fields as the caller saw them: which wallet was short, what it had left, what was needed. */
    refusal: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).optional(),
    /** How many refusals of this code of the key this stands for, the one told of included: more in a burst. */
    count: z.int().min(1),
  }),
});

export const eventSchema = z.discriminatedUnion("type", [
  requestCompleted,
  requestAdjusted,
  walletThreshold,
  walletExhausted,
  walletPosted,
  requestBlocked,
]);

export type Event = z.infer<typeof eventSchema>;
/** What wallet objects tell; the rest comes from the gateway. */
export type WalletEvent = Exclude<Event, { type: "request.blocked" }>;
export type EventOf<Type extends Event["type"]> = Extract<Event, { type: Type }>;
