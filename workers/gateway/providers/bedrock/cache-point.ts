import type { CacheControl } from "../anthropic/wire.ts";
import type { ModelTraits } from "./model-traits.ts";
import type { CachePoint } from "./wire.ts";

/** A mark on a block as the entry of its own that follows it; nothing for models that take no marks. */
export function cachePoint(
  mark: CacheControl | undefined,
  cache: ModelTraits["cache"],
): readonly { readonly cachePoint: CachePoint }[] {
  if (mark === undefined || cache === "none") return [];
  const ttl = cache === "ttl" && mark.ttl !== undefined ? { ttl: mark.ttl } : {};
  return [{ cachePoint: { type: "default", ...ttl } }];
}

export const CACHE_WARNINGS = {
  none: "cache_control left out: the model has no prompt cache",
  ttl: "cache_control.ttl left out: the model has one time to live",
} as const;
