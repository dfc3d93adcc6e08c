import type { ObjectNamespace } from "../clients/object-named.ts";

/**
 * The cache object's RPC: one Durable Object per namespace, an org's team, named by `cacheNamespace`. It keeps sealed
 * answers that it cannot read, finds them by their keys, and keeps their vectors in step. What it answers is only a
 * proposal: whoever asked checks the record again before serving it. Nothing is thrown across it.
 */
export interface CacheRpc {
  /** Looks for the same request, then for one that means the same. */
  find(request: CacheFind): Promise<CacheFound>;
  /** Keeps an answer, unless the same request has one that is still good, or the namespace was flushed meanwhile. */
  store(entry: CacheStore): Promise<CacheStored>;
  /** An entry was served. */
  served(entry_id: string, saved_nano_usd: number): Promise<void>;
  /** An entry that failed its checks, or that somebody does not want: it is gone when this answers. */
  remove(entry_id: string): Promise<{ readonly removed: boolean }>;
  /** Removes everything; what requests in flight bring from before is not taken any more. */
  flush(): Promise<{ readonly removed: number }>;
  /** What a setting in shadow mode has seen. */
  observe(observation: ShadowObservation): Promise<void>;
  stats(): Promise<CacheStats>;
  /** Newest first. */
  entries(limit: number, cursor: string | null): Promise<CacheEntryPage>;
  shadow(since: number): Promise<ShadowReport>;
}

export type CacheNamespace = ObjectNamespace<CacheRpc>;

/** How a question is looked for by its meaning. */
export interface MeaningAsked {
  /** Everything that must be equal, hashed: no distance makes up for it. */
  readonly partition: string;
  /** What is compared. Null where `vector` was made elsewhere. */
  readonly text: string | null;
  readonly vector: readonly number[] | null;
  /** Candidates below this are not answered. */
  readonly floor: number;
}

export interface CacheFind {
  /** Null: it is not looked for. */
  readonly exact_key: string | null;
  readonly meaning: MeaningAsked | null;
}

/** An entry as it was stored. Only `sealed` and what binds it can be relied on. */
export interface CacheEntry {
  readonly id: string;
  readonly exact_key: string;
  readonly partition: string | null;
  readonly model: string;
  readonly created_at: number;
  readonly expires_at: number;
  /** Nonce and ciphertext. */
  readonly sealed: Uint8Array;
}

export interface CacheFound {
  /** Goes back with `store`: what was flushed since is not stored. */
  readonly generation: number;
  readonly exact: CacheEntry | null;
  /** Best first. */
  readonly near: readonly (CacheEntry & { readonly score: number })[];
  /** `failed`: the embedder or the index did not answer. */
  readonly meaning: "not_asked" | "done" | "failed";
  /** Of the question that was asked by its text, for `store`. */
  readonly vector: readonly number[] | null;
}

export interface CacheStore {
  readonly generation: number;
  readonly entry: CacheEntry;
  readonly kind: string;
  /** Null: it is found by its exact key alone. */
  readonly vector: readonly number[] | null;
  readonly max_bytes: number;
  /** An answer that is there already gives way: the caller wanted a new one. */
  readonly replace: boolean;
}

export interface CacheStored {
  readonly status: /** Is there from now on. */
    | "stored"
    /** The same request has an answer already. */
    | "kept"
    /** It was flushed since it was looked for. */
    | "flushed"
    /** Larger than the whole namespace may be. */
    | "too_large";
}

export interface CacheStats {
  readonly entries: number;
  readonly bytes: number;
  readonly hits: number;
  /** For want of room; because their time was over; by hand; because they failed their checks. */
  readonly evicted: number;
  readonly expired: number;
  readonly removed: number;
  /** Look-ups whose embedder or index did not answer. */
  readonly meaning_failed: number;
  readonly flushed_at: number | null;
}

export interface ListedCacheEntry {
  readonly id: string;
  readonly kind: string;
  readonly model: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly bytes: number;
  readonly hits: number;
  readonly last_hit_at: number | null;
  readonly saved_nano_usd: number;
  /** Whether it can be found by its meaning, too. */
  readonly semantic: boolean;
}

export interface CacheEntryPage {
  readonly entries: readonly ListedCacheEntry[];
  readonly next: string | null;
}

/** What would have become of one request, and how alike the two answers are. */
export interface ShadowObservation {
  readonly at: number;
  readonly model: string;
  /** What was found; null is nothing. */
  readonly found: "exact" | "semantic" | null;
  readonly score: number | null;
  /** Why it would not have been served. */
  readonly refused: string | null;
  /** Share of the words of both answers that they have in common, 0 to 1. */
  readonly likeness: number | null;
  readonly saved_nano_usd: number;
  readonly saved_ms: number;
}

/** A step of scores, `from` included, `to` not. */
export interface ShadowStep {
  readonly from: number;
  readonly to: number;
  readonly found: number;
  readonly refused: number;
  readonly would_serve: number;
  /** Of `would_serve`: those whose fresh answer was another one, by LIKE_ENOUGH. */
  readonly differed: number;
  readonly mean_likeness: number | null;
  readonly saved_nano_usd: number;
  readonly saved_ms: number;
}

export interface ShadowReport {
  readonly requests: number;
  readonly exact: Omit<ShadowStep, "from" | "to">;
  /** By score, the highest first. */
  readonly semantic: readonly ShadowStep[];
}

/** Answers with a smaller share of words in common are counted as different ones. */
export const LIKE_ENOUGH = 0.6;
