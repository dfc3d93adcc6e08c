/** What the response cache did with a request, as the header `x-ao-cache` and the request log say it. */
export const CACHE_STATUSES = [
  /** The same request had been answered before. */
  "hit-exact",
  /** A request that means the same had been answered before. */
  "hit-semantic",
  /** Nothing fitting was there in time. */
  "miss",
  /** It was not asked: the caller did not want it, or such a request is never answered from it. */
  "bypass",
  /** Something was found and is not served: it did not pass the checks. */
  "refused",
] as const;
export type CacheStatus = (typeof CACHE_STATUSES)[number];

/** Those that were answered from the cache. */
export const CACHE_HITS = ["hit-exact", "hit-semantic"] as const satisfies readonly CacheStatus[];
export type CacheHit = (typeof CACHE_HITS)[number];
