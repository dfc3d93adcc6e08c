import * as z from "zod";
import { REQUEST_OUTCOMES } from "./request-record.ts";

/**
 * What a wallet object tells whoever watches it: over a WebSocket that its `fetch` accepts, a message as JSON text when
 * something has changed, at most a few a second. It is a view, not a record: what nobody was there to see is not sent
 * again. Amounts are nano-dollars.
 */

/** The upgrade goes there. The host means nothing: it is the object that is asked. */
export const LIVE_URL = "https://wallet.internal/live";

/** Who may watch one object at once. */
export const LIVE_WATCHERS_MAX = 32;

/** Requests in one message; how many more there were is counted. */
export const LIVE_REQUESTS_MAX = 50;

const amount = z.int();

export const liveWalletSchema = z.object({
  wallet_id: z.string(),
  limit_nano_usd: amount.nullable(),
  balance_nano_usd: amount,
  spent_nano_usd: amount,
  held_nano_usd: amount,
  leased_nano_usd: amount,
  /** Null where there is no hard limit. */
  available_nano_usd: amount.nullable(),
  open_holds: z.int(),
  frozen: z.boolean(),
  resets_at: z.int().nullable(),
});
export type LiveWallet = z.infer<typeof liveWalletSchema>;

/** A request that has ended, as the request log will show it. Never text of it. */
export const liveRequestSchema = z.object({
  id: z.string(),
  at: z.int(),
  wallet_id: z.string(),
  /** What the wallet was booked to when the request ended. Wallet objects of older versions do not say. */
  team_id: z.string().nullable().default(null),
  key_id: z.string(),
  provider_id: z.string(),
  model: z.string(),
  feature: z.string().nullable(),
  outcome: z.enum(REQUEST_OUTCOMES),
  status: z.int(),
  cost_nano_usd: amount,
  latency_ms: z.int(),
});
export type LiveRequest = z.infer<typeof liveRequestSchema>;

export const liveMessageSchema = z.object({
  /** Null as long as the wallet has no settings. */
  wallet: liveWalletSchema.nullable(),
  requests: z.array(liveRequestSchema),
  left_out: z.int(),
});
export type LiveMessage = z.infer<typeof liveMessageSchema>;
