import { CACHE_DEFAULTS, type CacheSetting } from "../../../../schema/caching/cache-setting.ts";

/** A setting of the cache for a whole org, at its defaults. */
export const cacheSetting = (change: Partial<CacheSetting> = {}): CacheSetting => ({
  id: "cst_1",
  scope: "org",
  team_id: null,
  key_id: null,
  mode: "both",
  threshold: CACHE_DEFAULTS.threshold,
  ttl_ms: CACHE_DEFAULTS.ttl_ms,
  model_ttls: [],
  models: null,
  routes: null,
  tool_calls: false,
  hit_price_percent: 0,
  embedding_model: null,
  max_bytes: CACHE_DEFAULTS.max_bytes,
  ...change,
});
