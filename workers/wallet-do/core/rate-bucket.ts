import type { Quota, RateLimits, TokenWants } from "../../../schema/wire/rate-limits.ts";

/**
 * The arithmetic of a rate limit: a bucket of debts that time drains. A limit of N a minute admits while the debt is at
 * most N, and N of it are drained in a minute, continuously. So what is admitted in any window is at most N + N × window.
 *
 * Debts are counted in parts of which one request, or one token, has 60,000: a limit of N a minute then drains exactly N
 * parts in each millisecond, and no fraction is ever rounded.
 */
export const PARTS = 60_000;
const MINUTE_MS = 60_000;
/** Far above what can be owed by honest figures, far below where sums stop being exact. */
const DEBT_MAX = 2 ** 52;

export interface Bucket {
  /** What it is of: see `rate-book.ts`. */
  readonly scope: string;
  /** The limits that have drained it since `at`; null has no debt. */
  readonly requests_per_minute: number | null;
  readonly tokens_per_minute: number | null;
  readonly requests_debt_parts: number;
  /** Of what was used. What is reserved and not used yet is beside it. */
  readonly tokens_debt_parts: number;
  /** Up to when it has been drained. */
  readonly at: number;
  /** Reservations up to this one are in the debt. */
  readonly posted_seq: number;
}

export const emptyBucket = (scope: string, now: number): Bucket => ({
  scope,
  requests_per_minute: null,
  tokens_per_minute: null,
  requests_debt_parts: 0,
  tokens_debt_parts: 0,
  at: now,
  posted_seq: 0,
});

/**
 * The bucket as of now. A clock that goes back drains nothing: up to a minute is waited for, so that no moment counts
 * twice; a longer step means that the time before it was wrong, and draining goes on from the new one.
 */
export function drained(bucket: Bucket, now: number): Bucket {
  const waits = now < bucket.at && bucket.at - now <= MINUTE_MS;
  const elapsed_ms = Math.max(0, now - bucket.at);
  return {
    ...bucket,
    at: waits ? bucket.at : now,
    requests_debt_parts: drain(bucket.requests_debt_parts, bucket.requests_per_minute, elapsed_ms),
    tokens_debt_parts: drain(bucket.tokens_debt_parts, bucket.tokens_per_minute, elapsed_ms),
  };
}

function drain(debt_parts: number, per_minute: number | null, elapsed_ms: number): number {
  if (per_minute === null) return 0;
  // The first case keeps the product small, however long the pause was.
  if (per_minute > 0 && elapsed_ms >= debt_parts / per_minute) return 0;
  return Math.max(0, debt_parts - elapsed_ms * per_minute);
}

/** The same bucket under the limits as they are now. A limit that was lifted and comes back begins without a debt. */
export const limited = (bucket: Bucket, limits: RateLimits): Bucket => ({
  ...bucket,
  requests_per_minute: limits.requests_per_minute,
  tokens_per_minute: limits.tokens_per_minute,
  requests_debt_parts: limits.requests_per_minute === null ? 0 : bucket.requests_debt_parts,
  tokens_debt_parts: limits.tokens_per_minute === null ? 0 : bucket.tokens_debt_parts,
});

/** Adds to a debt, or takes off it. */
export const owed = (debt_parts: number, count: number): number =>
  Math.min(DEBT_MAX, Math.max(0, debt_parts + count * PARTS));

/** Whether the clock went back so far that the bucket begins anew from there: to be stored, whatever else is decided. */
export const isRewound = (bucket: Bucket, now: number): boolean => bucket.at - now > MINUTE_MS;

/**
 * When a reservation begins to count as used, so that what a long request has reserved does not block others for ever: a
 * minute after it was made. One from a time that has not come yet was made by a wrong clock, and counts at once.
 */
export const dueAt = (reserved_at: number, now: number): number =>
  reserved_at - now > MINUTE_MS ? now : reserved_at + MINUTE_MS;

/**
 * What a request reserves of a limit on tokens. A guess of ours never makes a request larger than the limit; a bound of
 * the caller's may, and is refused then.
 */
export const reservation = (limit: number, { tokens_least, tokens_estimate }: TokenWants): number =>
  Math.max(tokens_least, Math.min(tokens_estimate, limit));

/** In how many milliseconds `count` more fit on top of the debt: 0 is now, null is never. */
export function waitFor(limit: number, debt_parts: number, count: number): number | null {
  if (limit === 0 || count > limit) return null;
  return Math.max(0, Math.ceil((debt_parts + (count - limit) * PARTS) / limit));
}

export function quotaOf(limit: number, debt_parts: number): Quota {
  return {
    limit,
    remaining: Math.max(0, Math.floor((limit * PARTS - debt_parts) / PARTS)),
    reset_ms: limit === 0 ? 0 : Math.ceil(debt_parts / limit),
  };
}
