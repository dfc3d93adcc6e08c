import type { KeyLimits, RateLimits } from "../../../schema/wire/rate-limits.ts";
import { type Bucket, drained, dueAt, emptyBucket, limited, owed, PARTS } from "./rate-bucket.ts";

/** What a request has taken of rate limits. Kept with its hold, so that its end gives back the right thing. */
export interface RateMark {
  /** Grows with each request that took something. */
  readonly seq: number;
  readonly at: number;
  /** Tokens reserved, by scope: an entry for each that has limits. */
  readonly tokens: Readonly<Record<string, number>>;
  /** The wallet above that was asked too, and is to be told of the end. */
  readonly above: string | null;
}

/** A request that a wallet below has been let. It counts here as a hold of this wallet's own does. */
export interface Pass {
  readonly request_id: string;
  readonly child_id: string;
  readonly mark: RateMark;
}

/**
 * The limits of the wallets above as far as this one must know them, and what it tells those below. Epochs order what is
 * told, so that a late message changes nothing.
 */
export interface RateTree {
  /** The nearest wallet above that has limits; null before the one above was asked. */
  readonly above: { readonly nearest: string | null; readonly epoch: number } | null;
  /** What wallets below are told, and the last of it that all of them have taken. */
  readonly below: { readonly nearest: string | null; readonly epoch: number; readonly taken_epoch: number };
}

/** One scope: the bucket, and what is reserved beside it, oldest first. */
export interface ScopeBook {
  bucket: Bucket | null;
  readonly queue: Map<string, { readonly seq: number; readonly at: number; readonly tokens: number }>;
  reserved_tokens: number;
}

/** Everything about rates that a wallet keeps in memory. Changed by `apply` and `load` alone. */
export interface RateBook {
  seq: number;
  readonly scopes: Map<string, ScopeBook>;
  readonly passes: Map<string, Pass>;
  /** Open holds by key. */
  readonly open_by_key: Map<string, number>;
  /** Limits that were changed while their key was in use: newer than what callers may still send. */
  readonly key_limits: Map<string, KeyLimits>;
  tree: RateTree;
}

export const emptyRateBook = (): RateBook => ({
  seq: 0,
  scopes: new Map(),
  passes: new Map(),
  open_by_key: new Map(),
  key_limits: new Map(),
  tree: { above: null, below: { nearest: null, epoch: 0, taken_epoch: 0 } },
});

export const WALLET_SCOPE = "wallet";
export const keyScope = (key_id: string): string => `key:${key_id}`;

/** A hold of a key begins. */
export function enterHold(book: RateBook, request_id: string, key_id: string, mark: RateMark | null): void {
  book.open_by_key.set(key_id, (book.open_by_key.get(key_id) ?? 0) + 1);
  if (mark !== null) reserve(book, request_id, mark);
}

export function leaveHold(book: RateBook, request_id: string, key_id: string, mark: RateMark | null): void {
  const open = (book.open_by_key.get(key_id) ?? 0) - 1;
  if (open > 0) book.open_by_key.set(key_id, open);
  else book.open_by_key.delete(key_id);
  if (mark !== null) unreserve(book, request_id, mark);
}

export function enterPass(book: RateBook, pass: Pass): void {
  book.passes.set(pass.request_id, pass);
  reserve(book, pass.request_id, pass.mark);
}

export function leavePass(book: RateBook, request_id: string): void {
  const pass = book.passes.get(request_id);
  if (pass === undefined) return;
  book.passes.delete(request_id);
  unreserve(book, request_id, pass.mark);
}

/** Puts a bucket in place, whose debt has the reservations up to its `posted_seq`. */
export function putBucket(book: RateBook, bucket: Bucket): void {
  const scope = scopeOf(book, bucket.scope);
  scope.bucket = bucket;
  book.seq = Math.max(book.seq, bucket.posted_seq);
  for (const [request_id, { seq, tokens }] of scope.queue) {
    if (seq > bucket.posted_seq) break;
    scope.queue.delete(request_id);
    scope.reserved_tokens -= tokens;
  }
}

function reserve(book: RateBook, request_id: string, { seq, at, tokens }: RateMark): void {
  book.seq = Math.max(book.seq, seq);
  for (const [name, count] of Object.entries(tokens)) {
    const scope = scopeOf(book, name);
    if (count === 0 || seq <= (scope.bucket?.posted_seq ?? 0)) continue;
    scope.queue.set(request_id, { seq, at, tokens: count });
    scope.reserved_tokens += count;
  }
}

function unreserve(book: RateBook, request_id: string, { tokens }: RateMark): void {
  for (const name of Object.keys(tokens)) {
    const scope = book.scopes.get(name);
    const reserved = scope?.queue.get(request_id);
    if (scope === undefined || reserved === undefined) continue;
    scope.queue.delete(request_id);
    scope.reserved_tokens -= reserved.tokens;
  }
}

function scopeOf(book: RateBook, name: string): ScopeBook {
  const known = book.scopes.get(name);
  if (known !== undefined) return known;
  const made: ScopeBook = { bucket: null, queue: new Map(), reserved_tokens: 0 };
  book.scopes.set(name, made);
  return made;
}

/** A scope as of now: its bucket under the limits in force, and what is reserved beside it. */
export interface Standing {
  readonly bucket: Bucket;
  readonly reserved_tokens: number;
}

/** Without limits the bucket keeps those that it had. */
export function standingOf(book: RateBook, name: string, limits: RateLimits | null, now: number): Standing {
  const scope = book.scopes.get(name);
  let bucket = scope?.bucket ?? emptyBucket(name, now);
  let reserved_tokens = scope?.reserved_tokens ?? 0;
  for (const { seq, at, tokens } of scope?.queue.values() ?? []) {
    const due = dueAt(at, now);
    if (due > now) break;
    // As if it had been done at that moment: refusals store nothing, and time must not stand still for them.
    if (due > bucket.at) bucket = drained(bucket, due);
    bucket = { ...bucket, tokens_debt_parts: owed(bucket.tokens_debt_parts, tokens), posted_seq: seq };
    reserved_tokens -= tokens;
  }
  bucket = drained(bucket, now);
  return { bucket: limits === null ? bucket : limited(bucket, limits), reserved_tokens };
}

/** Used and reserved tokens together, as a debt. */
export const tokensDebt = ({ bucket, reserved_tokens }: Standing): number =>
  bucket.tokens_debt_parts + reserved_tokens * PARTS;
