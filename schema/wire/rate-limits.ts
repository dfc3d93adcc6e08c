import * as z from "zod";

/** A minute of the busiest provider is a thousandth of this. Keeps every sum of the arithmetic a safe integer. */
export const MAX_RATE = 1_000_000_000;

const rate = z.int().min(0).max(MAX_RATE).nullable().default(null);

/** How much may be asked for in how much time. null is no limit, 0 refuses everything. */
export const rateLimitsSchema = z.object({
  /** So many at once after a pause, refilled continuously. */
  requests_per_minute: rate,
  /** Prompt and answer together, all kinds of tokens. */
  tokens_per_minute: rate,
  /** Requests that have been admitted and have not ended. */
  concurrent_requests: rate,
});
export type RateLimits = z.infer<typeof rateLimitsSchema>;

export const NO_RATE_LIMITS: RateLimits = {
  requests_per_minute: null,
  tokens_per_minute: null,
  concurrent_requests: null,
};

export const isRateLimited = (limits: RateLimits): boolean =>
  limits.requests_per_minute !== null || limits.tokens_per_minute !== null || limits.concurrent_requests !== null;

/** The limits of a key, with the version of the key that they are of: the newest known ones are in force. */
export const keyLimitsSchema = rateLimitsSchema.extend({ version: z.int().min(1) });
export type KeyLimits = z.infer<typeof keyLimitsSchema>;

/** What of a limit is left now, and in how long all of it would be if nothing came. */
export interface Quota {
  readonly limit: number;
  readonly remaining: number;
  readonly reset_ms: number;
}

/** Of each kind, the quota of the scope that has least left. null where no scope has such a limit. */
export interface RateStanding {
  readonly requests: Quota | null;
  readonly tokens: Quota | null;
}

export const RATE_KINDS = ["requests", "tokens", "concurrent"] as const;
export type RateKind = (typeof RATE_KINDS)[number];

export interface RateRefusal {
  readonly status: "rate_limited";
  /** Whose limit it is: the key's, the wallet's, or that of a wallet above. */
  readonly scope: { readonly type: "key" | "wallet"; readonly id: string };
  readonly limit: RateKind;
  /** The limit itself. */
  readonly allowed: number;
  /** What this request would have taken of it. */
  readonly requested: number;
  /** null: it will not be admitted later either, because the limit is smaller than the request. */
  readonly retry_after_ms: number | null;
}

/** What a request takes of token limits. */
export interface TokenWants {
  /** What it uses for sure, or has reserved by a bound of the caller's: more than the limit is refused for good. */
  readonly tokens_least: number;
  /** What it is expected to use, at least the former. */
  readonly tokens_estimate: number;
}

/** A request that a wallet below has done with. */
export interface RateEnd {
  readonly request_id: string;
  /** Tokens that it has used; null when that is not known, and what was reserved stays taken. */
  readonly tokens_used: number | null;
  /** It was not admitted after all, for a reason that is not a rate: what it took is given back. */
  readonly unused: boolean;
}

/** What the wallets of one tree say to each other about rates. */
export type RateMessage =
  /** From below: which is the nearest wallet with a rate limit, from you upwards? */
  | { readonly kind: "join"; readonly child_id: string }
  /** From above: that is the nearest one from now on. A smaller epoch than the last is late and changes nothing. */
  | { readonly kind: "tell"; readonly nearest: string | null; readonly epoch: number }
  /** From below: may this request be? Idempotent on its id. */
  | ({ readonly kind: "take"; readonly child_id: string; readonly request_id: string } & TokenWants)
  | { readonly kind: "end"; readonly ends: readonly RateEnd[] }
  /** From above: which of these are still open? */
  | { readonly kind: "open"; readonly request_ids: readonly string[] };

export type RateAnswer =
  | { readonly status: "nearest"; readonly nearest: string | null; readonly epoch: number }
  | { readonly status: "taken"; readonly rate: RateStanding }
  | RateRefusal
  | { readonly status: "open"; readonly request_ids: readonly string[] }
  | { readonly status: "done" }
  | { readonly status: "not_configured"; readonly wallet_id: string };

export const NO_STANDING: RateStanding = { requests: null, tokens: null };

/** Of each kind the quota with least left. */
export function tightest(a: RateStanding, b: RateStanding): RateStanding {
  return { requests: tighter(a.requests, b.requests), tokens: tighter(a.tokens, b.tokens) };
}

function tighter(a: Quota | null, b: Quota | null): Quota | null {
  if (a === null || b === null) return a ?? b;
  return b.remaining < a.remaining ? b : a;
}
